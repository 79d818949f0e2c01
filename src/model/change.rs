//! What one refresh wants written, in one transaction.

use std::time::Duration;

use super::{Entry, Hash, LastOutcome, Layer, Location, Outcome, SourceId, SourceState, Timestamp};

/// What one refresh wants written: the source's state, its validators and its
/// entries, all or nothing.
#[derive(Debug, Clone)]
pub struct RefreshRecord {
    /// Whose refresh.
    pub source: SourceId,
    /// Where it was read from, as configured.
    pub location: Location,
    /// When it ended; `first_seen` of what is new in it.
    pub at: Timestamp,
    /// What came of it.
    pub last: LastOutcome,
    /// The state from now on.
    pub state: SourceState,
    /// When it is due next, and why then.
    pub due: Due,
    /// The document's own fields; `None` unless a body was parsed.
    pub feed: Option<FeedFields>,
    /// The document's entries, one per identity, in document order; empty unless a body was parsed.
    pub entries: Vec<Incoming>,
    /// Of the first document with entries, how many of the newest may appear; `None`: all.
    pub first_items: Option<u32>,
    /// New entries within a UTC day beyond this are held; `None`: no quota.
    pub daily_items: Option<u32>,
    /// On publication time: how far apart two entries may lie to be compared by their texts.
    pub window: Duration,
}

impl RefreshRecord {
    /// Whether it has a document with all that stands in it now, not only what is new (226, RFC 3229).
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.feed.is_some() && self.last.status != Some(226)
    }

    /// Whether our own network kept the source from being asked: its attempt is then not of this refresh.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.last.outcome == Outcome::Failed && self.state.history.last_attempt != Some(self.at)
    }
}

/// A source's next turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// When; `None`: not again by itself (gone).
    pub at: Option<Timestamp>,
    /// For a person: what decided it.
    pub because: String,
}

/// What outputs say of the feed that an entry came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedFields {
    /// Atom `id`.
    pub id: Option<String>,
    /// Plain text.
    pub title: Option<String>,
    /// The page the feed belongs to.
    pub home_url: Option<String>,
    /// Where the document says it lives.
    pub self_url: Option<String>,
    /// As the document gives it.
    pub updated: Option<Timestamp>,
    /// As the document gives it.
    pub language: Option<String>,
    /// As the document gives it.
    pub icon: Option<String>,
}

/// An entry on its way into the store, with what it is recognized by.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The entry.
    pub entry: Entry,
    /// What it is recognized by.
    pub fingerprint: Fingerprint,
    /// Its place in outputs, should it be new.
    pub ordered_at: Timestamp,
}

/// What an entry is recognized by before its text is compared. Every hash is versioned by the code that makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Within its source: GUID, else canonical URL, else title and date.
    pub identity: Hash,
    /// The canonical URL; across sources.
    pub url: Option<Hash>,
    /// Everything that an output shows of it: another value is an edit.
    pub whole: Hash,
}

/// What the store made of a [`RefreshRecord`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Entries never seen before.
    pub new: u32,
    /// Entries edited in place.
    pub changed: u32,
    /// Of the new ones, those that joined a story of another entry.
    pub duplicates: u32,
    /// The same, by what joined them.
    pub joined: Joined,
    /// Known entries that came back under another GUID.
    pub renamed: u32,
}

/// How many entries each layer has joined to a story of another entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Joined([u32; Layer::ALL.len()]);

impl Joined {
    /// One more.
    pub fn add(&mut self, layer: Layer) {
        self.0[layer as usize] += 1;
    }

    /// How many this layer has joined.
    #[must_use]
    pub fn by(&self, layer: Layer) -> u32 {
        self.0[layer as usize]
    }
}
