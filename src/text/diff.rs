//! What changed between two plain texts, word by word.
//!
//! Goes in: what a text said before and says now. Comes out: its words in reading order, each the same in both, removed or added.
//! Texts are hostile: of long ones only the passage around the changes is compared, and what is shown of a difference is bounded,
//! however much has changed.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};

use super::tokens::stands_alone;

/// Bytes of each text that are compared, at most. Articles are shorter.
const COMPARED: usize = 64 * 1024;
/// Bytes that are kept of the unchanged text on either side where a text is longer; more than [`CONTEXT`] takes.
const MARGIN: usize = 400;
/// Words between the first and the last change that are compared, at most. Comparing takes the square of them where a text is
/// the same few words over and over; these take some hundredths of a second then.
const WORDS: usize = 6_000;
/// Unchanged words that are shown on either side of a change.
const CONTEXT: usize = 10;
/// Words that are shown of one passage that was removed or added, at most.
const PASSAGE: usize = 400;
/// Parts of a difference that are shown, at most.
const PARTS: usize = 8_000;
/// So few unchanged words between two changes do not part them: a rewritten sentence keeps its articles and its commas, and
/// nobody can read it interleaved with its predecessor.
const GAP: usize = 4;
/// What stands before a word, and behind it, and is a word of its own, so that `sill,` and `sill.` differ in the sign alone.
/// Signs that mean something with their word (`$5`, `-5`, `5%`, `#tag`) are no such.
const OPENING: &[char] = &['(', '[', '{', '"', '\'', '“', '‘', '„', '«', '»', '¿', '¡'];
const CLOSING: &[char] = &[
    ')', ']', '}', '"', '\'', '”', '’', '“', '»', '«', '.', ',', ';', ':', '!', '?', '…',
];

/// What changed between two texts, in reading order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordDiff {
    /// Never two of one kind in a row. What was removed comes before what was added in its place.
    pub parts: Vec<DiffPart>,
}

/// A run of words. Its text ends in the white space that parts it from what follows, if there is any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffPart {
    /// Both texts have it.
    Same(String),
    /// Only the old text has it.
    Removed(String),
    /// Only the new text has it.
    Added(String),
    /// Here words are left out.
    Omitted,
}

impl WordDiff {
    /// All words of both texts. Takes the time of what is compared; see [`changed_passages`] for long texts.
    #[must_use]
    pub fn whole(old: &str, new: &str) -> Self {
        let [old, new] = [old, new].map(Words::of);
        let runs = runs(&old, &new).into_iter().map(Some);
        Self::of(runs.collect(), &old, &new)
    }

    /// What a person reads to see what changed: the changes, with some unchanged words around each. Empty where only white space
    /// differs. Bounded in time and size, whatever the texts.
    #[must_use]
    pub fn excerpt(old: &str, new: &str) -> Self {
        let (old, new) = changed_passages(old, new);
        let [mut old, mut new] = [old, new].map(Words::of);
        // A cut falls on a boundary of characters, which have four bytes at most.
        let mut is_cut = old.text.len().max(new.text.len()) + 4 > COMPARED;
        is_cut |= cut_behind_change(&mut old, &mut new);
        let mut runs = runs(&old, &new);
        if is_cut {
            drop_end(&mut runs);
        }
        let mut shown = shortened(runs);
        if is_cut && matches!(shown.last(), Some(Some(_))) {
            shown.push(None);
        }
        Self::of(shown, &old, &new)
    }

    /// Writes runs out. `None`: words that are left out.
    fn of(runs: Vec<Option<Run>>, old: &Words<'_>, new: &Words<'_>) -> Self {
        let mut parts = Vec::with_capacity(runs.len());
        for (nth, run) in runs.iter().enumerate() {
            let Some(run) = run else {
                parts.push(DiffPart::Omitted);
                continue;
            };
            parts.push(match run.kind {
                Kind::Removed => DiffPart::Removed(old.text_of(&run.old).to_owned()),
                Kind::Added => DiffPart::Added(new.text_of(&run.new).to_owned()),
                Kind::Same => {
                    let mut text = new.text_of(&run.new).to_owned();
                    let next = runs.get(nth + 1).and_then(Option::as_ref);
                    let is_removed = |next: &Run| next.kind == Kind::Removed;
                    // What was removed stood apart from the word before it, also where nothing follows that word now.
                    if next.is_some_and(is_removed) && !text.ends_with(char::is_whitespace) {
                        text.push_str(old.gap_before(run.old.end));
                    }
                    DiffPart::Same(text)
                }
            });
        }
        Self { parts }
    }
}

/// The parts of two texts that a difference is told from: the texts themselves, or where they are long, what lies around the
/// changes. Two that differ still do.
#[must_use]
pub fn changed_passages<'t>(old: &'t str, new: &'t str) -> (&'t str, &'t str) {
    if old.len().max(new.len()) <= COMPARED {
        return (old, new);
    }
    let common = old.bytes().zip(new.bytes());
    let before = common.take_while(|(old, new)| old == new).count();
    let start = margin_start(old, before);
    let (old, new) = (&old[start..], &new[start..]);
    let common = old.bytes().rev().zip(new.bytes().rev());
    let behind = common.take_while(|(old, new)| old == new).count();
    let spare = behind.saturating_sub(MARGIN);
    let cut = |text: &'t str| {
        let end = (text.len() - spare).min(COMPARED);
        &text[..text.floor_char_boundary(end)]
    };
    (cut(old), cut(new))
}

