//! Are two texts one release? By how much of the shorter one the other holds,
//! and then by what differs.
//!
//! Similarity alone cannot tell a copy from the next issue of a bulletin or
//! from a follow-up that quotes, so a pair that is similar enough is aligned,
//! and the differences decide. Hiding a fresh release is worse than showing a
//! copy twice: every doubt is a no.

use chrono::Duration;

use super::align::{Alignment, Hunk, align};
use super::prepare::{Prepared, SHINGLE};
use crate::model::{Hash, Relation, SourceId, Timestamp};
use crate::text::Word;

/// A text with fewer shingles is told by exact layers only.
pub(super) const MIN_SHINGLES: usize = 8;
/// Of the shorter text's shingles, how many the longer must hold.
const MIN_CONTAINED: f64 = 0.7;
/// The same for two sources under one headline, on the same day or so; and under one address as well.
const MIN_CONTAINED_HEADLINE: f64 = 0.5;
const MIN_CONTAINED_PAGE: f64 = 0.4;
/// A headline of fewer words ("Press release") does not count for that.
const HEADLINE_WORDS: usize = 4;
/// The same, where nothing but one number may differ.
const ALMOST_ALL: f64 = 0.9;
/// Two dates of one release and its update lie at most so far apart, unless the headline says that it is one.
const UPDATE_HOURS: i64 = 36;
/// More new words before the shared part are a story of their own, or a newer version of it.
const MAX_LEAD: usize = 25;
/// An opening sentence that stands in place of another has at least so many words.
const LEAD_SENTENCE: usize = 6;
/// Of the words of two headlines, what makes them one.
const SAME_HEADLINE: f64 = 0.6;
/// The same, where it is about whether anything connects them.
const ALIKE_HEADLINE: f64 = 0.5;
/// Of the words of the longer text's headline, how many the shorter entry has where both are of one release.
const SUPPORTED: f64 = 0.6;
/// A slot of a template has at most so many words.
const SLOT_WORDS: usize = 3;
/// A template has a slot every so many words; editors change fewer.
const WORDS_A_SLOT: usize = 30;
/// Fresh words between shared ones that an editor adds at most.
const MAX_ADDED: usize = 40;
/// A correction changes at most so many numbers; the next issue of a bulletin changes more.
const MAX_CORRECTED: usize = 3;
/// More words in one place are a sentence of their own.
const MAX_EDGE: usize = 12;

/// One of a pair: the text, and whose it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) text: &'a Prepared,
    pub(super) source: &'a SourceId,
    pub(super) url: Option<Hash>,
    pub(super) published: Option<Timestamp>,
}

impl<'a> Side<'a> {
    pub(super) fn of(profile: &'a super::compare::Profile) -> Self {
        Self {
            text: &profile.text,
            source: &profile.source,
            url: profile.url,
            published: profile.published,
        }
    }
}

/// What two similar texts are to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Judged {
    /// `None`: another release, that says so by other numbers.
    pub(super) relation: Option<Relation>,
    /// Of the shorter text, the share that the longer holds, 0.0–1.0.
    pub(super) score: f64,
    /// Words that both have.
    pub(super) shared: usize,
}

/// Whether `new` is the release `old` once more, or a newer version of it. `None`: another release, and nothing of it says
/// that its other copies are another one as well.
pub(super) fn judge(new: Side<'_>, old: Side<'_>) -> Option<Judged> {
    let pair = Pair::new(new, old)?;
    let relation = pair.relation();
    let found = &pair.differences;
    (relation.is_some() || found.conflicts > 0).then_some(Judged {
        relation,
        score: pair.score,
        shared: found.shared,
    })
}

/// Two similar texts, aligned; and what of them the rules ask for.
struct Pair<'a> {
    new: Side<'a>,
    old: Side<'a>,
    score: f64,
    /// Of the two headlines.
    headline: f64,
    /// Whether one says of itself that it is another version, and the other does not.
    is_marked: bool,
    differences: Differences,
}

/// What differs between two aligned texts.
#[derive(Debug, Default, PartialEq, Eq)]
struct Differences {
    /// Words that both have.
    shared: usize,
    /// Words before the first shared run, in the new and in the old text.
    lead: (usize, usize),
    /// Words that only one has, between shared runs; the larger of the two sums.
    added: usize,
    /// Places where both have numbers, and other ones.
    conflicts: usize,
    /// Places where both have other words, a few.
    slots: usize,
}

