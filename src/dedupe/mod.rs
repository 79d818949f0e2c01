//! Is this entry known? Pure: entries and candidates in, a verdict out.
//!
//! Layers in order: the GUID within its source (the store's unique key; an
//! edit), the canonical URL across sources, the hash of the text across
//! sources, similarity of the texts within a window of time. Beside them, what
//! keeps an identity: one GUID or link for several entries
//! ([`settle_document`], [`recognize`]), one entry under a new GUID
//! ([`renamed`]), and what is no edit ([`wording`]). The store calls [`decide_exact`] and
//! [`decide_near`] inside the transaction that writes the entry, so that what
//! they saw is what there is.

use std::cmp::Ordering;

use chrono::Duration;

use crate::model::{EntryId, Hash, Incoming, Layer, Relation, SourceId, StoryId, Timestamp};

mod agree;
mod align;
mod blocks;
mod canonical;
mod compare;
mod document;
mod exact;
mod gone;
mod identity;
mod near;
mod passages;
mod place;
mod prepare;
mod recognize;
mod rename;
mod wording;

pub use blocks::Boilerplate;
pub use compare::{Comparison, Profile, Sameness, compare};
pub use document::{Settled, Told, settle_document, settle_document_by};
pub use exact::decide_exact;
pub use gone::Absent;
pub use identity::{Lookup, READING_VERSION, identity_of_version_1, lookup_hashes, url_hash};
pub use near::revises;
pub use passages::{Passages, passages};
pub use place::settle_places;
pub use prepare::{Prepared, Reading, VERSION, read};
pub use recognize::{Namesake, Recognized, is_of_version_1, recognize, told_alone};
pub use rename::{Churn, Renamed, renamed, renews};
pub use wording::wording;

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

/// Decides by similarity, given stored entries that share keys; what exact layers join is not asked about here.
#[must_use]
pub fn decide_near(
    source: &SourceId,
    incoming: &Incoming,
    text: &Prepared,
    candidates: &[Known],
) -> Verdict {
    let new = near::Side {
        text,
        source,
        url: incoming.fingerprint.url,
        published: incoming.entry.published,
    };
    let mut best: Option<(Joining, usize)> = None;
    let mut against: Vec<(StoryId, usize)> = Vec::new();
    for known in candidates.iter().filter(|known| !known.text.is_empty()) {
        let stored =
            read(&known.title, &known.text, known.dateline.as_deref()).prepare(known.trimmed);
        let old = near::Side {
            text: &stored,
            source: &known.source,
            url: known.url,
            published: known.published,
        };
        let Some(judged) = near::judge(new, old) else {
            continue;
        };
        let Some(relation) = judged.relation else {
            against.push((known.story, judged.shared));
            continue;
        };
        let joining = Joining {
            story: known.story,
            matched: known.id,
            relation,
            layer: Layer::Near,
            score: judged.score,
            edition_at: match relation {
                Relation::Update => edition(incoming, text, known, &stored),
                _ => known.edition_at,
            },
            bridged: Vec::new(),
        };
        if best
            .as_ref()
            .is_none_or(|(best, _)| is_better(&joining, best))
        {
            best = Some((joining, judged.shared));
        }
    }
    // A cut copy has nothing of the number by which a fuller one is another release.
    best.filter(|(best, shared)| {
        !against
            .iter()
            .any(|(story, fuller)| *story == best.story && fuller > shared)
    })
    .map_or(Verdict::Distinct, |(best, _)| Verdict::Joins(best))
}

/// A copy says more than another version, then the score; of equals the newer version, which a cut copy fits as well as the
/// older, then the first stored.
fn is_better(one: &Joining, other: &Joining) -> bool {
    let rank = |joining: &Joining| joining.relation == Relation::Same;
    rank(one)
        .cmp(&rank(other))
        .then(one.score.total_cmp(&other.score))
        .then(one.edition_at.cmp(&other.edition_at))
        .then(other.matched.cmp(&one.matched))
        .is_gt()
}

/// When another version was published: after the one known, unless its headline or its date says before.
fn edition(incoming: &Incoming, text: &Prepared, known: &Known, stored: &Prepared) -> Timestamp {
    let at = incoming.compared_at();
    // The headline that says nothing comes first, then those with a number in their order.
    let rank = |text: &Prepared| (text.is_version(), text.number);
    let is_ranked = text.is_version() != stored.is_version()
        || (text.mark == stored.mark && text.number.is_some() && stored.number.is_some());
    match rank(text).cmp(&rank(stored)) {
        Ordering::Greater if is_ranked => at.max(known.edition_at + TICK),
        Ordering::Less if is_ranked => at.min(known.edition_at - TICK),
        _ if at == known.edition_at => at + TICK,
        _ => at,
    }
}

/// The least that two moments differ by.
const TICK: Duration = Duration::milliseconds(1);
