//! Words, phrases and patterns of `include` and `exclude`.

use std::collections::{BTreeSet, HashMap};

use regex::{Regex, RegexBuilder};

use super::{RuleError, RulePart, Subject};
use crate::text::{fold, tokens};

/// What a compiled `/pattern/` may take.
const MAX_PATTERN_BYTES: usize = 1024 * 1024;

/// A list of words, phrases and patterns. Words and phrases are found whole and folded, by the [`super::Vocabulary`].
#[derive(Debug)]
pub(super) struct Words {
    /// All of the list, as written.
    written: Vec<String>,
    /// Phrases as the vocabulary has them, with their place in the list.
    phrases: HashMap<String, usize>,
    /// Patterns with their place.
    patterns: Vec<(usize, Regex)>,
}

impl Words {
    pub(super) fn compile(
        words: &[String],
        part: fn(usize) -> RulePart,
    ) -> Result<Self, Vec<RuleError>> {
        let (mut phrases, mut patterns, mut errors) = (HashMap::new(), Vec::new(), Vec::new());
        for (nth, word) in words.iter().enumerate() {
            let error = |message, hint: &str| RuleError {
                part: part(nth),
                offset: None,
                message,
                hint: Some(hint.to_owned()),
            };
            match pattern(word) {
                Some(Ok(pattern)) => patterns.push((nth, pattern)),
                Some(Err(message)) => errors.push(error(
                    message,
                    "patterns are those of the Rust crate `regex`: no look-around, no back-references",
                )),
                None => match phrase(word) {
                    Some(phrase) => {
                        phrases.entry(phrase).or_insert(nth);
                    }
                    None => errors.push(error(
                        format!("{word:?} holds no word"),
                        "write at least one letter or digit, or a pattern between slashes",
                    )),
                },
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            written: words.to_vec(),
            phrases,
            patterns,
        })
    }

    /// The places of all that can be found: two that fold to the same phrase are one.
    pub(super) fn places(&self) -> BTreeSet<usize> {
        let patterns = self.patterns.iter().map(|(nth, _)| *nth);
        self.phrases.values().copied().chain(patterns).collect()
    }

    /// What the vocabulary has to look for.
    pub(super) fn phrases(&self) -> impl Iterator<Item = &str> {
        self.phrases.keys().map(String::as_str)
    }

    /// The n-th of the list, as written.
    pub(super) fn written(&self, nth: usize) -> &str {
        self.written.get(nth).map_or("", String::as_str)
    }

    /// The places of all of the list that occur; of two that fold to the same phrase the first.
    pub(super) fn all_in(&self, subject: &Subject<'_>) -> Vec<usize> {
        let phrases = self.phrases_in(subject);
        phrases.chain(self.patterns_in(subject)).collect()
    }

    fn phrases_in(&self, subject: &Subject<'_>) -> impl Iterator<Item = usize> {
        // What occurs is mostly less than what is looked for; without phrases nothing is folded.
        let found = (!self.phrases.is_empty()).then(|| subject.found());
        let found = found.into_iter().flatten();
        found.filter_map(|phrase| self.phrases.get(phrase).copied())
    }

    fn patterns_in(&self, subject: &Subject<'_>) -> impl Iterator<Item = usize> {
        let entry = subject.entry;
        let occurs =
            |pattern: &Regex| pattern.is_match(&entry.title) || pattern.is_match(&entry.text);
        let found = self.patterns.iter();
        found
            .filter(move |(_, pattern)| occurs(pattern))
            .map(|(nth, _)| *nth)
    }
}

/// The words of a phrase, folded, between single spaces: so it is found whole. A script that parts no words is found
/// anywhere, for each of its characters is a word.
fn phrase(word: &str) -> Option<String> {
    let words = tokens(&fold(word));
    (!words.is_empty()).then(|| format!(" {} ", words.joined()))
}

/// A pattern between slashes, on the text as it stands, whatever the case.
fn pattern(word: &str) -> Option<Result<Regex, String>> {
    let inner = word
        .strip_prefix('/')?
        .strip_suffix('/')
        .filter(|inner| !inner.is_empty())?;
    let built = RegexBuilder::new(inner)
        .case_insensitive(true)
        .size_limit(MAX_PATTERN_BYTES)
        .build();
    Some(built.map_err(|error| match error {
        regex::Error::CompiledTooBig(limit) => {
            format!("the pattern {word} takes more than {limit} bytes when compiled")
        }
        other => format!(
            "the pattern {word} cannot be read: {}",
            last_line(&other.to_string())
        ),
    }))
}

/// The regex crate draws the pattern over several lines; its last line says what is wrong.
fn last_line(drawn: &str) -> &str {
    drawn
        .lines()
        .last()
        .unwrap_or(drawn)
        .trim_start_matches("error: ")
}
