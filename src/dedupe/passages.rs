//! What two texts share and where they differ, for a person to read.

use std::ops::Range;

use super::align::{align, hunks};
use super::differences::text;
use super::prepare::Prepared;
use super::runs::{SHINGLE, containment};
use crate::text::{Word, fold, hash_words};

/// Words of a passage that are shown at each end; between them stands `…`.
const SHOWN_WORDS: usize = 12;
/// Passages that are shown of each kind.
const MAX_PASSAGES: usize = 8;

/// Two texts side by side, passage by passage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Passages {
    /// Of the shorter text, how much the longer holds, 0.0–1.0.
    pub score: f64,
    /// The longest passages that both have, in order, as the first has them.
    pub shared: Vec<String>,
    /// Where they differ, in order: what the first has there, and what the second has; one of the two may be empty.
    pub differing: Vec<(String, String)>,
}

/// Lays two plain texts side by side. Nothing is left out of them, other than in a verdict.
#[must_use]
pub fn passages(left: &str, right: &str) -> Passages {
    let (left, right) = (Written::of(left), Written::of(right));
    let mut shared = align(text(&left.prepared), text(&right.prepared)).shared;
    // Small words that both have in one place are no passage.
    shared.retain(|run| run.words >= SHINGLE);
    let end = (left.prepared.words.len(), right.prepared.words.len());
    let hunks = hunks(&shared, end);
    shared.sort_by_key(|run| std::cmp::Reverse(run.words));
    shared.truncate(MAX_PASSAGES);
    shared.sort_by_key(|run| run.left);
    let shown = shared
        .iter()
        .map(|run| left.passage(run.left..run.left + run.words));
    let hunks = hunks.iter().take(MAX_PASSAGES);
    Passages {
        score: containment(&left.prepared.shingle_set, &right.prepared.shingle_set),
        shared: shown.collect(),
        differing: hunks
            .map(|hunk| {
                (
                    left.passage(hunk.left.clone()),
                    right.passage(hunk.right.clone()),
                )
            })
            .collect(),
    }
}

/// A text with the way from its compared words back to what was written.
struct Written<'t> {
    pieces: Vec<&'t str>,
    /// For each compared word, its piece.
    piece_of: Vec<usize>,
    prepared: Prepared,
}

impl<'t> Written<'t> {
    fn of(text: &'t str) -> Self {
        let pieces: Vec<&str> = text.split_whitespace().collect();
        let mut words: Vec<Word> = Vec::new();
        let mut piece_of = Vec::new();
        for (nth, piece) in pieces.iter().enumerate() {
            hash_words(&fold(piece), &mut words);
            piece_of.resize(words.len(), nth);
        }
        Self {
            pieces,
            piece_of,
            prepared: Prepared::of_words(words),
        }
    }

    fn passage(&self, words: Range<usize>) -> String {
        if words.is_empty() {
            return String::new();
        }
        let pieces = &self.pieces[self.piece_of[words.start]..=self.piece_of[words.end - 1]];
        if pieces.len() <= 2 * SHOWN_WORDS {
            return pieces.join(" ");
        }
        let (head, tail) = (
            &pieces[..SHOWN_WORDS],
            &pieces[pieces.len() - SHOWN_WORDS..],
        );
        format!("{} … {}", head.join(" "), tail.join(" "))
    }
}
