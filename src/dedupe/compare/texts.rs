//! How much of the shorter text the longer holds, and how much it must.

use super::super::align::{Alignment, align, align_by};
use super::super::differences::{Differences, containment, differences, ratio, text};
use super::super::prepare::{MIN_SHINGLES, Prepared, SHINGLE, Shingles, runs};
use super::pair::Pair;

/// Of the shorter text's shingles, how many the longer must hold.
const LEAST: f64 = 0.7;
/// The same for two sources under one headline, on the same day or so; and under one address as well.
const LEAST_HEADLINE: f64 = 0.5;
const LEAST_PAGE: f64 = 0.4;
/// The same for short entries, of the runs of headline and text; and under like headlines.
pub(super) const LEAST_SHORT: f64 = 0.6;
const LEAST_SHORT_HEADLINE: f64 = 0.45;
/// Runs that two short entries must share: fewer are a common phrase.
const SHARED_SHORT: usize = 8;
/// A headline of fewer words ("Press release") connects nothing.
const HEADLINE_WORDS: usize = 4;
/// Of the content words of the shorter headline, what makes two headlines one.
pub(super) const SAME_HEADLINE: f64 = 0.6;

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

impl Pair<'_> {
    /// Compares the texts; `None`: one of them is too short to say anything.
    pub(super) fn texts(&self) -> Option<Texts> {
        let (left, right) = (&self.short.text, &self.long.text);
        let is_exact = left.has_text_of(right);
        if left.is_short() {
            return self.short_texts(is_exact);
        }
        if left.shingles.len() < MIN_SHINGLES {
            return None;
        }
        let score = match is_exact {
            true => 1.0,
            false => containment(left, right),
        };
        let least = match (self.is_one_headline(), self.is_page) {
            (true, true) => LEAST_PAGE,
            (true, false) => LEAST_HEADLINE,
            (false, _) => LEAST,
        };
        let alignment = match score >= least {
            true => align(text(left), text(right)),
            false => Alignment::default(),
        };
        let found = differences((&left.words, &right.words), &alignment, SHINGLE, self.unit);
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
    fn short_texts(&self, is_exact: bool) -> Option<Texts> {
        let (left, right) = (&self.short.text, &self.long.text);
        // What is only headline shares a template with others; it is compared as a headline.
        if left.words.is_empty() {
            return None;
        }
        let run = left.short_run().min(right.short_run());
        let (ours, theirs) = (joint_runs(left, run), joint_runs(right, run));
        let shared = ours.iter().filter(|run| theirs.contains(run)).count();
        if shared < SHARED_SHORT * self.unit && !is_exact {
            return None;
        }
        let score = match is_exact {
            true => 1.0,
            false => ratio(shared, ours.len().min(theirs.len())),
        };
        let least = match self.headline >= SAME_HEADLINE && self.is_soon() {
            true => LEAST_SHORT_HEADLINE,
            false => LEAST_SHORT,
        };
        let alignment = align_by(&left.words, &right.words, run);
        let found = differences((&left.words, &right.words), &alignment, run, self.unit);
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
    fn is_one_headline(&self) -> bool {
        let (left, right) = (&self.short.text, &self.long.text);
        !self.is_own
            && left.title_words == right.title_words
            && left.title_words.len() >= HEADLINE_WORDS * self.unit
            && self.is_soon()
    }
}

/// The runs of headline and text, each once.
pub(super) fn joint_runs(text: &Prepared, length: usize) -> Shingles {
    runs(&text.joint(usize::MAX), length).into_iter().collect()
}
