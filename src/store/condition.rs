//! How the store is doing, known in one place.
//!
//! Every failure that is the store's own (a full disk, a lock, damage), and not that of one record, is noted here by
//! whoever meets it. Whoever needs the store to be well watches [`StoreCondition`] and waits.

use std::sync::Arc;

use super::error::StoreError;
use super::location::StoreLocation;

/// How the store is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StoreCondition {
    /// Steps succeed, as far as is known.
    #[default]
    Well,
    /// Every step is refused; nothing is to be fetched that could not be stored.
    InTrouble(Arc<StoreTrouble>),
}

/// What is wrong with the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreTrouble {
    /// Which kind of trouble it is.
    pub kind: TroubleKind,
    /// Where the store is kept.
    pub location: StoreLocation,
    /// What was found; no full stop.
    pub found: String,
    /// What a person has to do; no full stop.
    pub advice: String,
}

/// The kinds of trouble that a store can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// No room on its file system, or a quota is used up.
    Full,
    /// Reading or writing failed.
    Failing,
    /// Another process holds the write lock.
    Locked,
    /// It may only be read.
    ReadOnly,
    /// It cannot be opened.
    Unreachable,
    /// Its file was removed or moved away.
    Missing,
    /// Another file stands in its place.
    Replaced,
    /// Its content is not sound.
    Damaged,
}

impl TroubleKind {
    /// What the store is said to be, as the first half of a sentence.
    #[must_use]
    pub fn headline(self) -> &'static str {
        match self {
            Self::Full | Self::Failing | Self::Locked | Self::ReadOnly | Self::Unreachable => {
                "the store cannot be written"
            }
            Self::Missing => "the file of the store is gone",
            Self::Replaced => "the file of the store was replaced",
            Self::Damaged => "the store is damaged",
        }
    }

    /// Whether it may end without a restart. Damage does not: only a start reads the whole file.
    #[must_use]
    pub fn may_end(self) -> bool {
        self != Self::Damaged
    }
}

impl StoreCondition {
    /// Whether steps can be expected to succeed.
    #[must_use]
    pub fn is_well(&self) -> bool {
        *self == Self::Well
    }

    /// What is wrong; `None`: nothing.
    #[must_use]
    pub fn trouble(&self) -> Option<&Arc<StoreTrouble>> {
        match self {
            Self::Well => None,
            Self::InTrouble(trouble) => Some(trouble),
        }
    }
}

impl From<&StoreTrouble> for StoreError {
    fn from(trouble: &StoreTrouble) -> Self {
        let location = trouble.location.clone();
        match trouble.kind {
            TroubleKind::Damaged => Self::Damaged {
                location,
                found: trouble.found.clone(),
                advice: trouble.advice.clone(),
            },
            _ => Self::Unusable {
                location,
                what: format!("{}; {}", trouble.found, trouble.advice),
            },
        }
    }
}
