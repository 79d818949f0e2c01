//! Is this entry known? Pure: entries and candidates in, a verdict out.

use crate::model::{Entry, EntryId, Hash, Incoming, Layer, SourceId, StoryId, Timestamp};

/// How many candidates for one hash are looked at, oldest first.
pub const MAX_CANDIDATES: usize = 16;

/// A stored entry that shares the canonical URL or the content hash.
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
    /// Its normalized text.
    pub content: Option<Hash>,
    /// Its title.
    pub title: String,
    /// Its text; empty once it has expired.
    pub text: String,
}

/// What an entry unknown in its source is.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// A release of its own.
    Distinct,
    /// A known release again.
    Same {
        /// Whose.
        story: StoryId,
        /// What says so.
        layer: Layer,
        /// 1.0 for exact layers.
        score: f64,
        /// Other stories that this entry proves to be the same release: they are merged into `story`.
        bridged: Vec<StoryId>,
    },
}

/// Fingerprints a document's entries, one per identity.
#[must_use]
pub fn settle_document(_entries: Vec<Entry>, _now: Timestamp) -> Vec<Incoming> {
    unimplemented!()
}

/// Decides.
#[must_use]
pub fn decide(_source: &SourceId, incoming: &Incoming, candidates: &[Known]) -> Verdict {
    let same = |hash: fn(&Known) -> Option<Hash>, ours: Option<Hash>| {
        candidates
            .iter()
            .find(|k| ours.is_some() && hash(k) == ours)
    };
    if let Some(k) = same(|k| k.url, incoming.fingerprint.url) {
        return Verdict::Same {
            story: k.story,
            layer: Layer::Url,
            score: 1.0,
            bridged: Vec::new(),
        };
    }
    match same(|k| k.content, incoming.fingerprint.content) {
        Some(k) => Verdict::Same {
            story: k.story,
            layer: Layer::Content,
            score: 1.0,
            bridged: Vec::new(),
        },
        None => Verdict::Distinct,
    }
}
