//! What is wrong with a source, as `/health.atom` tells it.

use super::{SourceId, Timestamp};

words! {
    /// What can be wrong with a source.
    Trouble {
        /// No success for a day or longer.
        Broken = "broken",
        /// Answers, but has published nothing for far longer than it used to.
        Silent = "silent",
        /// Lives at another address than the configured one.
        Moved = "moved",
        /// Ended by its publisher (410).
        Gone = "gone",
        /// Its documents have to be repaired.
        Repaired = "repaired",
        /// More new entries in a day than its quota; the rest are held back.
        Flooding = "flooding",
    }
}

words! {
    /// How a source is doing, in one word; what needs somebody's attention most stands first.
    SourceStatus {
        /// The last request failed.
        Trouble = "trouble",
        /// Ended by its publisher (410).
        Gone = "gone",
        /// Answers, but has published nothing for far longer than it used to.
        Silent = "silent",
        /// It, or its host, asks to be left alone for a while.
        Held = "held",
        /// Nobody has asked it so far.
        Never = "never",
        /// It answers.
        Well = "well",
    }
}

/// The result of looking for one kind of trouble at a source. Where nothing can be told now, there is no finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The kind of trouble that was looked for.
    pub trouble: Trouble,
    /// What is wrong, for a person; `None`: the source does not have it.
    pub message: Option<String>,
}

/// A trouble from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthEvent {
    /// The source in trouble.
    pub source: SourceId,
    /// The kind of trouble.
    pub trouble: Trouble,
    /// When it was first found.
    pub began_at: Timestamp,
    /// When it was first found to be over; `None`: it lasts.
    pub resolved_at: Option<Timestamp>,
    /// As it was first found.
    pub message: String,
}

/// A trouble of mainstem itself, from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnEvent {
    /// What is in trouble, as a category: one word.
    pub part: &'static str,
    /// What is wrong, in a few words.
    pub title: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was over; `None`: it lasts.
    pub resolved_at: Option<Timestamp>,
    /// What it is and what to do.
    pub message: String,
}
