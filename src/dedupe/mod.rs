//! Is this entry known? Pure: entries and candidates in, a verdict out.
//!
//! Layers in order: the GUID within its source (the store's unique key; an
//! edit), the canonical URL across sources, the hash of the normalized text
//! across sources. Similarity of texts will stand behind these, in `near.rs`.
//! The store calls [`decide`] inside the transaction that writes the entry, so
//! that what it saw is what there is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, Duration};

use crate::model::{Entry, EntryId, Hash, Incoming, Layer, SourceId, StoryId, Timestamp};

mod agree;
mod canonical;
mod identity;

use agree::{Words, texts_agree, titles_agree, titles_alike};

/// How many candidates for one hash the store hands over at most, oldest first.
pub const MAX_CANDIDATES: usize = 16;

/// A shared text with fewer words needs headlines that are alike too: short notices repeat.
const SHORT_TEXT_TOKENS: usize = 40;

/// Publishers without a date write 1970 or their system's epoch; the web's first feeds are of this year.
const FIRST_YEAR: i32 = 1990;

/// A candidate: a stored entry that shares the canonical URL or the content hash.
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
    /// Its headline.
    pub title: String,
    /// Its text; empty once it has expired.
    pub text: String,
    /// The publisher's date.
    pub published: Option<Timestamp>,
}

/// What an entry is whose identity its source did not have before.
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

/// Fingerprints a document's entries. Of two with the same identity the one with the latest date is kept, then the first;
/// the others are dropped. Document order is kept.
#[must_use]
pub fn settle_document(entries: Vec<Entry>, now: Timestamp) -> Vec<Incoming> {
    let mut kept: Vec<Incoming> = Vec::with_capacity(entries.len());
    let mut at: HashMap<Hash, usize> = HashMap::with_capacity(entries.len());
    for (position, entry) in entries.into_iter().enumerate() {
        let fingerprint = identity::fingerprint(&entry);
        let ordered_at = ordered_at(&entry, now, position);
        let date = |entry: &Entry| entry.updated.max(entry.published);
        match at.get(&fingerprint.identity) {
            Some(&first) if date(&entry) > date(&kept[first].entry) => {
                kept[first] = Incoming {
                    entry,
                    fingerprint,
                    ordered_at,
                };
            }
            Some(_) => {}
            None => {
                at.insert(fingerprint.identity, kept.len());
                kept.push(Incoming {
                    entry,
                    fingerprint,
                    ordered_at,
                });
            }
        }
    }
    kept
}

/// An entry's place in outputs: when it was published, else updated; else, or where that lies in the future or before
/// there were feeds, when it was first seen, a millisecond earlier for each entry before it in its document.
fn ordered_at(entry: &Entry, now: Timestamp, position: usize) -> Timestamp {
    let credible = |at: &Timestamp| *at <= now && at.year() >= FIRST_YEAR;
    entry
        .published
        .or(entry.updated)
        .filter(credible)
        .unwrap_or_else(|| {
            now - Duration::milliseconds(i64::try_from(position).unwrap_or(i64::MAX).min(60_000))
        })
}

/// Decides what an entry is, given every stored entry that shares its URL or its text. The oldest matching story is
/// answered, whatever the order of the candidates.
///
/// - A shared URL counts where the texts agree: many different texts link to the same landing page.
/// - A shared text counts across sources. Within one source, or where one source has it under differing headlines
///   (boilerplate in place of a text), the headlines must agree as well.
#[must_use]
pub fn decide(source: &SourceId, incoming: &Incoming, candidates: &[Known]) -> Verdict {
    let ours = Words::of(&incoming.entry);
    let known: Vec<(&Known, Words)> = candidates
        .iter()
        .map(|known| {
            (
                known,
                Words::new(&known.title, &known.text, known.published),
            )
        })
        .collect();
    let print = &incoming.fingerprint;
    let landing = is_landing_page(print.url, &known);
    let boilerplate = is_boilerplate(print.content, &known);
    let mut same: BTreeMap<StoryId, Layer> = BTreeMap::new();
    for (candidate, theirs) in &known {
        let own = candidate.source == *source;
        let same_text = print.content.is_some() && candidate.content == print.content;
        let by_url = print.url.is_some()
            && candidate.url == print.url
            && match same_text {
                true => !own || headlines_agree(&ours, theirs),
                false => {
                    !landing && texts_agree(&ours, theirs) && (!own || ours.title == theirs.title)
                }
            };
        let by_text = same_text
            && if own || boilerplate {
                headlines_agree(&ours, theirs)
            } else {
                ours.text.len() >= SHORT_TEXT_TOKENS
                    || titles_alike(&ours.title, &theirs.title)
                    || headlines_agree(&ours, theirs)
            };
        if by_url {
            same.insert(candidate.story, Layer::Url);
        } else if by_text {
            same.entry(candidate.story).or_insert(Layer::Content);
        }
    }
    match same.pop_first() {
        None => Verdict::Distinct,
        Some((story, layer)) => Verdict::Same {
            story,
            layer,
            score: 1.0,
            bridged: same.into_keys().collect(),
        },
    }
}

/// Whether entries of more than one story already link to this URL: it is a landing page, no identity.
fn is_landing_page(url: Option<Hash>, known: &[(&Known, Words)]) -> bool {
    let stories: BTreeSet<StoryId> = known
        .iter()
        .filter(|(known, _)| url.is_some() && known.url == url)
        .map(|(known, _)| known.story)
        .collect();
    stories.len() > 1
}

/// Whether one source has this text under headlines that differ. Of one that has expired the headline is not known any more.
fn is_boilerplate(content: Option<Hash>, known: &[(&Known, Words)]) -> bool {
    let mut first: HashMap<&SourceId, &Words> = HashMap::new();
    known
        .iter()
        .filter(|(known, words)| {
            content.is_some() && known.content == content && !words.text.is_empty()
        })
        .any(|(known, words)| match first.get(&known.source) {
            Some(first) => !headlines_agree(first, words),
            None => {
                first.insert(&known.source, words);
                false
            }
        })
}

/// Whether two headlines are one, or both entries have none: notes and short messages come without.
fn headlines_agree(left: &Words, right: &Words) -> bool {
    (left.title.is_empty() && right.title.is_empty()) || titles_agree(&left.title, &right.title)
}