impl<'a> Pair<'a> {
    fn new(new: Side<'a>, old: Side<'a>) -> Option<Self> {
        if new.text.shingles.len().min(old.text.shingles.len()) < MIN_SHINGLES {
            return None;
        }
        let is_marked =
            new.text.is_version() != old.text.is_version() || new.text.is_version_beside(old.text);
        let same_page = new.url.is_some() && new.url == old.url;
        // Bulletins, announcements, notices: a source means another release by another GUID and another URL.
        if new.source == old.source
            && !same_page
            && !new.text.is_version()
            && !old.text.is_version()
        {
            return None;
        }
        let score = containment(new.text, old.text);
        let mut pair = Self {
            new,
            old,
            score,
            headline: shared_words(&new.text.title_units(), &old.text.title_units()),
            is_marked,
            differences: Differences::default(),
        };
        if score < pair.least_contained(same_page) {
            return None;
        }
        pair.differences = differences(new.text, old.text, &align(new.text, old.text));
        Some(pair)
    }

    /// How much of the shorter text the longer must hold.
    fn least_contained(&self, same_page: bool) -> f64 {
        let (new, old) = (self.new.text, self.old.text);
        let one_headline = new.title_words == old.title_words
            && new.title_words.len() >= HEADLINE_WORDS * unit(new, old);
        if self.new.source == self.old.source || !one_headline || !self.is_soon() {
            MIN_CONTAINED
        } else if same_page {
            MIN_CONTAINED_PAGE
        } else {
            MIN_CONTAINED_HEADLINE
        }
    }

    /// The rules, in order; the first that speaks decides.
    fn relation(&self) -> Option<Relation> {
        let found = &self.differences;
        let unit = self.unit();
        let reworked =
            || (self.headline >= SAME_HEADLINE && self.is_soon()).then_some(Relation::Update);
        let lead = found.lead.0.max(found.lead.1);
        if self.is_marked {
            return self.marked();
        }
        if self.titles_conflict() {
            return None;
        }
        // The next issue, as likely as a correction: who does not say that it is one is shown.
        if found.conflicts > 0 {
            return None;
        }
        if found.slots >= 2
            && found.slots * WORDS_A_SLOT * unit > found.shared
            && self.headline < SAME_HEADLINE
        {
            return None;
        }
        if lead > MAX_LEAD * unit {
            return reworked();
        }
        let replaced = found.lead.0.min(found.lead.1);
        if replaced >= LEAD_SENTENCE * unit && self.headline < ALIKE_HEADLINE {
            return None;
        }
        if found.added > (MAX_ADDED * unit).max(found.shared / 2) {
            return reworked();
        }
        // Each has a part of its own, and nothing else connects them: a round-up.
        let apart = self.headline < ALIKE_HEADLINE && self.score < ALMOST_ALL;
        if apart && self.unshared() > found.shared {
            return None;
        }
        if self.unshared() > found.shared / 2 && !self.is_supported() {
            return None;
        }
        Some(Relation::Same)
    }

    /// Words that say as much as one where words are parted by spaces.
    fn unit(&self) -> usize {
        unit(self.new.text, self.old.text)
    }

    /// One headline says that it is another version: of this release, if that is what it is about.
    fn marked(&self) -> Option<Relation> {
        let about = self.headline >= ALIKE_HEADLINE || self.score >= ALMOST_ALL;
        (about && self.differences.conflicts <= MAX_CORRECTED).then_some(Relation::Update)
    }

    /// Whether each headline has a number that the other entry has nowhere.
    fn titles_conflict(&self) -> bool {
        let lacks = |one: &Prepared, other: &Prepared| {
            one.title_words
                .iter()
                .filter(|word| word.is_number())
                .any(|number| !other.title_words.contains(number) && !other.words.contains(number))
        };
        lacks(self.new.text, self.old.text) && lacks(self.old.text, self.new.text)
    }

    /// Whether the longer text's headline is about what the two share: that of a round-up is not.
    fn is_supported(&self) -> bool {
        let (longer, shorter) = if self.new.text.words.len() > self.old.text.words.len() {
            (self.new.text, self.old.text)
        } else {
            (self.old.text, self.new.text)
        };
        let said = shorter.units();
        let title = longer.title_units();
        let supported = title.iter().filter(|word| said.contains(word)).count();
        self.headline >= ALIKE_HEADLINE || ratio(supported, title.len()) >= SUPPORTED
    }

