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
    use super::near::{Judged, Side, judge};
    use crate::model::Relation;
    let same_text = one.text.content.is_some() && one.text.content == other.text.content;
    let same_page = one.url.is_some() && one.url == other.url;
    let titles = (&one.text.title_words, &other.text.title_words);
    let shared = titles
        .0
        .iter()
        .filter(|word| titles.1.contains(word))
        .count();
    let alike = shared * 2 >= titles.0.len().min(titles.1.len());
    let exact = same_text
        && (titles.0 == titles.1
            || (one.source != other.source && alike && shared > 0)
            || (one.source != other.source
                && one.text.words.len().max(other.text.words.len()) >= 40));
    let lacks = |one: &Prepared, other: &Prepared| {
        let mut numbers = one.title_words.iter().filter(|word| word.is_number());
        numbers.any(|number| !other.title_words.contains(number) && !other.words.contains(number))
    };
    let conflict = lacks(&one.text, &other.text) && lacks(&other.text, &one.text);
    let judged = match judge(Side::of(one), Side::of(other)) {
        None if conflict => Some((Sameness::Apart, 0.0)),
        _ if same_text && !exact => None,
        None if exact => Some((Sameness::Same, 1.0)),
        None => None,
        Some(Judged {
            relation: None,
            score,
            ..
        }) => Some((Sameness::Apart, score)),
        Some(Judged {
            relation: Some(Relation::Update),
            score,
            ..
        }) => Some((Sameness::Update, score)),
        Some(Judged { score, .. }) => Some((Sameness::Same, score)),
    };
    let (sameness, score) = judged.unwrap_or((Sameness::Unlike, 0.0));
    let layer = match (same_page, same_text) {
        (true, _) => Layer::Url,
        (_, true) => Layer::Content,
        _ => Layer::Near,
    };
    Comparison {
        sameness,
        layer,
        score: if layer == Layer::Near { score } else { 1.0 },
    }
}

/// What speaks for or against two entries being one release, for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Whether it speaks for it.
    pub speaks_for: bool,
    /// In words.
    pub what: String,
}

/// The evidence that [`compare`] goes by, what weighs most first.
#[must_use]
pub fn evidence(one: &Profile, other: &Profile) -> Vec<Evidence> {
    let found = compare(one, other);
    let mut evidence = Vec::new();
    let mut say = |speaks_for: bool, what: String| evidence.push(Evidence { speaks_for, what });
    if one.url.is_some() && one.url == other.url {
        say(true, "the same link".to_owned());
    }
    if one.text.content.is_some() && one.text.content == other.text.content {
        say(true, "the same text".to_owned());
    }
    let score = super::near::containment(&one.text, &other.text);
    say(
        score >= 0.7,
        format!(
            "the longer text holds {:.0} % of the shorter",
            score * 100.0
        ),
    );
    if found.sameness == Sameness::Apart {
        say(false, "other numbers in the same place".to_owned());
    }
    evidence
}
