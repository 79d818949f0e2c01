//! Two texts side by side: what they share, in order, and what lies between.
//!
//! Shingles that stand once in both are anchors; of these the longest rising
//! sequence is kept (patience diff), grown in both directions, and what is left
//! between two of them is aligned word by word where it is small.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ops::Range;

use super::runs::{Mixed, runs};
use crate::text::Word;

/// A gap with more pairs of words is left as it is: 64 words on each side, beyond which the table costs more than the whole comparison.
const MAX_GAP_PAIRS: usize = 4_096;

/// The same words at one place of each text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) left: usize,
    pub(super) right: usize,
    pub(super) words: usize,
}

/// Words of the one that stand where the other has different ones; one of the two may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hunk {
    pub(super) left: Range<usize>,
    pub(super) right: Range<usize>,
}

/// Two aligned texts.
#[derive(Debug, Clone, Default)]
pub(super) struct Alignment {
    /// Rising in both, not touching in both.
    pub(super) shared: Vec<Run>,
    /// Before, between and behind the shared runs; where nothing differs there is none.
    pub(super) hunks: Vec<Hunk>,
}

/// Words to be aligned, and their runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) words: &'a [Word],
    /// At the place of their first word.
    pub(super) runs: &'a [u64],
}

/// Aligns two texts by the runs of so many words that they share.
pub(super) fn align_by(left: &[Word], right: &[Word], length: usize) -> Alignment {
    let (ours, theirs) = (runs(left, length), runs(right, length));
    let text = |words, runs| Text { words, runs };
    align(text(left, &ours), text(right, &theirs))
}

/// Aligns two texts.
pub(super) fn align(left: Text<'_>, right: Text<'_>) -> Alignment {
    let anchors = rising(&anchors(left.runs, right.runs));
    let mut shared: Vec<Run> = Vec::new();
    let mut from = (0, 0);
    for (at_left, at_right) in anchors {
        if at_left < from.0 || at_right < from.1 {
            // Inside the run that an earlier anchor has grown to.
            continue;
        }
        let run = grow(left.words, right.words, from, (at_left, at_right));
        fill(
            left.words,
            right.words,
            from,
            (run.left, run.right),
            &mut shared,
        );
        from = (run.left + run.words, run.right + run.words);
        push(&mut shared, run);
    }
    let end = (left.words.len(), right.words.len());
    if !shared.is_empty() {
        fill(left.words, right.words, from, end, &mut shared);
    }
    let hunks = hunks(&shared, end);
    Alignment { shared, hunks }
}

/// Places of shingles that stand once in both, in the order of the right one.
fn anchors(left: &[u64], right: &[u64]) -> Vec<(usize, usize)> {
    type Places = HashMap<u64, Option<usize>, BuildHasherDefault<Mixed>>;
    let places = |shingles: &[u64]| -> Places {
        let mut places =
            Places::with_capacity_and_hasher(shingles.len(), BuildHasherDefault::default());
        for (at, shingle) in shingles.iter().enumerate() {
            places
                .entry(*shingle)
                .and_modify(|once| *once = None)
                .or_insert(Some(at));
        }
        places
    };
    let (known, own) = (places(left), places(right));
    let once = |at: usize, shingle: &u64| {
        let once = own.get(shingle).copied().flatten() == Some(at);
        known.get(shingle).copied().flatten().filter(|_| once)
    };
    let pairs = right.iter().enumerate();
    pairs
        .filter_map(|(at, shingle)| Some((once(at, shingle)?, at)))
        .collect()
}

/// The longest sequence of pairs that rises in both; the pairs rise in the second already.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length, the pair that ends the best sequence of it; and for each pair, the one before.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (nth, (left, _)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].0 < *left);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(nth);
        } else {
            ends[length] = nth;
        }
    }
    let mut found = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(nth) = next {
        found.push(pairs[nth]);
        next = before[nth];
    }
    found.reverse();
    found
}

/// The run around an anchor, not reaching back before `from`.
fn grow(left: &[Word], right: &[Word], from: (usize, usize), anchor: (usize, usize)) -> Run {
    let back = (1..=(anchor.0 - from.0).min(anchor.1 - from.1))
        .take_while(|by| left[anchor.0 - by] == right[anchor.1 - by])
        .count();
    let forth = left[anchor.0..]
        .iter()
        .zip(&right[anchor.1..])
        .take_while(|(left, right)| left == right)
        .count();
    Run {
        left: anchor.0 - back,
        right: anchor.1 - back,
        words: back + forth,
    }
}

/// Aligns the words between two runs: the longest common sequence, where the gap is small and half of it is shared.
fn fill(
    left: &[Word],
    right: &[Word],
    from: (usize, usize),
    to: (usize, usize),
    shared: &mut Vec<Run>,
) {
    let (ours, theirs) = (&left[from.0..to.0], &right[from.1..to.1]);
    if ours.is_empty() || theirs.is_empty() || ours.len() * theirs.len() > MAX_GAP_PAIRS {
        return;
    }
    // lengths[i][j]: of the longest common sequence of ours[i..] and theirs[j..].
    let width = theirs.len() + 1;
    let mut lengths = vec![0_u16; (ours.len() + 1) * width];
    for i in (0..ours.len()).rev() {
        for j in (0..theirs.len()).rev() {
            lengths[i * width + j] = if ours[i] == theirs[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    // Two sentences share their small words by accident: that is no alignment.
    if usize::from(lengths[0]) * 2 < ours.len().min(theirs.len()) {
        return;
    }
    let (mut i, mut j) = (0, 0);
    while i < ours.len() && j < theirs.len() {
        if ours[i] == theirs[j] {
            push(
                shared,
                Run {
                    left: from.0 + i,
                    right: from.1 + j,
                    words: 1,
                },
            );
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
}

/// Appends a run, as one with the last where they touch in both.
fn push(shared: &mut Vec<Run>, run: Run) {
    match shared.last_mut() {
        Some(last)
            if last.left + last.words == run.left && last.right + last.words == run.right =>
        {
            last.words += run.words;
        }
        _ => shared.push(run),
    }
}

/// What lies before, between and behind shared runs of two texts that end at `end`.
pub(super) fn hunks(shared: &[Run], end: (usize, usize)) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let mut from = (0, 0);
    let last = Run {
        left: end.0,
        right: end.1,
        words: 0,
    };
    for run in shared.iter().chain([&last]) {
        let hunk = Hunk {
            left: from.0..run.left,
            right: from.1..run.right,
        };
        if !hunk.left.is_empty() || !hunk.right.is_empty() {
            hunks.push(hunk);
        }
        from = (run.left + run.words, run.right + run.words);
    }
    hunks
}
