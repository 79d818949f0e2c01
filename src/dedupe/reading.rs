//! A headline and a text read into words.
//!
//! Left out, for comparing only: the dateline, editors' notes, what a site puts
//! behind a text, the prefixes of the headline, and what its publisher puts under
//! everything ([`Boilerplate`]).

use std::borrow::Cow;

use super::blocks::{Boilerplate, Lesson};
use super::marking::Marking;
use super::prepare::{MAX_BLOCKS, Prepared, SHORT_WORDS, STANDING};
use super::runs::{MIN_SHINGLES, Runs, content, content_words, hash_of};
use crate::model::{Hash, SourceId, Timestamp};
use crate::text::{Word, dateline, fold, hash_words, headline, is_tail, mix, note, without_cut};

/// A block of fewer words ("Contact:") is not worth learning.
const MIN_BLOCK_WORDS: usize = 3;
/// Words of fewer letters on average are characters of a script without spaces: alphabets have four and more.
const LETTERS_OF_A_WORD: usize = 2;
/// Words of a headline that are compared. Longer ones are texts that their publisher gives as headlines.
const MAX_TITLE_WORDS: usize = 100;
/// Words of a text that are compared. It bounds the cost; a difference between two releases shows long before.
const MAX_WORDS: usize = 20_000;

/// An entry's headline and text as words, all of it.
#[derive(Debug, Clone)]
pub struct Reading {
    title_words: Vec<Word>,
    label: usize,
    marking: Marking,
    is_dense: bool,
    words: Vec<Word>,
    /// Where each block of `words` ends.
    ends: Vec<usize>,
    /// A hash of each block, for learning which ones a publisher repeats.
    blocks: Vec<u64>,
    /// The runs of all its words; `None` until [`Reading::ready`] has computed them.
    runs: Option<Runs>,
}

/// Reads an entry. `text`: plain, a line a block. `dateline`: its opening, where it has one.
#[must_use]
pub fn read(title: &str, text: &str, dateline: Option<&str>) -> Reading {
    let title = headline(title);
    let (title_words, label) = title_words(&fold(title.rest));
    let mut reading = Reading {
        title_words,
        label,
        marking: Marking {
            mark: title.mark,
            number: title.number,
        },
        is_dense: false,
        words: Vec::with_capacity(text.len() / 6),
        ends: Vec::new(),
        blocks: Vec::new(),
        runs: None,
    };
    let mut folded: Vec<String> = text
        .split('\n')
        .map(|block| fold(without_dateline(block, dateline)))
        .collect();
    reading.take_notes(&mut folded);
    while folded.len() > 1 && folded.last().is_some_and(|last| is_tail(last)) {
        folded.pop();
    }
    let last = folded.len().saturating_sub(1);
    let letters: usize = folded.iter().map(|block| letters(block)).sum();
    for (nth, block) in folded.iter().enumerate() {
        reading.push(match nth == last {
            true => without_cut(block),
            false => block,
        });
    }
    reading.is_dense = letters < reading.words.len() * LETTERS_OF_A_WORD;
    reading
}

/// How many letters and digits a text has.
fn letters(text: &str) -> usize {
    match text.is_ascii() {
        true => text.bytes().filter(u8::is_ascii_alphanumeric).count(),
        false => text.chars().filter(|c| c.is_alphanumeric()).count(),
    }
}

/// Words of a folded headline, and how many of them stand before a colon.
fn title_words(folded: &str) -> (Vec<Word>, usize) {
    let mut words = Vec::new();
    let (label, rest) = folded.split_once(": ").unwrap_or(("", folded));
    hash_words(label, &mut words);
    let label = words.len();
    hash_words(rest, &mut words);
    words.truncate(MAX_TITLE_WORDS);
    (words, label.min(MAX_TITLE_WORDS))
}

/// What parts a dateline from the text.
const DASHES: [char; 8] = ['-', '–', '—', '―', ' ', ':', '.', '\u{A0}'];

fn without_dateline<'t>(block: &'t str, known: Option<&str>) -> &'t str {
    known
        .and_then(|opening| block.strip_prefix(opening))
        .map_or(block, |rest| rest.trim_start_matches(DASHES))
}

impl Reading {
    /// Removes editors' notes from the first and the last block. Where the headline has no mark, the note's mark is used.
    fn take_notes(&mut self, blocks: &mut Vec<String>) {
        if let Some(first) = blocks.first_mut()
            && let Some((mark, length)) = note(first)
        {
            self.marking.mark = self.marking.mark.or(Some(mark));
            let rest = first[length..].trim_start();
            let end = dateline(rest).map_or(0, |found| found.end);
            *first = rest.get(end..).unwrap_or_default().to_owned();
        }
        if blocks.len() > 1
            && let Some(last) = blocks.last()
            && let Some((mark, _)) = note(last)
        {
            self.marking.mark = self.marking.mark.or(Some(mark));
            blocks.pop();
        }
    }

    fn push(&mut self, block: &str) {
        let start = self.words.len();
        if start >= MAX_WORDS {
            return;
        }
        hash_words(block, &mut self.words);
        self.words.truncate(MAX_WORDS);
        let words = &self.words[start..];
        if !words.is_empty() {
            self.blocks.push(hash_of(words));
            self.ends.push(self.words.len());
        }
    }

