//! The nouns of the line: plain values, no I/O, nothing of ours imported.
//!
//! A [`Source`] is a configured place we poll; a [`Feed`] is one parsed
//! document; an [`Entry`] is one thing in it; a [`Story`] is the entries judged
//! to be one release; an [`Output`] is an outbound feed we define. A
//! [`RefreshRecord`] is what one refresh wants written.

use std::fmt;
use std::sync::Arc;

#[macro_use]
mod words;

mod address;
mod change;
mod condition;
mod correction;
mod entry;
mod episode;
mod feed;
mod health;
mod host;
mod item;
mod moment;
mod outcome;
mod output;
mod report;
mod secret;
mod source;
mod state;
mod story;
mod withdrawal;

pub use address::plain_address;
pub use change::{
    Applied, Basis, Due, Extent, FeedFields, Fingerprint, Incoming, Joined, RefreshRecord,
    Unchanged, compared_at,
};
pub use condition::Condition;
pub use correction::{Correction, EntryWords};
pub use entry::{Category, Comments, Enclosure, Entry, Medium, Origin, Person, Size};
pub use episode::{Chapters, Credit, Episode, EpisodeKind, Numbered, Thread, Transcript};
pub use feed::{Feed, FeedFormat, Pace};
pub use health::{Finding, HealthEvent, OwnEvent, SourceStatus, Trouble};
pub use host::{HostChange, HostHold};
pub use item::{Showing, Slot, updated};
pub use outcome::{FailureClass, LastOutcome, Outcome, OwnFault};
pub use output::{ContentForm, Duplicates, Face, Output, Updates, WithdrawalRule};
pub use report::SourceReport;
pub use secret::Secret;
pub use source::{Identity, Location, Source, public_url};
pub use state::{FreshBy, Freshness, History, Rhythm, SourceState, Validators};
pub use story::{Copy, Layer, Member, Relation, Story};
pub use withdrawal::{
    DeletedEntry, KeptAway, RetractedEntry, Retraction, RetractionSign, Tombstone, Withdrawal,
    Withdraws,
};

/// A moment in UTC. The store keeps milliseconds, so every moment that we make
/// is cut to whole milliseconds.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

/// Sixteen bytes of BLAKE3: identities, content hashes, body hashes.
pub type Hash = [u8; 16];

/// An id that did not follow `[a-z0-9-]+`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is made of a-z, 0-9 and `-`, not `{0}`")]
pub struct BadId(pub String);

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks `[a-z0-9-]+`.
            ///
            /// # Errors
            /// [`BadId`] names what was given.
            pub fn new(id: &str) -> Result<Self, BadId> {
                let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                if id.is_empty() || !id.bytes().all(fits) {
                    return Err(BadId(id.to_owned()));
                }
                Ok(Self(id.into()))
            }

            /// The id as it stands in the configuration.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name_id! {
    /// A source's id, as configured.
    SourceId
}
name_id! {
    /// An output's id, as configured; also its path over HTTP.
    OutputId
}

/// An entry's row in the store. Ours; the publisher's identifier is its GUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub i64);

/// A story's row in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoryId(pub i64);

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for StoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
