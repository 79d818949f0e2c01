//! Whether two entries that share a URL or a text are one release.
//!
//! Hiding a fresh release is worse than showing a copy twice: every doubt is a no.

use std::collections::HashSet;

use crate::model::{Entry, Timestamp};
use crate::text::{Tokens, fold, tokens};

use super::prepare::MIN_CONTENT_WORDS;

/// Words in a run that is looked for in the other text.
const SHINGLE: usize = 5;
/// Of the shorter text's runs, how many the longer must hold to be its fuller form.
const CONTAINED: f64 = 0.8;
/// A headline with fewer words ("Press release") names no release by itself.
const MIN_TITLE_TOKENS: usize = 4;
/// Two sources date the same short notice at most this far apart.
const SAME_NOTICE_DAYS: i64 = 3;

/// The words of an entry, and its date.
pub(super) struct Words {
    pub(super) title: Tokens,
    pub(super) text: Tokens,
    pub(super) published: Option<Timestamp>,
}

impl Words {
    pub(super) fn of(entry: &Entry) -> Self {
        Self::new(&entry.title, &entry.text, entry.published)
    }

    pub(super) fn new(title: &str, text: &str, published: Option<Timestamp>) -> Self {
        Self {
            title: tokens(&fold(title)),
            text: tokens(&fold(text)),
            published,
        }
    }

    fn is_short(&self) -> bool {
        self.text.len() < MIN_CONTENT_WORDS
    }
}

/// Whether two entries under one URL are one release: one text is a part of the other, or, where a text is too short to
/// tell, headline and date are the same.
pub(super) fn texts_agree(left: &Words, right: &Words) -> bool {
    if left.is_short() || right.is_short() {
        return left.title.len() >= MIN_TITLE_TOKENS
            && left.title == right.title
            && same_day_or_so(left, right);
    }
    let (shorter, longer) = if left.text.len() <= right.text.len() {
        (left, right)
    } else {
        (right, left)
    };
    numbers_within(&shorter.text, &longer.text)
        && containment(&shorter.text, &longer.text) >= CONTAINED
}

/// Whether one headline is the other, perhaps with words put before or after it (`ABCNS: …`), with the same numbers.
pub(super) fn titles_agree(left: &Tokens, right: &Tokens) -> bool {
    if left == right {
        return !left.is_empty();
    }
    let (shorter, longer) = if left.len() <= right.len() {
        (left, right)
    } else {
        (right, left)
    };
    shorter.len() >= MIN_TITLE_TOKENS
        && format!(" {} ", longer.joined()).contains(&format!(" {} ", shorter.joined()))
        && numbers_within(longer, shorter)
}

/// Whether the headlines share at least half of the words of the shorter one.
pub(super) fn titles_alike(left: &Tokens, right: &Tokens) -> bool {
    let (shorter, longer) = if left.len() <= right.len() {
        (left, right)
    } else {
        (right, left)
    };
    let known: HashSet<&str> = longer.iter().collect();
    let shared = shorter.iter().filter(|word| known.contains(word)).count();
    shared > 0 && shared * 2 >= shorter.len()
}

/// Whether each headline has a number that the other lacks: two issues of what is otherwise one text.
pub(super) fn numbers_conflict(left: &Tokens, right: &Tokens) -> bool {
    !numbers_within(left, right) && !numbers_within(right, left)
}

fn same_day_or_so(left: &Words, right: &Words) -> bool {
    match (left.published, right.published) {
        (Some(left), Some(right)) => (left - right).num_days().abs() <= SAME_NOTICE_DAYS,
        _ => true,
    }
}

/// Whether every number of `part` stands in `whole`: a bulletin differs from the last one in its values.
fn numbers_within(part: &Tokens, whole: &Tokens) -> bool {
    let is_number = |word: &&str| word.contains(|c: char| c.is_numeric());
    let known: HashSet<&str> = whole.iter().filter(is_number).collect();
    part.iter()
        .filter(is_number)
        .all(|number| known.contains(number))
}

/// How much of `part`'s runs of words stand in `whole`, 0.0–1.0.
fn containment(part: &Tokens, whole: &Tokens) -> f64 {
    let runs = |text: &Tokens| -> Vec<String> {
        let words: Vec<&str> = text.iter().collect();
        words.windows(SHINGLE).map(|run| run.join(" ")).collect()
    };
    let known: HashSet<String> = runs(whole).into_iter().collect();
    let wanted = runs(part);
    let found = wanted.iter().filter(|run| known.contains(*run)).count();
    #[expect(clippy::cast_precision_loss, reason = "a ratio of word counts")]
    let ratio = found as f64 / wanted.len().max(1) as f64;
    ratio
}
