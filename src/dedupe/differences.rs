//! How much two texts share, and what differs.

use super::align::{Alignment, Hunk, Text, align};
use super::prepare::{MIN_SHINGLES, Prepared, SHINGLE, Shingles, runs};
use crate::text::Word;

/// A slot of a template has at most so many words.
const SLOT_WORDS: usize = 3;
/// More words in one place are a sentence of their own.
const SENTENCE_WORDS: usize = 12;
/// Words that were put before what was there make a text another version of it.
const MAX_LEAD: usize = 25;
/// Of the shorter text's shingles, the share that makes an edit polish.
const POLISH: f64 = 0.7;

/// What differs between two aligned texts. Left and right are those of the alignment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Differences {
    /// Words that both have.
    pub(super) shared: usize,
    /// Words before the first shared run, left and right.
    pub(super) lead: (usize, usize),
    /// Words that only one has, between shared runs; the larger of the two sums.
    pub(super) added: usize,
    /// Places where both have numbers, and other ones.
    pub(super) conflicts: usize,
    /// Places where both have other words, a few.
    pub(super) slots: usize,
}

/// A prepared text for aligning.
pub(super) fn text(prepared: &Prepared) -> Text<'_> {
    Text {
        words: &prepared.words,
        runs: &prepared.shingles,
    }
}

/// Words that say as much as one where words are parted by spaces.
pub(super) fn unit(left: &Prepared, right: &Prepared) -> usize {
    left.unit().min(right.unit())
}

/// What differs, where runs of `run` words are more than an accident.
pub(super) fn differences(
    (left, right): (&[Word], &[Word]),
    alignment: &Alignment,
    run: usize,
    unit: usize,
) -> Differences {
    let mut found = Differences {
        shared: alignment.shared.iter().map(|run| run.words).sum(),
        ..Differences::default()
    };
    // A few words in common before the first run worth the name are an accident.
    let runs = || alignment.shared.iter().filter(|shared| shared.words >= run);
    let (Some(first), Some(last)) = (runs().next(), runs().next_back()) else {
        found.lead = (left.len(), right.len());
        return found;
    };
    found.lead = (first.left, first.right);
    let is_within = |hunk: &Hunk| {
        hunk.left.start >= first.left
            && hunk.left.end <= last.left + last.words
            && hunk.right.start >= first.right
            && hunk.right.end <= last.right + last.words
    };
    let mut added = (0, 0);
    for hunk in &alignment.hunks {
        let (ours, theirs) = (&left[hunk.left.clone()], &right[hunk.right.clone()]);
        let longer = ours.len().max(theirs.len());
        let is_conflict = numbers_differ(ours, theirs);
        // A sentence written anew has other numbers, as it has other words.
        if is_conflict && longer <= SENTENCE_WORDS * unit {
            found.conflicts += 1;
        }
        if is_within(hunk) {
            added = (added.0 + ours.len(), added.1 + theirs.len());
            let is_slot = !ours.is_empty() && !theirs.is_empty() && longer <= SLOT_WORDS * unit;
            found.slots += usize::from(is_slot && !is_conflict);
        }
    }
    found.added = added.0.max(added.1);
    found
}

/// Whether both have numbers, and each one that the other has not.
pub(super) fn numbers_differ(left: &[Word], right: &[Word]) -> bool {
    let lacks = |one: &[Word], other: &[Word]| {
        let mut numbers = one.iter().filter(|word| word.is_number());
        numbers.any(|number| !other.contains(number))
    };
    lacks(left, right) && lacks(right, left)
}

/// Of the shorter text's shingles, the share that the longer holds.
pub(super) fn containment(left: &Prepared, right: &Prepared) -> f64 {
    let (shorter, longer) = match left.shingles.len() <= right.shingles.len() {
        true => (left.shingle_set(), right.shingle_set()),
        false => (right.shingle_set(), left.shingle_set()),
    };
    let held = shorter.iter().filter(|shingle| longer.contains(shingle));
    ratio(held.count(), shorter.len().min(longer.len()))
}

/// A part of a whole, 0.0–1.0.
pub(super) fn ratio(part: usize, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a ratio of word counts")]
    let ratio = part as f64 / whole.max(1) as f64;
    ratio.min(1.0)
}

/// Whether an entry edited in place is a newer version of its release, and not only polished: it says so itself, numbers have
/// changed, much was put before it, or most of it is new. Texts too short to tell: no.
#[must_use]
pub fn revises(new: &Prepared, old: &Prepared) -> bool {
    if new.is_version_beside(old) {
        return true;
    }
    if new.shingles.len().min(old.shingles.len()) < MIN_SHINGLES {
        return false;
    }
    let alignment = align(text(new), text(old));
    let found = differences(
        (&new.words, &old.words),
        &alignment,
        SHINGLE,
        unit(new, old),
    );
    found.conflicts > 0 || found.lead.0 > MAX_LEAD || containment(new, old) < POLISH
}

/// Of an edited entry's runs, the share that makes it the release that it was.
const STILL_THE_SAME: f64 = 1.0 / 3.0;

/// Whether an entry edited in place says something else altogether: next to nothing of its former headline and text is left.
/// Texts too short to tell: no.
#[must_use]
pub fn replaces(new: &Prepared, old: &Prepared) -> bool {
    let length = new.short_run().min(old.short_run());
    let of = |text: &Prepared| -> Shingles {
        runs(&text.joint(usize::MAX), length).into_iter().collect()
    };
    let (new, old) = (of(new), of(old));
    let fewer = new.len().min(old.len());
    fewer >= MIN_SHINGLES && ratio(new.intersection(&old).count(), fewer) < STILL_THE_SAME
}
