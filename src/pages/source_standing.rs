//! How a source stands, in one word: what sources are counted and looked for by.

use crate::health::examine;
use crate::model::{SourceReport, Timestamp, Trouble};

/// How a source stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SourceStanding {
    /// It answers, and brings something new as often as it used to.
    Well,
    /// The last attempt to ask it failed.
    Trouble,
    /// It answers, but has brought nothing new for far longer than it used to.
    Silent,
    /// Its publisher has ended it.
    Gone,
    /// It was never asked.
    Never,
}

impl SourceStanding {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [
        Self::Well,
        Self::Trouble,
        Self::Silent,
        Self::Gone,
        Self::Never,
    ];

    /// How a source stands. `daily_items`: its quota of new entries a day; `None`: it has none.
    pub(super) fn of(report: &SourceReport, daily_items: Option<u32>, now: Timestamp) -> Self {
        if report.last.is_none() {
            return Self::Never;
        }
        if report.history.gone {
            return Self::Gone;
        }
        if report.history.errors > 0 {
            return Self::Trouble;
        }
        let findings = examine(report, daily_items, now);
        let is_silent = findings
            .iter()
            .any(|found| found.trouble == Trouble::Silent && found.message.is_some());
        if is_silent { Self::Silent } else { Self::Well }
    }

    /// The word for it in addresses: `/sources?state=…`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Trouble => "trouble",
            Self::Silent => "silent",
            Self::Gone => "gone",
            Self::Never => "never",
        }
    }

    /// For people.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Well => "Well",
            Self::Trouble => "In trouble",
            Self::Silent => "Silent",
            Self::Gone => "Gone",
            Self::Never => "Never asked",
        }
    }
}
