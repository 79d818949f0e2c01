//! What changed between two plain texts, word by word.
//!
//! Goes in: what a text said before and says now. Comes out: its words in reading order, each the same in both, removed or added.
//! Texts are hostile: of long ones only the passage around the changes is compared, and what is shown of a difference is bounded,
//! however much has changed.
//!
//! `passages` cuts the texts, `spans` finds their words, `runs` compares these, and `excerpt` chooses what is shown.

mod excerpt;
mod passages;
mod runs;
mod spans;

use excerpt::{cut_behind_change, drop_end, shortened};
pub use passages::changed_passages;
use passages::is_cut;
use runs::{RunKind, WordRun, runs};
use spans::WordSpans;

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
        let [old, new] = [old, new].map(WordSpans::of);
        let runs = runs(&old, &new).into_iter().map(Some);
        Self::of(runs.collect(), &old, &new)
    }

    /// What a person reads to see what changed: the changes, with some unchanged words around each. Empty where only white space
    /// differs. Bounded in time and size, whatever the texts.
    #[must_use]
    pub fn excerpt(old: &str, new: &str) -> Self {
        let (old, new) = changed_passages(old, new);
        let [mut old, mut new] = [old, new].map(WordSpans::of);
        let is_cut =
            cut_behind_change(&mut old, &mut new) || [old.text, new.text].into_iter().any(is_cut);
        let mut runs = runs(&old, &new);
        if is_cut {
            drop_end(&mut runs);
        }
        let mut shown = shortened(runs, &new);
        if is_cut && matches!(shown.last(), Some(Some(_))) {
            shown.push(None);
        }
        Self::of(shown, &old, &new)
    }

    /// Its beginning, up to so many words of either text.
    #[must_use]
    pub fn first_words(mut self, words: usize) -> Self {
        let mut left = words;
        for at in 0..self.parts.len() {
            let (DiffPart::Same(text) | DiffPart::Removed(text) | DiffPart::Added(text)) =
                &mut self.parts[at]
            else {
                continue;
            };
            let spans = WordSpans::of(text).words;
            if let Some(beyond) = spans.get(left) {
                let end = beyond.start;
                text.truncate(end);
                self.parts.truncate(if end == 0 { at } else { at + 1 });
                if self.parts.last() != Some(&DiffPart::Omitted) {
                    self.parts.push(DiffPart::Omitted);
                }
                break;
            }
            left -= spans.len();
        }
        self
    }

    /// Writes runs out. `None`: words that are left out.
    fn of(runs: Vec<Option<WordRun>>, old: &WordSpans<'_>, new: &WordSpans<'_>) -> Self {
        let mut parts = Vec::with_capacity(runs.len());
        for (nth, run) in runs.iter().enumerate() {
            let Some(run) = run else {
                parts.push(DiffPart::Omitted);
                continue;
            };
            parts.push(match run.kind {
                RunKind::Removed => DiffPart::Removed(old.text_of(&run.old).to_owned()),
                RunKind::Added => DiffPart::Added(new.text_of(&run.new).to_owned()),
                RunKind::Same => {
                    let mut text = new.text_of(&run.new).to_owned();
                    let next = runs.get(nth + 1).and_then(Option::as_ref);
                    let is_removed = |next: &WordRun| next.kind == RunKind::Removed;
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
