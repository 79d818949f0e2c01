//! What a rule says of an entry, and why.

use std::fmt;

/// What an entry showed of a rule: that one of its parts does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// The n-th of `include` occurs.
    Included(usize),
    /// The n-th of `exclude` occurs.
    Excluded(usize),
    /// `where` is true.
    True,
    /// `where` is false.
    False,
}

/// What a rule says of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All parts agree.
    Kept,
    /// A part does not.
    Dropped(Reason),
    /// `where` could not be evaluated, for this reason; the entry is kept.
    Unjudged(String),
}

/// The part that dropped an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// None of the words of `include` occurs.
    NotIncluded,
    /// This word of `exclude` occurs.
    Excluded(String),
    /// `where` is false.
    WhereFalse(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotIncluded => f.write_str("none of the words of `include` occurs"),
            Self::Excluded(word) => write!(f, "excluded by {word:?}"),
            Self::WhereFalse(expression) => write!(f, "`where` is false: {expression}"),
        }
    }
}
