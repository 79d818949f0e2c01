//! Words, phrases and patterns of `include` and `exclude`.

use aho_corasick::AhoCorasick;
use regex::{Regex, RegexBuilder};

use super::{RuleError, RulePart, Subject};
use crate::text::{fold, tokens};

/// What a compiled `/pattern/` may take.
const MAX_PATTERN_BYTES: usize = 1024 * 1024;

/// A list of words, phrases and patterns. Words and phrases are found whole, folded, in one pass over the text.
#[derive(Debug)]
pub(super) struct Words {
    phrases: AhoCorasick,
    /// The phrases as written, by the automaton's numbers.
    written: Vec<String>,
    patterns: Vec<(Regex, String)>,
}

impl Words {
    pub(super) fn compile(
        words: &[String],
        part: fn(usize) -> RulePart,
    ) -> Result<Self, Vec<RuleError>> {
        let (mut folded, mut written, mut patterns, mut errors) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (nth, word) in words.iter().enumerate() {
            match pattern(word) {
                Some(Ok(pattern)) => patterns.push((pattern, word.clone())),
                Some(Err(message)) => errors.push(RuleError {
                    part: part(nth),
                    offset: None,
                    message,
                    hint: Some("patterns are those of the Rust crate `regex`: no look-around, no back-references".to_owned()),
                }),
                None => match phrase(word) {
                    Some(phrase) => {
                        folded.push(phrase);
                        written.push(word.clone());
                    }
                    None => errors.push(RuleError {
                        part: part(nth),
                        offset: None,
                        message: format!("{word:?} holds no word"),
                        hint: Some("write at least one letter or digit, or a pattern between slashes".to_owned()),
                    }),
                },
            }
        }
        // Fails only beyond millions of patterns, far above what a configuration holds.
        let phrases = AhoCorasick::new(&folded).map_err(|error| {
            vec![RuleError {
                part: part(0),
                offset: None,
                message: format!("too many words: {error}"),
                hint: None,
            }]
        })?;
        if errors.is_empty() {
            Ok(Self {
                phrases,
                written,
                patterns,
            })
        } else {
            Err(errors)
        }
    }

    /// The first of the list that occurs, as written.
    pub(super) fn first_in(&self, subject: &Subject<'_>) -> Option<&str> {
        if !self.written.is_empty()
            && let Some(found) = self.phrases.find(subject.words())
        {
            return self
                .written
                .get(found.pattern().as_usize())
                .map(String::as_str);
        }
        let occurs = |pattern: &Regex| {
            pattern.is_match(&subject.entry.title) || pattern.is_match(&subject.entry.text)
        };
        self.patterns
            .iter()
            .find(|(pattern, _)| occurs(pattern))
            .map(|(_, written)| written.as_str())
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
