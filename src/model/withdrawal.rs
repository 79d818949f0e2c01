//! Releases that are taken back: by an operator for good, or by their publisher.

use super::{EntryId, Timestamp};

/// An operator's word that outputs show an entry no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// When.
    pub at: Timestamp,
    /// Why, in the operator's words, plain text.
    pub reason: Option<String>,
    /// The withdrawn entry that this one repeats; `None`: the operator meant this one.
    pub copy_of: Option<EntryId>,
}

words! {
    /// How a publisher says that it withdraws an entry.
    RetractionSign {
        /// Its feed has an `at:deleted-entry` (RFC 6721) for it.
        DeletedEntry = "deleted-entry",
        /// The entry's own headline says so by now.
        Headline = "headline",
        /// Another entry, a notice, says so.
        Notice = "notice",
        /// It is such a notice itself.
        IsNotice = "is-notice",
    }
}

/// A publisher's word that it withdraws an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retraction {
    /// When we read it.
    pub at: Timestamp,
    /// How it was said.
    pub sign: RetractionSign,
    /// Why, in the publisher's words, plain text.
    pub reason: Option<String>,
    /// The entry that says so; `None`: no entry does.
    pub notice: Option<EntryId>,
}

/// An `at:deleted-entry` of a document that was parsed (RFC 6721 §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedEntry {
    /// The Atom id of the entry.
    pub id: String,
    /// When it was deleted; `None`: no date that can be read.
    pub at: Option<Timestamp>,
    /// Why, plain text.
    pub comment: Option<String>,
}

/// What a publisher's word withdraws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdraws {
    /// This entry.
    Entry(EntryId),
    /// This entry, of which that was known.
    Again(EntryId),
    /// No entry that is stored, or not one for certain.
    Nothing,
}

/// A publisher's word that it withdraws an entry, as a refresh read it, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetractedEntry {
    /// What it withdraws.
    pub withdraws: Withdraws,
    /// The headline of the entry that is withdrawn now; else that of the notice, or the id of what was deleted.
    pub title: String,
    /// How it was said.
    pub sign: RetractionSign,
}

impl RetractedEntry {
    /// What was found, for a person.
    #[must_use]
    pub fn in_words(&self) -> String {
        let title = &self.title;
        match self.withdraws {
            Withdraws::Entry(entry) => {
                format!("the publisher withdraws entry {entry}, {title:?}")
            }
            Withdraws::Again(entry) => {
                format!("a notice repeats the withdrawal of entry {entry}: {title:?}")
            }
            Withdraws::Nothing if self.sign == RetractionSign::DeletedEntry => format!(
                "the publisher deletes an entry, but not one that is stored has its id for certain: {title:?}"
            ),
            Withdraws::Nothing => format!(
                "a headline looks like the withdrawal of an entry, but no single stored entry fits it: {title:?}"
            ),
        }
    }

    /// The entry that it withdraws.
    #[must_use]
    pub fn entry(&self) -> Option<EntryId> {
        match self.withdraws {
            Withdraws::Entry(entry) | Withdraws::Again(entry) => Some(entry),
            Withdraws::Nothing => None,
        }
    }
}

/// An entry that a refresh has withdrawn because it repeats a withdrawn one, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAway {
    /// The entry.
    pub entry: EntryId,
    /// Its headline.
    pub title: String,
    /// The withdrawn entry that it repeats.
    pub original: EntryId,
}

impl KeptAway {
    /// What was found, for a person, and what to do if it is wrong.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Self {
            entry,
            title,
            original,
        } = self;
        format!(
            "entry {entry}, {title:?}, is kept away: it repeats the withdrawn entry {original}; `mainstem split {entry}` shows it"
        )
    }
}

/// An item that an output announces as deleted (RFC 6721 §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// The outbound id of the item.
    pub item_id: String,
    /// The time of deletion that readers are told. It is later than every `updated` that the item has shown, even one in the future.
    pub at: Timestamp,
    /// Since when it is announced.
    pub announced_at: Timestamp,
    /// Why, plain text.
    pub reason: Option<String>,
}
