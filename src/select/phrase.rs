//! A word or phrase of a rule, and the forms of a text in which it is found.

use crate::text::{fold, tokens, words_with_signs};

/// A word or phrase as it is looked for: folded words between single spaces, so that it is found whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Phrase(String);

/// Why a text is no word or phrase.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// It has neither a letter nor a digit.
    Empty,
    /// A `*` stands elsewhere than at the end of a word that ends the phrase; its byte offset.
    Star(usize),
}

impl Phrase {
    /// Reads a phrase as a person writes it: `peace talks`, `C++`, `migra*`.
    ///
    /// # Errors
    /// See [`Slip`].
    pub(super) fn read(written: &str) -> Result<Self, Slip> {
        let trimmed = written.trim_end();
        let stem = trimmed.strip_suffix('*').unwrap_or(trimmed);
        if let Some(offset) = stem.find('*') {
            return Err(Slip::Star(offset));
        }
        let is_beginning = stem.len() < trimmed.len();
        let folded = fold(stem);
        let plain = tokens(&folded);
        if plain.is_empty() {
            return Err(Slip::Empty);
        }
        let signed = words_with_signs(&folded);
        if is_beginning && !folded.ends_with(|last| signed.ends_with(last)) {
            return Err(Slip::Star(stem.len()));
        }
        let words = match signed.contains(is_no_word) {
            true => &signed,
            false => plain.joined(),
        };
        let end = if is_beginning { "" } else { " " };
        Ok(Self(format!(" {words}{end}")))
    }

    /// Whether it is found in the form of a text that keeps signs.
    pub(super) fn has_signs(&self) -> bool {
        self.0.contains(is_no_word)
    }

    /// What is looked for in [`Form`]s.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text has it.
    pub(super) fn occurs_in(&self, text: &str) -> bool {
        let folded = fold(text);
        let words = match self.has_signs() {
            true => signed_form(&folded),
            false => plain_form(tokens(&folded).joined()),
        };
        words.contains(&self.0)
    }

    /// Whether rules read this otherwise than before words could carry signs or end in `*`.
    pub(super) fn is_of_new_kind(&self) -> bool {
        self.has_signs() || !self.0.ends_with(' ')
    }
}

/// Whether a character is a sign: a phrase without signs consists of letters, digits and spaces.
fn is_no_word(c: char) -> bool {
    !c.is_alphanumeric() && c != ' '
}

/// The form of a text in which phrases without signs are found.
pub(super) fn plain_form(words: &str) -> String {
    format!(" {words} ")
}

/// The form of a folded text in which phrases with signs are found.
pub(super) fn signed_form(folded: &str) -> String {
    format!(" {} ", words_with_signs(folded))
}
