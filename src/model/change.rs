//! What one refresh wants written, in one transaction.

use std::time::Duration;

use chrono::TimeDelta;

use super::moment::is_dated;
use super::{
    DeletedEntry, Entry, Hash, HostChange, KeptAway, LastOutcome, Layer, Location, RetractedEntry,
    SourceId, SourceState, Timestamp,
};

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
    /// What changed for the hosts that were asked.
    pub hosts: Vec<HostChange>,
    /// How much of the feed the answer vouches for; `None`: there was no answer, or another one than a document.
    pub extent: Option<Extent>,
    /// The document's own fields; `None` unless a body was parsed.
    pub feed: Option<FeedFields>,
    /// The document's entries, one per identity, in document order; empty unless a body was parsed.
    pub entries: Vec<Incoming>,
    /// What the document says of entries that it has deleted; empty unless a body was parsed.
    pub deleted: Vec<DeletedEntry>,
    /// Of the first document with entries, how many of the newest may appear; `None`: all.
    pub first_items: Option<u32>,
    /// New entries within a UTC day beyond this are held; `None`: no quota.
    pub daily_items: Option<u32>,
    /// On publication time: how far apart two entries may lie to be compared by their texts.
    pub window: Duration,
}

/// What a refresh wants written that brought nothing new and no wish of the server: that the source was asked, and when it is
/// next. Whatever else is known of the source stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchanged {
    /// Whose refresh.
    pub source: SourceId,
    /// Where it was read from, as configured.
    pub location: Location,
    /// When it ended.
    pub at: Timestamp,
    /// The last request before it: where the store knows of another, somebody else has asked since, and knows better.
    pub before: Timestamp,
    /// The HTTP status; `None` for a file.
    pub status: Option<u16>,
    /// See [`super::History::whole_at`].
    pub whole_at: Option<Timestamp>,
    /// When it is due next, and why then.
    pub due: Due,
}

impl Unchanged {
    /// Moves its times by a step of the wall clock that came while it waited to be stored.
    pub fn move_by(&mut self, step: TimeDelta) {
        self.at += step;
        self.before += step;
        for at in [&mut self.whole_at, &mut self.due.at].into_iter().flatten() {
            *at += step;
        }
    }
}

/// How much of a feed an answer vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// None of it: the server says that nothing has changed (304).
    Unchanged,
    /// What is new since the last answer (226, RFC 3229 §10.4.1).
    Additions,
    /// All that stands in the feed now: a whole document, be its bytes known already or not.
    Whole,
}

impl RefreshRecord {
    /// Whether it has a document with all that stands in it now, not only what is new.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.feed.is_some() && self.extent == Some(Extent::Whole)
    }

    /// Moves its own times by a step of the wall clock that came while it waited to be stored. What a publisher or a server has
    /// dated stays.
    pub fn move_by(&mut self, step: TimeDelta) {
        let read_at = self.at;
        self.at += step;
        let dated = self.state.history.retry_after.filter(|at| is_dated(*at));
        if let Some(due) = self.due.at.as_mut().filter(|due| Some(**due) != dated) {
            *due += step;
        }
        self.state.history.move_by(step);
        for change in &mut self.hosts {
            if let HostChange::Held(hold) = change {
                hold.move_by(step);
            }
        }
        // Without a date of its own an entry stands where its document was read.
        let undated = self
            .entries
            .iter_mut()
            .filter(|entry| entry.ordered_at == read_at);
        for entry in undated {
            entry.ordered_at = self.at;
        }
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
    /// The feed's title, plain text.
    pub title: Option<String>,
    /// The page the feed belongs to.
    pub home_url: Option<String>,
    /// Where the document says it lives.
    pub self_url: Option<String>,
    /// When the document says that it last changed, else when it was published.
    pub updated: Option<Timestamp>,
    /// The language of its texts, a tag as in RFC 5646.
    pub language: Option<String>,
    /// The address of a small picture.
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
    /// Whether it stands on a further page of its feed, which is read at first contact alone: it comes in with the others, but
    /// no later document is expected to have it.
    pub is_further: bool,
}

/// The first second of the year in which the first feeds were written: an earlier date is a system's epoch.
const FIRST_SECOND: i64 = 631_152_000;

/// The time at which an entry is compared with others: its publication, where that is credible, whatever place it has because it
/// came late; else its place.
#[must_use]
pub fn compared_at(published: Option<Timestamp>, ordered_at: Timestamp) -> Timestamp {
    let is_credible = |at: &Timestamp| *at <= ordered_at && at.timestamp() >= FIRST_SECOND;
    published.filter(is_credible).unwrap_or(ordered_at)
}

impl Incoming {
    /// See [`compared_at`].
    #[must_use]
    pub fn compared_at(&self) -> Timestamp {
        compared_at(self.entry.published, self.ordered_at)
    }
}

/// What tells an entry from the others of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The publisher's identifier.
    Guid,
    /// There is no GUID: its whole link, query and fragment included.
    Link,
    /// There is neither: title and date.
    TitleAndDate,
    /// What the operator says tells the source's entries apart; nothing else is asked.
    Stated,
}

/// What an entry is recognized by before its text is compared. Every hash is versioned by the code that makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Unique within its source: the hash of its basis, or, where several entries share that, of everything that tells it
    /// from them.
    pub identity: Hash,
    /// The hash of a basis that several entries of the source share; `None`: `identity` is that of its basis.
    pub handle: Option<Hash>,
    /// What tells it from others.
    pub basis: Basis,
    /// The canonical URL; across sources.
    pub url: Option<Hash>,
    /// Everything that an output shows of it: another value means other bytes.
    pub whole: Hash,
}

impl Fingerprint {
    /// The hash of its basis, whoever else has it.
    #[must_use]
    pub fn basis_hash(&self) -> Hash {
        self.handle.unwrap_or(self.identity)
    }
}

/// What the store made of a [`RefreshRecord`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Entries never seen before.
    pub new: u32,
    /// Entries of which the publisher changed the words.
    pub changed: u32,
    /// Known entries that say the same in other bytes: another picture, another number of views.
    pub redrawn: u32,
    /// Of the new ones, those that joined a story of another entry.
    pub duplicates: u32,
    /// The same, by what joined them.
    pub joined: Joined,
    /// Known entries that came back under another GUID.
    pub renamed: u32,
    /// Entries that their publisher was found to withdraw, and notices of which nobody knows what they withdraw.
    pub retracted: Vec<RetractedEntry>,
    /// Entries that no output shows, because they repeat what an operator has withdrawn.
    pub kept_away: Vec<KeptAway>,
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
