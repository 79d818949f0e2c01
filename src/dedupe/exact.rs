//! The exact layers: a shared URL, a shared text.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::agree::{Words, numbers_conflict, texts_agree, titles_agree, titles_alike};
use super::{Joining, Known, Prepared, Verdict};
use crate::model::{Hash, Incoming, Layer, Relation, SourceId, StoryId};

/// A shared text with fewer words needs headlines that are alike too: short notices repeat.
const SHORT_TEXT_TOKENS: usize = 40;

/// Decides what an entry is, given every stored entry that shares its URL or its text. The oldest matching story is
/// answered, whatever the order of the candidates.
///
/// - A shared URL counts where the texts agree: many different texts link to the same landing page.
/// - A shared text counts across sources, unless the headlines have other numbers. Within one source, or where one source has
///   it under differing headlines (boilerplate in place of a text), the headlines must agree as well.
#[must_use]
pub fn decide_exact(
    source: &SourceId,
    incoming: &Incoming,
    text: &Prepared,
    candidates: &[Known],
) -> Verdict {
    if candidates.is_empty() {
        return Verdict::Distinct;
    }
    let known: Vec<(&Known, Words)> = candidates
        .iter()
        .map(|known| {
            (
                known,
                Words::new(&known.title, &known.text, known.published),
            )
        })
        .collect();
    let same = same_release(source, incoming, text, &known);
    joining(same).map_or(Verdict::Distinct, Verdict::Joins)
}

/// For each story with a member that is this release: what says so, and the member.
fn same_release<'k>(
    source: &SourceId,
    incoming: &Incoming,
    text: &Prepared,
    known: &[(&'k Known, Words)],
) -> BTreeMap<StoryId, (Layer, &'k Known)> {
    let ours = Words::of(&incoming.entry);
    let (url, content) = (incoming.fingerprint.url, text.content);
    let landing = is_landing_page(url, known);
    let boilerplate = is_boilerplate(content, known);
    let mut same: BTreeMap<StoryId, (Layer, &Known)> = BTreeMap::new();
    for (candidate, theirs) in known {
        let same_text = content.is_some() && candidate.content == content;
        let pair = Exact {
            own: candidate.source == *source,
            same_text,
            ours: &ours,
            theirs,
        };
        let layer = if url.is_some() && candidate.url == url && pair.is_one_page(landing) {
            Layer::Url
        } else if same_text && pair.is_one_text(boilerplate) {
            Layer::Content
        } else {
            continue;
        };
        // Of several members the one with the very text says which version it is.
        let found = same.entry(candidate.story).or_insert((layer, candidate));
        found.0 = found.0.min(layer);
        if same_text && found.1.content != content {
            found.1 = candidate;
        }
    }
    same
}

/// The oldest of the stories is joined, the others are bridged, unless a person has parted them.
fn joining(mut same: BTreeMap<StoryId, (Layer, &Known)>) -> Option<Joining> {
    let (story, (layer, matched)) = same.pop_first()?;
    let is_mergeable = |known: &Known| !known.is_ruled && !matched.is_ruled;
    Some(Joining {
        story,
        matched: matched.id,
        relation: Relation::Same,
        layer,
        score: 1.0,
        edition_at: matched.edition_at,
        bridged: same
            .into_iter()
            .filter(|(_, (_, known))| is_mergeable(known))
            .map(|(story, _)| story)
            .collect(),
    })
}

/// Two entries that share a URL or a text.
struct Exact<'a> {
    /// Whether they are of one source.
    own: bool,
    same_text: bool,
    ours: &'a Words,
    theirs: &'a Words,
}

impl Exact<'_> {
    /// Of two that share a URL.
    fn is_one_page(&self, landing: bool) -> bool {
        if self.same_text {
            return !self.own || headlines_agree(self.ours, self.theirs);
        }
        !landing
            && texts_agree(self.ours, self.theirs)
            && (!self.own || self.ours.title == self.theirs.title)
    }

    /// Of two that share a text.
    fn is_one_text(&self, boilerplate: bool) -> bool {
        if self.own || boilerplate {
            return headlines_agree(self.ours, self.theirs);
        }
        if numbers_conflict(&self.ours.title, &self.theirs.title) {
            return false;
        }
        self.ours.text.len() >= SHORT_TEXT_TOKENS
            || titles_alike(&self.ours.title, &self.theirs.title)
            || headlines_agree(self.ours, self.theirs)
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