    /// Words of the longer text that the shorter has not.
    fn unshared(&self) -> usize {
        let longer = self.new.text.words.len().max(self.old.text.words.len());
        longer.saturating_sub(self.differences.shared)
    }

    fn is_soon(&self) -> bool {
        match (self.new.published, self.old.published) {
            (Some(new), Some(old)) => (new - old).abs() <= Duration::hours(UPDATE_HOURS),
            _ => true,
        }
    }
}

/// Whether an entry edited in place is a newer version of its release, and not only polished: its headline says so, numbers
/// have changed, much was put before it, or most of it is new. Texts too short to tell: no.
#[must_use]
pub fn revises(new: &Prepared, old: &Prepared) -> bool {
    if new.is_version_beside(old) {
        return true;
    }
    if new.shingles.len().min(old.shingles.len()) < MIN_SHINGLES {
        return false;
    }
    let found = differences(new, old, &align(new, old));
    found.conflicts > 0 || found.lead.0 > MAX_LEAD || containment(new, old) < MIN_CONTAINED
}

/// In a script where a word is one character two of them say what one says elsewhere.
fn unit(new: &Prepared, old: &Prepared) -> usize {
    if new.is_dense && old.is_dense { 2 } else { 1 }
}

/// Of the shorter text's shingles, the share that the longer holds.
pub(super) fn containment(left: &Prepared, right: &Prepared) -> f64 {
    let (shorter, longer) = if left.shingles.len() <= right.shingles.len() {
        (left.shingle_set(), right.shingle_set())
    } else {
        (right.shingle_set(), left.shingle_set())
    };
    let held = shorter
        .iter()
        .filter(|shingle| longer.contains(shingle))
        .count();
    ratio(held, shorter.len().min(longer.len()))
}

/// Of the shorter headline's words, the share that the other has.
fn shared_words(left: &[Word], right: &[Word]) -> f64 {
    let (shorter, longer) = if left.len() <= right.len() {
        (left, right)
    } else {
        (right, left)
    };
    ratio(
        shorter.iter().filter(|word| longer.contains(word)).count(),
        shorter.len(),
    )
}

fn ratio(part: usize, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a ratio of word counts")]
    let ratio = part as f64 / whole.max(1) as f64;
    ratio.min(1.0)
}

fn differences(new: &Prepared, old: &Prepared, alignment: &Alignment) -> Differences {
    let unit = unit(new, old);
    let is_small = |ours: &[Word], theirs: &[Word]| ours.len().max(theirs.len()) <= MAX_EDGE * unit;
    let mut found = Differences {
        shared: alignment.shared.iter().map(|run| run.words).sum(),
        ..Differences::default()
    };
    // A few words in common before the first run worth the name are an accident.
    let runs = || alignment.shared.iter().filter(|run| run.words >= SHINGLE);
    let (Some(first), Some(last)) = (runs().next(), runs().next_back()) else {
        found.lead = (new.words.len(), old.words.len());
        return found;
    };
    found.lead = (first.left, first.right);
    found.conflicts = alignment
        .hunks
        .iter()
        .map(|hunk| {
            (
                &new.words[hunk.left.clone()],
                &old.words[hunk.right.clone()],
            )
        })
        // A sentence written anew has other numbers, as it has other words.
        .filter(|(ours, theirs)| is_small(ours, theirs) && numbers_differ(ours, theirs))
        .count();
    let within = |hunk: &&Hunk| {
        hunk.left.start >= first.left
            && hunk.left.end <= last.left + last.words
            && hunk.right.start >= first.right
            && hunk.right.end <= last.right + last.words
    };
    let mut added = (0, 0);
    for hunk in alignment.hunks.iter().filter(within) {
        let (ours, theirs) = (
            &new.words[hunk.left.clone()],
            &old.words[hunk.right.clone()],
        );
        added.0 += ours.len();
        added.1 += theirs.len();
        if ours.is_empty() || theirs.is_empty() {
            continue;
        }
        let is_slot = ours.len().max(theirs.len()) <= SLOT_WORDS * unit;
        if is_slot && !numbers_differ(ours, theirs) {
            found.slots += 1;
        }
    }
    found.added = added.0.max(added.1);
    found
}

/// Whether both have numbers, and each one that the other has not.
fn numbers_differ(left: &[Word], right: &[Word]) -> bool {
    let lacks = |one: &[Word], other: &[Word]| {
        one.iter()
            .any(|word| word.is_number() && !other.contains(word))
    };
    lacks(left, right) && lacks(right, left)
}
