//! A stored entry beside the incoming one that has its identity.

use chrono::TimeDelta;

use crate::model::{Basis, EntryId, Hash, Incoming, StoryId, Timestamp};

/// How exact a stored entry's `last_seen` is, on its source's own clock: exact enough for retention, and most polls write nothing.
pub const SEEN_EXACT_TO: TimeDelta = TimeDelta::days(1);

/// A stored entry, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEntry {
    /// The entry.
    pub id: EntryId,
    /// Its story.
    pub story: StoryId,
    /// See [`crate::model::Fingerprint::identity`].
    pub identity: Hash,
    /// See [`crate::model::Fingerprint::whole`].
    pub whole: Hash,
    /// See [`crate::model::Fingerprint::url`].
    pub url: Option<Hash>,
    /// When it was published, else updated.
    pub date: Option<Timestamp>,
    /// When its source's document last had it, by the source's own clock; exact to [`SEEN_EXACT_TO`].
    pub last_seen: Timestamp,
    /// Whether only its identity is left.
    pub is_expired: bool,
    /// Whether an operator has withdrawn it.
    pub is_withdrawn: bool,
}

/// Whether a stored entry with the identity of an incoming one is that entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It is.
    Certain,
    /// It is, unless several entries of the source share the basis of its identity.
    UnlessShared,
    /// It may have been edited, or be another entry: only the texts can tell.
    Doubtful,
}

impl KnownEntry {
    /// Compares it with an incoming entry that has its identity.
    #[must_use]
    pub fn matches(&self, incoming: &Incoming) -> Match {
        let print = &incoming.fingerprint;
        let is_dated_alike = self.date == incoming.entry.date();
        match self.whole == print.whole {
            true if is_dated_alike || print.basis == Basis::Stated => Match::Certain,
            true if print.handle.is_none() => Match::UnlessShared,
            _ => Match::Doubtful,
        }
    }

    /// Whether what its publisher makes of it is taken over. An expired entry stays expired: its release has had its time. A withdrawn
    /// one stays what was withdrawn, so that it goes on to tell who repeats it.
    #[must_use]
    pub fn can_change(&self) -> bool {
        !self.is_expired && !self.is_withdrawn
    }

    /// What must be written when its source's document has it. `whole`: of the incoming entry. `heard_at`: the source's own clock.
    #[must_use]
    pub fn sighting(&self, whole: &Hash, heard_at: Timestamp) -> Sighting {
        if self.can_change() && self.whole != *whole {
            Sighting::Changed
        } else if heard_at - self.last_seen > SEEN_EXACT_TO {
            Sighting::Seen
        } else {
            Sighting::Recent
        }
    }
}

/// What must be written of a known entry that a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sighting {
    /// What it says and shows now.
    Changed,
    /// That it was seen.
    Seen,
    /// Nothing: it was marked as seen not long ago.
    Recent,
}
