//! How much two texts share, and what differs.

use super::align::{Alignment, Hunk, Text};
use super::prepare::Prepared;
use super::runs::numbers_differ;
use crate::text::Word;

/// Words that a slot of a template has at most: a name, a place, a day.
const SLOT_WORDS: usize = 3;
/// More words in one place are a sentence of their own, whose numbers are not those of the sentence that it replaced.
const SENTENCE_WORDS: usize = 12;
/// More words before what two texts share are a paragraph of their own: another release, or a newer version of this one. A dateline
/// with an agency and an editor's note has fewer.
pub(super) const MAX_LEAD: usize = 25;

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
