//! The items of outputs: in which state each is, and what it shows.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Archived, Place};
use crate::model::{
    Copy, Correction, EntryId, FeedFields, Hash, Member, OutputId, Slot, SourceId, StoryId,
    Timestamp,
};

/// A state of an item: everything that its bytes depend on, but for how the output wants its items. Where it is the same, so are
/// they.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemVersion {
    /// The permanent outbound id.
    pub item_id: String,
    /// Its story.
    pub story: StoryId,
    /// Which part of the story it is.
    pub slot: Slot,
    /// The member shown.
    pub entry: EntryId,
    /// The source of the member shown.
    pub source: SourceId,
    /// [`crate::model::Story::revision`].
    pub revision: i64,
    /// Grows with every change of what the sources of the story's members say of themselves.
    pub sources: i64,
    /// Members of the story that are stripped down to their identity and named no more.
    pub expired: u32,
    /// Its place, fixed when it entered.
    pub ordered_at: Timestamp,
    /// Moved only by real edits, never back.
    pub updated: Timestamp,
}

impl ItemVersion {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            ordered_at: self.ordered_at,
            item_id: self.item_id.clone(),
        }
    }
}

/// Which items of an output are asked for. Only items that the output keeps and whose entry is not stripped are ever returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhichItems {
    /// The newest, in order.
    Newest {
        /// None placed before.
        not_before: Option<Timestamp>,
        /// Only those that stand behind this place.
        behind: Option<Place>,
        /// So many at most.
        limit: u32,
    },
    /// Those of these stories, by story, in no order within one.
    OfStories(BTreeSet<StoryId>),
}

/// Asks in which state items of an output are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionsRequest {
    /// The output.
    pub output: OutputId,
    /// Which of its items.
    pub which: WhichItems,
    /// The hash of what it is judged by, see [`super::Store::archived`].
    pub rules: Hash,
}

/// In which state items of an output are, and what else was known of it at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// The items asked for; none where there is no such output.
    pub items: Vec<Arc<ItemVersion>>,
    /// How far the output is archived.
    pub archived: Archived,
    /// Grows with every change of what any source says of itself: items that showed an older state may show another one.
    pub feeds: i64,
}

/// An entry as an item shows it.
#[derive(Debug, Clone)]
pub struct ShownEntry {
    /// Its story.
    pub story: StoryId,
    /// [`crate::model::Story::began_at`].
    pub began_at: Timestamp,
    /// The entry.
    pub member: Member,
    /// Its source's feed, as last parsed.
    pub feed: FeedFields,
    /// The other members of the story, by source and identity, held or not, whatever item they belong to.
    pub copies: Vec<Copy>,
}

/// One item of an output, ready to be rendered.
#[derive(Debug, Clone)]
pub struct WindowItem {
    /// The permanent outbound id.
    pub item_id: String,
    /// Its story.
    pub story: StoryId,
    /// Which part of the story it is.
    pub slot: Slot,
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
    /// What was corrected in the member shown, the oldest first.
    pub corrections: Vec<Correction>,
}

impl WindowItem {
    /// An item in this state, with what it shows and what was corrected in that.
    #[must_use]
    pub fn new(version: &ItemVersion, shown: ShownEntry, corrections: Vec<Correction>) -> Self {
        Self {
            item_id: version.item_id.clone(),
            story: version.story,
            slot: version.slot,
            began_at: shown.began_at,
            ordered_at: version.ordered_at,
            updated: version.updated,
            shown: shown.member,
            feed: shown.feed,
            copies: shown.copies,
            corrections,
        }
    }
}
