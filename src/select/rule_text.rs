//! A rule as a person writes it.

use std::collections::BTreeSet;

use super::field::Field;
use super::phrase::Phrase;
use super::words::is_pattern;

/// A rule as written: all three parts must agree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleText {
    /// Any of these words, phrases or `/patterns/`; none: everything.
    pub include: Vec<String>,
    /// None of these.
    pub exclude: Vec<String>,
    /// An expression in CEL that is true.
    pub condition: Option<String>,
    /// Where the words are looked for; none: in [`Field::DEFAULT`].
    pub fields: BTreeSet<Field>,
}

impl RuleText {
    /// Whether it says something that no rule could say before words carried signs, ended in `*` or were looked for elsewhere
    /// than in title and text. A rule of the older kind means the same as ever.
    #[must_use]
    pub fn is_of_new_kind(&self) -> bool {
        let words = self.include.iter().chain(&self.exclude);
        let phrases = words.filter(|word| !is_pattern(word));
        let mut phrases = phrases.filter_map(|word| Phrase::read(word).ok());
        !self.fields.is_empty()
            || phrases.any(|phrase| phrase.is_of_new_kind())
            || self.condition.as_deref().is_some_and(has_word_of_new_kind)
    }

    /// The fields that its words are looked for in.
    pub(super) fn fields(&self) -> Vec<Field> {
        match self.fields.is_empty() {
            true => Field::DEFAULT.to_vec(),
            false => self.fields.iter().copied().collect(),
        }
    }
}

/// Whether an expression gives `has_word` a word of the new kind. What stands between quotes is looked at, whatever it is for: at worst
/// a rule is judged anew that says what it said.
fn has_word_of_new_kind(condition: &str) -> bool {
    let mut quoted = condition.split(['"', '\'']).skip(1).step_by(2);
    condition.contains("has_word")
        && quoted.any(|word| Phrase::read(word).is_ok_and(|phrase| phrase.is_of_new_kind()))
}
