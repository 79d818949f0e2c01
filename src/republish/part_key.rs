//! Names of the parts of rules, as stores hold them; pure.

use std::fmt;

use crate::select::{RuleText, Sign};

/// A part of a rule, by its text: places in a rule change. Written as it stands in stores.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PartKey {
    /// All that the rule has judged.
    Judged,
    /// This word of `include` occurred.
    Included(String),
    /// This word of `exclude` occurred.
    Excluded(String),
    /// This `where` was true.
    True(String),
    /// This `where` was false.
    False(String),
}

impl PartKey {
    /// The part of a rule that a sign tells of.
    pub(super) fn of(sign: Sign, rule: &RuleText) -> Self {
        let word = |list: &[String], nth: usize| list.get(nth).cloned().unwrap_or_default();
        let condition = || rule.condition.clone().unwrap_or_default();
        match sign {
            Sign::Included(nth) => Self::Included(word(&rule.include, nth)),
            Sign::Excluded(nth) => Self::Excluded(word(&rule.exclude, nth)),
            Sign::True => Self::True(condition()),
            Sign::False => Self::False(condition()),
        }
    }

    /// The part that is written so; `None`: no version that we know of has written it.
    pub(super) fn read(written: &str) -> Option<Self> {
        if written.is_empty() {
            return Some(Self::Judged);
        }
        let (kind, text) = written.split_once(' ')?;
        let text = text.to_owned();
        match kind {
            "include" => Some(Self::Included(text)),
            "exclude" => Some(Self::Excluded(text)),
            "true" => Some(Self::True(text)),
            "false" => Some(Self::False(text)),
            _ => None,
        }
    }
}

impl fmt::Display for PartKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Judged => Ok(()),
            Self::Included(word) => write!(f, "include {word}"),
            Self::Excluded(word) => write!(f, "exclude {word}"),
            Self::True(condition) => write!(f, "true {condition}"),
            Self::False(condition) => write!(f, "false {condition}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stores hold these texts.
    #[test]
    fn a_part_has_one_written_form() {
        let cases = [
            (PartKey::Judged, ""),
            (
                PartKey::Included("two words".to_owned()),
                "include two words",
            ),
            (PartKey::Included(String::new()), "include "),
            (PartKey::Excluded(" spaced ".to_owned()), "exclude  spaced "),
            (PartKey::True("words > 3".to_owned()), "true words > 3"),
            (PartKey::False("include x".to_owned()), "false include x"),
        ];
        for (part, written) in cases {
            assert_eq!(part.to_string(), written);
            assert_eq!(PartKey::read(written), Some(part));
        }
        for unknown in ["x", "include", "other y"] {
            assert_eq!(PartKey::read(unknown), None);
        }
    }
}
