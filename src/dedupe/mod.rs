//! Is this entry known? Pure: entries and candidates in, a verdict out.
//!
//! Layers in order: the GUID within its source (the store's unique key; an
//! edit), the canonical URL across sources, the hash of the text across
//! sources, similarity of the texts within a window of time. Beside them, what
//! keeps an identity: one GUID for several entries ([`settle_document`]), one
//! entry under a new GUID ([`renamed`]). The store calls [`decide_exact`] and
//! [`decide_near`] inside the transaction that writes the entry, so that what
//! they saw is what there is.

use crate::model::{EntryId, Hash, Layer, Relation, SourceId, StoryId, Timestamp};

mod align;
mod blocks;
mod canonical;
mod compare;
mod differences;
mod document;
mod identity;
mod passages;
mod prepare;
mod profile;
mod rename;

pub use blocks::Boilerplate;
pub use compare::{Comparison, Evidence, Reason, Sameness, compare, evidence};
pub use differences::revises;
pub use document::{Settled, settle_document};
pub use identity::lookup_hashes;
pub use passages::{Passages, passages};
pub use prepare::{Prepared, Reading, VERSION, read};
pub use profile::{Profile, publisher};
pub use rename::{Stored, renamed};

/// How many candidates for one hash the store hands over at most, oldest first.
pub const MAX_CANDIDATES: usize = 16;
/// How many candidates of similar text the store hands over at most, those with the most shared keys first.
pub const MAX_NEAR: usize = 24;
/// Keys that a candidate of similar text shares at least.
pub const SHARED_KEYS: usize = 2;
/// A key that more entries of a week have says nothing any more.
pub const MAX_POSTINGS: usize = 60;

/// A stored entry that may be the same release.
#[derive(Debug, Clone)]
pub struct Known {
    /// The entry.
    pub id: EntryId,
    /// Its story.
    pub story: StoryId,
    /// Its source.
    pub source: SourceId,
    /// Its canonical URL.
    pub url: Option<Hash>,
    /// [`Prepared::content`].
    pub content: Option<Hash>,
    /// Its headline.
    pub title: String,
    /// Its text; empty once it has expired.
    pub text: String,
    /// The opening of its text, where that is a dateline.
    pub dateline: Option<String>,
    /// [`Prepared::trimmed`].
    pub trimmed: u64,
    /// The publisher's date.
    pub published: Option<Timestamp>,
    /// See [`crate::model::Member::edition_at`].
    pub edition_at: Timestamp,
    /// Whether a person has parted its story from another: it is not merged with any.
    pub is_ruled: bool,
}

/// What an entry is whose identity its source did not have before.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// A release of its own.
    Distinct,
    /// A known release, again or in another version.
    Joins(Joining),
}

/// How an entry joins a story.
#[derive(Debug, Clone, PartialEq)]
pub struct Joining {
    /// The story.
    pub story: StoryId,
    /// The member that it was recognized by.
    pub matched: EntryId,
    /// To that member: [`Relation::Same`], or [`Relation::Update`] for another version.
    pub relation: Relation,
    /// What says so.
    pub layer: Layer,
    /// 1.0 for exact layers.
    pub score: f64,
    /// The version that it carries: the member's, or its own.
    pub edition_at: Timestamp,
    /// Other stories that it proves to be the same release: they are merged into `story`.
    pub bridged: Vec<StoryId>,
}

/// Temporary.
#[must_use]
pub fn decide(profile: &Profile, candidates: &[Known]) -> Verdict {
    let mut best: Option<Joining> = None;
    for known in candidates.iter().filter(|known| !known.text.is_empty()) {
        let stored =
            read(&known.title, &known.text, known.dateline.as_deref()).prepare(known.trimmed);
        let theirs = Profile {
            source: known.source.clone(),
            publisher: None,
            url: known.url,
            published: known.published,
            enclosures: Vec::new(),
            text: stored,
        };
        let found = compare(profile, &theirs);
        let relation = match found.sameness {
            Sameness::Same => Relation::Same,
            Sameness::Update => Relation::Update,
            _ => continue,
        };
        if best.as_ref().is_none_or(|best| best.score < found.score) {
            best = Some(Joining {
                story: known.story,
                matched: known.id,
                relation,
                layer: found.layer,
                score: found.score,
                edition_at: known.edition_at,
                bridged: Vec::new(),
            });
        }
    }
    best.map_or(Verdict::Distinct, Verdict::Joins)
}
