//! How much of the shorter text the longer holds, and how much it must.

use super::super::align::{Alignment, align, align_by};
use super::super::differences::{Differences, differences, text};
use super::super::runs::{MIN_SHINGLES, SHINGLE, containment, ratio};
use super::pair::Pair;

/// Of the shorter text's shingles, how many the longer must hold. On the generated set of syndicated releases 0.6 hid twelve times as
/// many fresh ones, 0.8 showed twice as many copies.
pub(super) const LEAST: f64 = 0.7;
/// The same for two sources under one headline, on the same day or so: the headline says what the rest of the text would.
const LEAST_HEADLINE: f64 = 0.5;
/// The same under one address as well. What is left apart then is a page that was written anew.
const LEAST_PAGE: f64 = 0.4;
/// The same for short entries, of the runs of headline and text: one changed word takes three runs of some twenty with it.
pub(super) const LEAST_SHORT: f64 = 0.6;
/// The same for short entries under one headline, whose runs are among them.
pub(super) const LEAST_SHORT_HEADLINE: f64 = 0.45;
/// Runs that two short entries must share: ten words in a row. Fewer are a common phrase.
pub(super) const SHARED_SHORT: usize = 8;
/// A headline of fewer words ("Press release") connects nothing.
const HEADLINE_WORDS: usize = 4;

/// Two texts, compared.
pub(super) struct Texts {
    /// Of the shorter one's runs, the share that the longer holds, 0.0–1.0.
    pub(super) score: f64,
    /// The least score at which they can be one release.
    pub(super) least: f64,
    /// Whether they are the same, word for word.
    pub(super) is_exact: bool,
    /// Whether the shorter was judged together with its headline.
    pub(super) is_short: bool,
    /// Of the texts, without headlines.
    pub(super) alignment: Alignment,
    pub(super) found: Differences,
    /// Words in the runs that they were aligned by.
    pub(super) run: usize,
}

/// Compares the texts; `None`: one of them is too short to say anything.
pub(super) fn texts(pair: &Pair<'_>) -> Option<Texts> {
    let (left, right) = (&pair.short.text, &pair.long.text);
    let is_exact = left.has_text_of(right);
    if left.is_short() {
        return short_texts(pair, is_exact);
    }
    if left.shingles.len() < MIN_SHINGLES {
        return None;
    }
    let score = match is_exact {
        true => 1.0,
        false => containment(&left.shingle_set, &right.shingle_set),
    };
    let least = match (is_one_headline(pair), pair.is_page) {
        (true, true) => LEAST_PAGE,
        (true, false) => LEAST_HEADLINE,
        (false, _) => LEAST,
    };
    let alignment = match score >= least {
        true => align(text(left), text(right)),
        false => Alignment::default(),
    };
    let found = differences((&left.words, &right.words), &alignment, SHINGLE, pair.unit);
    Some(Texts {
        score,
        least,
        is_exact,
        is_short: false,
        alignment,
        found,
        run: SHINGLE,
    })
}

/// The same where one is short: by the runs of headline and text together.
fn short_texts(pair: &Pair<'_>, is_exact: bool) -> Option<Texts> {
    let (left, right) = (&pair.short.text, &pair.long.text);
    // What is only headline shares a template with others; it is compared as a headline.
    if left.words.is_empty() {
        return None;
    }
    let run = left.short_run().min(right.short_run());
    let (ours, theirs) = (left.joint_runs(run), right.joint_runs(run));
    let shared = ours.shared_with(&theirs);
    if shared < SHARED_SHORT * pair.unit && !is_exact {
        return None;
    }
    let score = match is_exact {
        true => 1.0,
        false => ratio(shared, ours.len().min(theirs.len())),
    };
    let least = match pair.has_same_headline() && pair.is_soon() {
        true => LEAST_SHORT_HEADLINE,
        false => LEAST_SHORT,
    };
    // Also where too little is shared: a person may be told where the two differ.
    let alignment = align_by(&left.words, &right.words, run);
    let found = differences((&left.words, &right.words), &alignment, run, pair.unit);
    Some(Texts {
        score,
        least,
        is_exact,
        is_short: true,
        alignment,
        found,
        run,
    })
}

/// Whether two sources have both under one headline, on the same day or so.
fn is_one_headline(pair: &Pair<'_>) -> bool {
    let (left, right) = (&pair.short.text, &pair.long.text);
    !pair.is_own
        && left.title_words == right.title_words
        && left.title_words.len() >= HEADLINE_WORDS * pair.unit
        && pair.is_soon()
}