/// Where the margin before a change begins: behind a space if there is one, so that no word is cut.
fn margin_start(text: &str, change: usize) -> usize {
    let start = text.floor_char_boundary(change.saturating_sub(MARGIN));
    if start == 0 {
        return 0;
    }
    let end = text.floor_char_boundary(change);
    let space = text[start..end].find(char::is_whitespace);
    space.map_or(start, |space| start + space)
}

/// A text and where its words stand in it.
struct Words<'t> {
    text: &'t str,
    words: Vec<Range<usize>>,
}

impl<'t> Words<'t> {
    fn of(text: &'t str) -> Self {
        let mut words = Vec::new();
        let mut start = 0;
        for chunk in text.split_inclusive(char::is_whitespace) {
            push_words(chunk.trim_end(), start, &mut words);
            start += chunk.len();
        }
        Self { text, words }
    }

    fn each(&self) -> impl DoubleEndedIterator<Item = &'t str> {
        self.words.iter().map(|word| &self.text[word.clone()])
    }

    /// Some words, with the white space between and behind them.
    fn text_of(&self, words: &Range<usize>) -> &'t str {
        let within = self.words.get(words.clone()).unwrap_or_default();
        let (Some(first), Some(last)) = (within.first(), within.last()) else {
            return "";
        };
        let next = self.words.get(words.end);
        &self.text[first.start..next.map_or(last.end, |next| next.start)]
    }

    /// The white space before a word, if another stands before it.
    fn gap_before(&self, word: usize) -> &'t str {
        let before = word.checked_sub(1).and_then(|word| self.words.get(word));
        match (before, self.words.get(word)) {
            (Some(before), Some(next)) => &self.text[before.end..next.start],
            _ => "",
        }
    }
}

/// The words of a text without white space that stands at `start`.
fn push_words(chunk: &str, start: usize, words: &mut Vec<Range<usize>>) {
    let behind = chunk.trim_start_matches(OPENING);
    let inner = behind.trim_end_matches(CLOSING);
    let begin = chunk.len() - behind.len();
    let end = begin + inner.len();
    let mut word = start;
    for (at, c) in chunk.char_indices() {
        let is_alone = at < begin || at >= end || stands_alone(c);
        let (at, behind) = (start + at, start + at + c.len_utf8());
        if is_alone && word < at {
            words.push(word..at);
        }
        if is_alone {
            words.push(at..behind);
            word = behind;
        }
    }
    if word < start + chunk.len() {
        words.push(word..start + chunk.len());
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Same,
    Removed,
    Added,
}

/// A run of words by their numbers in each text.
#[derive(Debug, Clone)]
struct Run {
    kind: Kind,
    old: Range<usize>,
    new: Range<usize>,
}

impl Run {
    /// How many words are shown.
    fn len(&self) -> usize {
        match self.kind {
            Kind::Removed => self.old.len(),
            Kind::Same | Kind::Added => self.new.len(),
        }
    }

    /// Some of them, counted from the first one.
    fn part(&self, words: Range<usize>) -> Self {
        let of = |all: &Range<usize>| {
            let at = |word: usize| (all.start + word).min(all.end);
            at(words.start)..at(words.end)
        };
        Self {
            kind: self.kind,
            old: of(&self.old),
            new: of(&self.new),
        }
    }
}

/// All words of two texts, compared.
fn runs(old: &Words<'_>, new: &Words<'_>) -> Vec<Run> {
    let mut input = InternedInput::default();
    input.update_before(old.each());
    input.update_after(new.each());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    let mut runs = Vec::new();
    let (mut in_old, mut in_new) = (0, 0);
    let mut push = |kind, old: Range<usize>, new: Range<usize>| {
        if !old.is_empty() || !new.is_empty() {
            runs.push(Run { kind, old, new });
        }
    };
    for (old, new) in joined(diff.hunks()) {
        push(Kind::Same, in_old..old.start, in_new..new.start);
        push(Kind::Removed, old.clone(), new.start..new.start);
        push(Kind::Added, old.end..old.end, new.clone());
        (in_old, in_new) = (old.end, new.end);
    }
    push(Kind::Same, in_old..old.words.len(), in_new..new.words.len());
    runs
}

/// Leaves out words far behind the first change where there are too many of them. Returns whether there were.
fn cut_behind_change(old: &mut Words<'_>, new: &mut Words<'_>) -> bool {
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
fn drop_end(runs: &mut Vec<Run>) {
    let is_same = |run: &Run| run.kind == Kind::Same;
    let kept = runs.iter().rposition(is_same).map_or(0, |last| last + 1);
    if !runs[..kept].iter().all(is_same) {
        runs.truncate(kept);
    }
}

/// The words of a change in each text.
type Change = (Range<usize>, Range<usize>);

/// Changes, those joined that next to nothing parts: see [`GAP`].
fn joined(hunks: impl Iterator<Item = Hunk>) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let size = |(old, new): &Change| old.len().max(new.len());
    for hunk in hunks {
        let range = |words: Range<u32>| words.start as usize..words.end as usize;
        let change = (range(hunk.before), range(hunk.after));
        if let Some(last) = changes.last_mut() {
            let gap = change.0.start - last.0.end;
            if gap <= GAP.min(size(last)).min(size(&change)) {
                *last = (last.0.start..change.0.end, last.1.start..change.1.end);
                continue;
            }
        }
        changes.push(change);
    }
    changes
}

/// The changes, each with some words around it; `None` stands for what is left out.
fn shortened(runs: Vec<Run>) -> Vec<Option<Run>> {
    if runs.iter().all(|run| run.kind == Kind::Same) {
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
            Kind::Same if nth == 0 => (0, CONTEXT),
            Kind::Same if nth == last => (CONTEXT, 0),
            Kind::Same => (CONTEXT, CONTEXT),
            Kind::Removed | Kind::Added => (PASSAGE, 0),
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