    /// Has the publisher's sketch learn from an entry of this source.
    pub fn learn(&self, known: &mut Boilerplate, source: &SourceId, published: Option<Timestamp>) {
        let content = content_words(&self.title_words);
        let mut start = 0;
        let mut blocks: Vec<u64> = Vec::with_capacity(self.blocks.len());
        for (hash, end) in self.blocks.iter().zip(&self.ends) {
            if end - start >= MIN_BLOCK_WORDS && self.blocks.len() > 1 {
                blocks.push(*hash);
            }
            start = *end;
        }
        known.learn(Lesson {
            blocks: &blocks,
            headline: self.headline(),
            text: self.whole(),
            source: source
                .as_str()
                .bytes()
                .fold(0, |hash, byte| mix(hash ^ u64::from(byte))),
            is_short: self.words.len() < SHORT_WORDS * self.unit(),
            words: &content,
            published,
        });
    }

    /// The hash of all of its blocks.
    fn whole(&self) -> u64 {
        let blocks = self.blocks.iter();
        blocks.fold(0, |hash, block| mix(hash ^ block))
    }

    fn unit(&self) -> usize {
        if self.is_dense { 2 } else { 1 }
    }

    /// The hash of its headline; 0: it has none.
    fn headline(&self) -> u64 {
        match self.title_words.is_empty() {
            true => 0,
            false => hash_of(&self.title_words),
        }
    }

    /// What the publisher is known to repeat: bit n is block n; the highest bit is the headline. A block with the words of the
    /// headline is the release's own.
    #[must_use]
    pub fn repeated(&self, known: &Boilerplate) -> u64 {
        let mut bits = 0;
        let mut start = 0;
        let is_all = known.repeats_text(self.whole());
        for (nth, (hash, end)) in self.blocks.iter().zip(&self.ends).enumerate() {
            let block = &self.words[start..*end];
            start = *end;
            if nth < MAX_BLOCKS && (is_all || known.repeats(*hash)) && block != self.title_words {
                bits |= 1 << nth;
            }
        }
        if known.is_standing(self.headline()) {
            bits |= STANDING;
        }
        bits
    }

    /// Whether the publisher is now known to repeat a part of this entry that it was not known to repeat before, long enough that
    /// entries may have been joined by it.
    #[must_use]
    pub fn is_newly_repeated(&self, before: &Boilerplate, now: &Boilerplate) -> bool {
        let mut start = 0;
        let mut blocks = self.blocks.iter().zip(&self.ends);
        let is_new = blocks.any(|(hash, end)| {
            let words = end - start;
            start = *end;
            words >= MIN_SHINGLES && now.repeats(*hash) && !before.repeats(*hash)
        });
        let whole = self.whole();
        is_new
            || (self.words.len() >= MIN_SHINGLES
                && now.repeats_text(whole)
                && !before.repeats_text(whole))
            || (now.is_standing(self.headline()) && !before.is_standing(self.headline()))
    }

    /// Its words without the blocks that `trimmed` names.
    fn kept(&self, trimmed: u64) -> Cow<'_, [Word]> {
        if trimmed & !STANDING == 0 {
            return Cow::Borrowed(&self.words);
        }
        let mut words = Vec::with_capacity(self.words.len());
        let mut start = 0;
        for (nth, end) in self.ends.iter().enumerate() {
            if nth >= MAX_BLOCKS || trimmed & (1 << nth) == 0 {
                words.extend_from_slice(&self.words[start..*end]);
            }
            start = *end;
        }
        Cow::Owned(words)
    }

    /// [`Prepared::content`] of [`Reading::prepare`], without making the rest.
    #[must_use]
    pub fn content(&self, trimmed: u64) -> Option<Hash> {
        match (self.kept(trimmed), &self.runs) {
            (Cow::Borrowed(_), Some(runs)) => runs.content,
            (words, _) => content(&words),
        }
    }

    /// Computes the runs of all words now, which is most of the work of [`Reading::prepare`]. They are of use only if no block is
    /// left out later, which is the common case.
    #[must_use]
    pub fn ready(mut self) -> Self {
        self.runs = Some(Runs::of(&self.words));
        self
    }

    /// Makes an entry ready for being compared with all of its text; `None`: `trimmed` names no block. A headline that its publisher
    /// uses again and again says nothing this way either.
    #[must_use]
    pub fn in_full(&self, trimmed: u64) -> Option<Prepared> {
        (trimmed & !STANDING != 0).then(|| self.clone().prepare(trimmed & STANDING))
    }

    /// Makes an entry ready for comparing, without the blocks that `trimmed` names.
    #[must_use]
    pub fn prepare(self, trimmed: u64) -> Prepared {
        let (whole, words, runs) = match self.kept(trimmed) {
            Cow::Owned(words) => {
                let runs = Runs::of(&words);
                (self.content(0), words, runs)
            }
            Cow::Borrowed(_) => {
                let runs = self.runs.unwrap_or_else(|| Runs::of(&self.words));
                (None, self.words, runs)
            }
        };
        Prepared {
            // Where next to nothing is left, the whole is what the publisher repeats.
            whole: runs.content.and(whole.or(runs.content)),
            title_words: self.title_words,
            label: self.label,
            is_standing_title: trimmed & STANDING != 0,
            marking: self.marking,
            is_dense: self.is_dense,
            words,
            trimmed,
            ..Prepared::of_runs(runs)
        }
    }
}
