//! Words, phrases and patterns of `include` and `exclude`.

use std::collections::{BTreeSet, HashMap};

use regex::{Regex, RegexBuilder};

use super::error::{RuleError, RulePart};
use super::field::Field;
use super::phrase::{Phrase, Slip};
use super::subject::Subject;

/// Memory that a compiled `/pattern/` may take: a pattern of a few hundred alternatives takes a tenth of it.
const MAX_PATTERN_BYTES: usize = 1024 * 1024;

/// A list of words, phrases and patterns. Words and phrases are found whole and folded, by the [`super::Vocabulary`].
#[derive(Debug)]
pub(super) struct Words {
    /// All of the list, as written.
    written: Vec<String>,
    /// Phrases as the vocabulary has them, with their place in the list.
    phrases: HashMap<Phrase, usize>,
    /// Patterns with their place.
    patterns: Vec<(usize, Regex)>,
    /// Where they are looked for.
    fields: Vec<Field>,
}

impl Words {
    pub(super) fn compile(
        words: &[String],
        fields: &[Field],
        part: fn(usize) -> RulePart,
    ) -> Result<Self, Vec<RuleError>> {
        let (mut phrases, mut patterns, mut errors) = (HashMap::new(), Vec::new(), Vec::new());
        for (nth, word) in words.iter().enumerate() {
            let error = |offset, message, hint: &str| RuleError {
                part: part(nth),
                offset,
                message,
                hint: Some(hint.to_owned()),
            };
            match pattern(word) {
                Some(Ok(pattern)) => patterns.push((nth, pattern)),
                Some(Err(message)) => errors.push(error(
                    None,
                    message,
                    "patterns are those of the Rust crate `regex`: no look-around, no back-references",
                )),
                None => match Phrase::read(word) {
                    Ok(phrase) => {
                        phrases.entry(phrase).or_insert(nth);
                    }
                    Err(Slip::Empty) => errors.push(error(
                        None,
                        format!("{word:?} holds no word"),
                        "write at least one letter or digit, or a pattern between slashes",
                    )),
                    Err(Slip::Star(offset)) => errors.push(error(
                        Some(offset),
                        format!("{word:?} has a `*` that does not end a word at its end"),
                        "write \"migra*\" for all words that begin so, or a pattern between slashes for anything else",
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
            fields: fields.to_vec(),
        })
    }

    /// The places of all that can be found: two that fold to the same phrase are one.
    pub(super) fn places(&self) -> BTreeSet<usize> {
        let patterns = self.patterns.iter().map(|(nth, _)| *nth);
        self.phrases.values().copied().chain(patterns).collect()
    }

    /// Whether any of the words is looked for in the body of an entry.
    pub(super) fn reads_body(&self) -> bool {
        self.fields.contains(&Field::Text)
    }

    /// What the vocabulary has to look for.
    pub(super) fn phrases(&self) -> impl Iterator<Item = &Phrase> {
        self.phrases.keys()
    }

    /// The n-th of the list, as written.
    pub(super) fn written(&self, nth: usize) -> &str {
        self.written.get(nth).map_or("", String::as_str)
    }

    /// The places of all of the list that occur; of two that fold to the same phrase the first.
    pub(super) fn all_in(&self, subject: &Subject<'_>) -> BTreeSet<usize> {
        let phrases = self.phrases_in(subject);
        phrases.chain(self.patterns_in(subject)).collect()
    }

    fn phrases_in(&self, subject: &Subject<'_>) -> impl Iterator<Item = usize> {
        // What occurs is mostly less than what is looked for; without phrases nothing is folded.
        let fields = self.fields.iter().filter(|_| !self.phrases.is_empty());
        let found = fields.flat_map(|field| subject.phrases_in(*field));
        found.filter_map(|phrase| self.phrases.get(phrase).copied())
    }

    fn patterns_in(&self, subject: &Subject<'_>) -> impl Iterator<Item = usize> {
        let fields = self.fields.iter().filter(|_| !self.patterns.is_empty());
        let texts: Vec<_> = fields
            .flat_map(|field| field.texts(subject.entry))
            .collect();
        let occurs = move |pattern: &Regex| texts.iter().any(|text| pattern.is_match(text));
        let found = self.patterns.iter();
        found
            .filter(move |(_, pattern)| occurs(pattern))
            .map(|(nth, _)| *nth)
    }
}

/// What stands between the slashes of a pattern; `None`: it is none.
pub(super) fn between_slashes(word: &str) -> Option<&str> {
    let inner = word.strip_prefix('/')?.strip_suffix('/')?;
    (!inner.is_empty()).then_some(inner)
}

/// Whether it is a pattern and no word or phrase.
pub(super) fn is_pattern(word: &str) -> bool {
    between_slashes(word).is_some()
}

/// A pattern between slashes, on the text as it stands, whatever the case.
fn pattern(word: &str) -> Option<Result<Regex, String>> {
    let inner = between_slashes(word)?;
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
