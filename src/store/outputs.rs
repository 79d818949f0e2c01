//! What the outward line gives to the store and gets from it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{Copy, EntryId, FeedFields, Hash, Member, OutputId, StoryId, Timestamp};

/// What the outputs decided about one story, as it stood at one revision.
#[derive(Debug, Clone)]
pub struct Membership {
    /// The story judged.
    pub story: StoryId,
    /// The revision judged: the decision is dropped when the story has moved on, and the outbox keeps it.
    pub revision: i64,
    /// For each output judged, the items that it keeps of the story; an empty list: none.
    pub kept: Vec<(OutputId, Vec<KeptItem>)>,
}

/// One item that an output keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptItem {
    /// 0 for the story as a whole; above, the entry that stands for itself (`duplicates = "off"`); below, an edition that is
    /// announced (`updates = "announce"`).
    pub slot: i64,
    /// The member shown.
    pub shown: EntryId,
    /// [`Member::wording`] of the one shown.
    pub wording: Hash,
    /// [`Member::edition_at`] of the one shown.
    pub edition_at: Timestamp,
    /// The outbound id to use when the item enters and nobody else in the output has it.
    pub item_id: String,
    /// The outbound id to use when `item_id` is taken by another story; unique by derivation.
    pub fallback_id: String,
    /// Its place, should it enter now.
    pub ordered_at: Timestamp,
    /// The date of the last edit that the publisher or we know of; the item's `updated` never moves back.
    pub updated: Timestamp,
}

/// One item of an output's window, ready to be rendered.
#[derive(Debug, Clone)]
pub struct WindowItem {
    /// The permanent outbound id.
    pub item_id: String,
    /// Its story.
    pub story: StoryId,
    /// [`KeptItem::slot`].
    pub slot: i64,
    /// [`crate::model::Story::began_at`].
    pub began_at: Timestamp,
    /// Its place, fixed when it entered.
    pub ordered_at: Timestamp,
    /// Moved only by real edits, never back.
    pub updated: Timestamp,
    /// The member shown.
    pub shown: Member,
    /// Its source's feed, as last parsed.
    pub feed: FeedFields,
    /// The other members of the story, by source and identity, held or not, whatever item they belong to.
    pub copies: Vec<Copy>,
}

/// A state of an item: everything that its bytes depend on, but for how the output wants its items. Where it is the same, so are
/// they.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemVersion {
    /// [`WindowItem::item_id`].
    pub item_id: String,
    /// Its story.
    pub story: StoryId,
    /// [`KeptItem::slot`].
    pub slot: i64,
    /// The member shown.
    pub entry: EntryId,
    /// [`crate::model::Story::revision`].
    pub revision: i64,
    /// Grows with every change of what the sources of the story's members say of themselves, and where one has expired.
    pub sources: i64,
    /// [`WindowItem::ordered_at`].
    pub ordered_at: Timestamp,
    /// [`WindowItem::updated`].
    pub updated: Timestamp,
}

/// A window as it was read before, and what has changed in it since.
#[derive(Debug, Clone)]
pub struct PriorWindow {
    /// Its rows, all of them.
    pub rows: Arc<Vec<Arc<ItemVersion>>>,
    /// [`Window::feeds`].
    pub feeds: i64,
    /// The stories of which the output keeps anything else since.
    pub changed: BTreeSet<StoryId>,
}

/// An item of a window, with what it shows unless that is known.
#[derive(Debug, Clone)]
pub struct WindowRow {
    /// Its state.
    pub version: Arc<ItemVersion>,
    /// `None`: the caller knows this version.
    pub item: Option<Box<WindowItem>>,
}

/// Tells whether a version of an item is at hand.
pub type IsKnown = Arc<dyn Fn(&ItemVersion) -> bool + Send + Sync>;

/// Asks for an output's window.
#[derive(Clone)]
pub struct WindowRequest {
    /// The output.
    pub output: OutputId,
    /// Which items.
    pub bounds: WindowBounds,
    /// The hash of what it is judged by.
    pub rules: Hash,
    /// `None`: all of it is read.
    pub prior: Option<PriorWindow>,
    /// Of which items the caller has what they show.
    pub is_known: IsKnown,
}

/// An output's window.
#[derive(Debug, Clone)]
pub struct Window {
    /// Newest place first, then by item id.
    pub rows: Vec<WindowRow>,
    /// How far the output is archived, see [`super::Store::archived`]: `is_due` where something behind the last row is not.
    pub archived: Archived,
    /// Grows with every change of what any source says of itself.
    pub feeds: i64,
}

/// Which items of an output are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowBounds {
    /// So many at most.
    pub limit: u32,
    /// None placed before.
    pub not_before: Option<Timestamp>,
    /// Of one source so many at most, the newest.
    pub per_source: Option<u32>,
}

impl WindowBounds {
    /// So many at most, whatever their place and source.
    #[must_use]
    pub fn newest(limit: u32) -> Self {
        Self {
            limit,
            not_before: None,
            per_source: None,
        }
    }
}

/// An output as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputState {
    /// The output.
    pub id: OutputId,
    /// Whether it must be replayed: never was, or its rules differ from those it was last replayed with.
    pub stale: bool,
    /// Whether a replay by these rules is under way that no verdict by others has crossed.
    pub replaying: bool,
    /// Whether its documents were ever rendered ([`super::Store::stamp`]); with an empty store the first follow the first pass.
    pub rendered: bool,
    /// The base of all links when it was first registered. The ids of its documents follow from it.
    pub id_base: String,
}

/// An output's documents as last rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentStamp {
    /// When their bytes last changed: `Last-Modified`.
    pub changed_at: Timestamp,
}

/// From when to when, on the places of entries, a part of a rule did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSpan {
    /// Whose rule.
    pub rule: String,
    /// Which part, by its text.
    pub part: String,
    /// The place of the first entry.
    pub first: Timestamp,
    /// The place of the last.
    pub last: Timestamp,
}

/// A place in an output's order: newest first, then by item id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// [`WindowItem::ordered_at`].
    pub ordered_at: Timestamp,
    /// [`WindowItem::item_id`].
    pub item_id: String,
}

impl Place {
    /// Where an item stands.
    #[must_use]
    pub fn of(item: &ItemVersion) -> Self {
        Self {
            ordered_at: item.ordered_at,
            item_id: item.item_id.clone(),
        }
    }
}

/// How far an output is archived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Archived {
    /// The number of its newest archive document; 0: there is none.
    pub newest: u32,
    /// Whether items that stand in none lie behind the place asked for. `false` while the output is stale.
    pub is_due: bool,
}

/// An archive document (RFC 5005 §4) as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveDocument {
    /// From 1, without gaps within an output.
    pub number: u32,
    /// `Last-Modified`.
    pub made_at: Timestamp,
    /// Bytes as written.
    pub size: u32,
    /// What its links within the site begin with.
    pub base: String,
    /// RFC 7932.
    pub brotli: Vec<u8>,
}
