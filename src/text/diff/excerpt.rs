//! What is shown of a difference.

use std::ops::Range;

use super::runs::{RunKind, WordRun};
use super::spans::WordSpans;
use crate::text::tokens::stands_alone;

/// Words between the first and the last change that are compared, at most. Comparing takes the square of them where a text is
/// the same few words over and over; these take some milliseconds then.
const WORDS: usize = 3_000;
/// Unchanged words that are shown on either side of a change.
const CONTEXT: usize = 10;
/// So many characters that are words of their own say as much as a word of letters.
const SIGNS: usize = 4;
/// Words that are shown of one passage that was removed or added, at most.
const PASSAGE: usize = 400;
/// Parts of a difference that are shown, at most.
const PARTS: usize = 2_000;

/// Leaves out words far behind the first change where there are too many of them. Returns whether there were.
pub(super) fn cut_behind_change(old: &mut WordSpans<'_>, new: &mut WordSpans<'_>) -> bool {
    let before = old.each().zip(new.each());
    let before = before.take_while(|(old, new)| old == new).count();
    let behind = old.each().rev().zip(new.each().rev());
    let behind = behind.take_while(|(old, new)| old == new).count();
    let longer = old.words.len().max(new.words.len());
    if longer.saturating_sub(before + behind) <= WORDS {
        return false;
    }
    for words in [&mut old.words, &mut new.words] {
        words.truncate(before + WORDS);
    }
    true
}

/// Of texts that were cut nobody knows what their ends say differently: the words there may stand behind the other's cut. They are
/// dropped unless nothing else has changed.
pub(super) fn drop_end(runs: &mut Vec<WordRun>) {
    let is_same = |run: &WordRun| run.kind == RunKind::Same;
    let kept = runs.iter().rposition(is_same).map_or(0, |last| last + 1);
    if !runs[..kept].iter().all(is_same) {
        runs.truncate(kept);
    }
}

/// The changes, each with some words around it; `None` stands for what is left out.
pub(super) fn shortened(runs: Vec<WordRun>, new: &WordSpans<'_>) -> Vec<Option<WordRun>> {
    if runs.iter().all(|run| run.kind == RunKind::Same) {
        return Vec::new();
    }
    let last = runs.len() - 1;
    let mut shown = Vec::new();
    for (nth, run) in runs.into_iter().enumerate() {
        if shown.len() >= PARTS {
            shown.push(None);
            break;
        }
        let (head, tail) = match run.kind {
            RunKind::Same => {
                let words = || new.words[run.new.clone()].iter();
                let head = if nth == 0 { 0 } else { context(new, words()) };
                let tail = match nth == last {
                    true => 0,
                    false => context(new, words().rev()),
                };
                (head, tail)
            }
            RunKind::Removed | RunKind::Added => (PASSAGE, 0),
        };
        let words = run.len();
        if words <= head + tail {
            shown.push(Some(run));
            continue;
        }
        for part in [
            Some(run.part(0..head)).filter(|_| head > 0),
            None,
            Some(run.part(words - tail..words)).filter(|_| tail > 0),
        ] {
            let is_second_gap = part.is_none() && matches!(shown.last(), Some(None));
            if part.is_some() || !is_second_gap {
                shown.push(part);
            }
        }
    }
    shown
}

/// How many of these words, from the first, are shown beside a change.
fn context<'w>(text: &WordSpans<'_>, words: impl Iterator<Item = &'w Range<usize>>) -> usize {
    let mut room = CONTEXT * SIGNS;
    let takes_its_room = |word: &&Range<usize>| {
        let sign = text.text[(*word).clone()].chars().next();
        let weight = if sign.is_some_and(stands_alone) {
            1
        } else {
            SIGNS
        };
        let left = room.checked_sub(weight);
        left.inspect(|left| room = *left).is_some()
    };
    words.take_while(takes_its_room).count()
}
