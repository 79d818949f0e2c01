//! The one comparison of two entries: are they one release?
//!
//! Every layer asks it; layers differ only in where their candidates come from.
//! It is symmetric, and it knows nothing of stories or of who came first.

use super::prepare::Prepared;
use crate::model::{Hash, Layer, SourceId, Timestamp};

/// An entry with all that a comparison asks of it.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its source.
    pub source: SourceId,
    /// The site that its link belongs to: sources of one site are one publisher's.
    pub publisher: Option<u64>,
    /// Its canonical URL, fragment included.
    pub url: Option<Hash>,
    /// The publisher's date.
    pub published: Option<Timestamp>,
    /// Hashes of the addresses of attached sound and video, sorted.
    pub enclosures: Vec<u64>,
    /// Its words.
    pub text: Prepared,
}

/// What two entries are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// One release in one version.
    Same,
    /// One release in two versions.
    Update,
    /// Too little in common to say; a third may be the same release as both.
    Unlike,
    /// Two releases for certain: no third joins them.
    Apart,
}

/// What comparing two entries came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// What they are to each other.
    pub sameness: Sameness,
    /// What says so, where they are one release.
    pub layer: Layer,
    /// 0.0–1.0; 1.0 for exact layers.
    pub score: f64,
}

/// Compares two entries of different identities. `compare(a, b) == compare(b, a)`.
#[must_use]
pub fn compare(one: &Profile, other: &Profile) -> Comparison {
    let same_text = one.text.content.is_some() && one.text.content == other.text.content;
    let same_page = one.url.is_some() && one.url == other.url;
    let side = |profile| super::near::Side::of(profile);
    let judged = super::near::judge(side(one), side(other));
    let (sameness, score) = match judged {
        Some(super::near::Judged { relation: None, score, .. }) => (Sameness::Apart, score),
        Some(super::near::Judged { relation: Some(crate::model::Relation::Update), score, .. }) => (Sameness::Update, score),
        Some(super::near::Judged { score, .. }) => (Sameness::Same, score),
        None if same_text => (Sameness::Same, 1.0),
        None => (Sameness::Unlike, 0.0),
    };
    let layer = match (same_page, same_text) {
        (true, _) => Layer::Url,
        (_, true) => Layer::Content,
        _ => Layer::Near,
    };
    Comparison { sameness, layer, score }
}
