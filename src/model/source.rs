//! A place we poll, and what is known of it from earlier refreshes.

use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use url::Url;

use super::change::is_dated;
use super::{Condition, Hash, Pace, SourceId, Timestamp};

/// A configured place we poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Unique among the configured sources.
    pub id: SourceId,
    /// Where the feed is.
    pub location: Location,
    /// What to call it; `None`: the feed's own title.
    pub title: Option<String>,
    /// Labels that outputs select by (`tag:wire`) and rules see.
    pub tags: Vec<String>,
    /// Whose copy of a story is shown: higher wins.
    pub priority: i64,
    /// Of a new source's backlog, how many of the newest may appear in outputs; `None`: all.
    pub first_items: Option<NonZeroU32>,
    /// New entries in a day beyond this are stored but held back; `None`: no quota.
    pub daily_items: Option<NonZeroU32>,
    /// What tells its entries apart; `None`: decided from what the source gives.
    pub identity: Option<Identity>,
    /// The id that this source had before; its entries and state go on under the new one.
    pub formerly: Option<SourceId>,
}

words! {
    /// What an operator may say tells the entries of a source apart. Entries that have the same are one entry.
    Identity {
        /// The GUID.
        Guid = "guid",
        /// The whole link, query and fragment included.
        Link = "link",
        /// The headline, without regard to case and accents.
        Title = "title",
    }
}

/// Where a feed is read from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Location {
    /// An `http` or `https` URL, as configured, without fragment.
    Url(Url),
    /// A local file, absolute; re-read when its bytes differ.
    File(PathBuf),
}

/// Names of parameters that carry a secret, or begin or end so.
const SECRET_NAMES: &[&str] = &[
    "key",
    "token",
    "auth",
    "secret",
    "sig",
    "signature",
    "pass",
    "password",
    "pw",
];
/// A parameter of so many letters and digits in one run is a key, whatever its name.
const SECRET_LENGTH: usize = 16;

/// A URL that may be shown to everybody: without user info, and without its query where that looks like carrying a secret, as
/// the addresses of private feeds do.
#[must_use]
pub fn public_url(url: &Url) -> Url {
    let mut public = url.clone();
    // Neither call fails for http and https; other URLs have no user info that they could keep.
    let _ = public.set_username("");
    let _ = public.set_password(None);
    if url
        .query_pairs()
        .any(|(name, value)| is_secret(&name, &value))
    {
        public.set_query(None);
    }
    public
}

fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let named = SECRET_NAMES.iter().any(|secret| {
        name.split(['_', '-', '.']).any(|part| part == *secret) || name.ends_with(secret)
    });
    // A key has digits among its letters; a long word has not.
    let is_key = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| {
            run.len() >= SECRET_LENGTH
                && run.contains(|c: char| c.is_ascii_digit())
                && run.contains(|c: char| c.is_ascii_alphabetic())
        })
    };
    (named && !value.is_empty()) || is_key(value) || (value.is_empty() && is_key(&name))
}

impl fmt::Display for Location {
    /// For people: never with the URL's user info.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) if url.username().is_empty() && url.password().is_none() => url.fmt(f),
            Self::Url(url) => {
                let mut bare = url.clone();
                // Neither call fails for http and https, the only schemes a location has.
                let _ = bare.set_username("");
                let _ = bare.set_password(None);
                bare.fmt(f)
            }
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// What is known of a source from earlier refreshes. The default is a source never asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceState {
    /// What the last complete answer gave to be sent back; stored only together with its entries.
    pub validators: Option<Validators>,
    /// Of the decoded body last parsed; the same bytes are not parsed again.
    pub body_hash: Option<Hash>,
    /// Where a permanent redirect, or a web page that names its feed, led to a valid feed; asked in place of the
    /// configured URL until it fails.
    pub moved_to: Option<Url>,
    /// What the schedule decides on.
    pub history: History,
}

/// Validators of a source (RFC 9110 §8.8), byte for byte as the server sent them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validators {
    /// The URL that gave them; they are sent to no other.
    pub url: Url,
    /// The value of `ETag`, quotes and `W/` included.
    pub etag: Option<Vec<u8>>,
    /// The value of `Last-Modified`, whatever it says.
    pub last_modified: Option<Vec<u8>>,
}

/// What the schedule decides on. All moments are ours except where said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// The last request's end, whatever came of it.
    pub last_attempt: Option<Timestamp>,
    /// The last fresh or not-modified answer.
    pub last_success: Option<Timestamp>,
    /// Failures in a row; 0 after any success.
    pub errors: u32,
    /// The server asked not to be asked before this (`Retry-After`).
    pub retry_after: Option<Timestamp>,
    /// How long the last complete answer stays fresh, from `last_success` on.
    pub freshness: Option<Freshness>,
    /// What the feed itself asks of those who poll it, from `last_success` on.
    pub pace: Pace,
    /// The server said 410: not asked again without `--force`.
    pub gone: bool,
    /// How often the source publishes.
    pub rhythm: Rhythm,
    /// How the source was doing after the last request.
    pub condition: Condition,
    /// When the source was last asked without validators, or gave a whole document; `None`: not since this is kept.
    pub whole_at: Option<Timestamp>,
}

impl History {
    /// Moves our own moments by a step of the wall clock; a date that the server has named stays.
    pub fn move_by(&mut self, step: TimeDelta) {
        let own = [
            &mut self.last_attempt,
            &mut self.last_success,
            &mut self.rhythm.last_new,
            &mut self.whole_at,
        ];
        for moment in own.into_iter().flatten() {
            *moment += step;
        }
        if let Some(until) = self.retry_after.as_mut().filter(|until| !is_dated(**until)) {
            *until += step;
        }
    }
}

/// How long an answer stays fresh (RFC 9111 §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// Zero: the server says that it is stale already.
    pub lifetime: Duration,
    /// The header that says so.
    pub by: FreshBy,
}

words! {
    /// The header that an answer's freshness follows from.
    FreshBy {
        /// `Cache-Control: max-age`, less the `Age` that a cache on the way has added.
        MaxAge = "max-age",
        /// `Expires`, counted from the answer's `Date`.
        Expires = "Expires",
    }
}

/// How often a source publishes, learned from its documents.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rhythm {
    /// Mean time between two entries; `None` until two are known.
    pub mean_gap: Option<Duration>,
    /// When something new last came: the newest entry's own date where it gives
    /// one that is not in the future, else the refresh that brought it.
    pub last_new: Option<Timestamp>,
}

words! {
    /// What came of a refresh; the word stands in the log, the store and `sources --json`.
    Outcome {
        /// A body that was not known before.
        Fresh = "fresh",
        /// 304, or the same bytes again.
        NotModified = "not_modified",
        /// A fresh body, found through a permanent redirect.
        Moved = "moved",
        /// 410: the publisher ended the feed.
        Gone = "gone",
        /// 429; or 503 or a redirect with `Retry-After`.
        Throttled = "throttled",
        /// Anything else; [`FailureClass`] says what.
        Failed = "failed",
    }
}

words! {
    /// Why a refresh failed.
    FailureClass {
        /// The name has no address.
        Dns = "dns",
        /// No connection.
        Connect = "connect",
        /// Certificate or handshake.
        Tls = "tls",
        /// The deadline over the whole request passed.
        Timeout = "timeout",
        /// Beyond the cap on the decoded body, the header or the wire.
        TooLarge = "too_large",
        /// The transfer ended before the body did.
        Truncated = "truncated",
        /// The content coding could not be undone.
        Decode = "decode",
        /// An address that is not to be asked.
        EgressBlocked = "egress_blocked",
        /// A redirect that cannot be followed.
        Redirect = "redirect",
        /// A redirect back to where it came from, or our own feed as a source.
        Loop = "loop",
        /// A status that is no answer.
        Status = "status",
        /// A body, but not a feed.
        NotAFeed = "not_a_feed",
        /// A feed, but not readable.
        Parse = "parse",
        /// Nested beyond the limit.
        TooDeep = "too_deep",
        /// The parser panicked on it.
        Panic = "panic",
        /// A local file that is missing or cannot be read.
        File = "file",
        /// The store could not take the entries; they are asked for again.
        Store = "store",
    }
}

/// What came of the last refresh, as the log and `mainstem sources` tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastOutcome {
    /// The kind.
    pub outcome: Outcome,
    /// Why, where it failed.
    pub class: Option<FailureClass>,
    /// The last HTTP status, where there was one.
    pub status: Option<u16>,
    /// For a person: what was wrong, and where; no newline, no secret.
    pub message: Option<String>,
}

impl LastOutcome {
    /// How the message begins where a document had to be repaired.
    pub const REPAIRED: &str = "repaired: ";

    /// What had to be repaired of the document, for a person; `None`: nothing, or there was no document.
    #[must_use]
    pub fn repairs(&self) -> Option<&str> {
        self.message.as_deref()?.strip_prefix(Self::REPAIRED)
    }
}

/// One line of `mainstem sources`.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceReport {
    /// The source.
    pub id: SourceId,
    /// Its feed's own title, once known.
    pub feed_title: Option<String>,
    /// Its feed's home page, once known.
    pub home_url: Option<String>,
    /// What came of the last refresh; `None`: never asked.
    pub last: Option<LastOutcome>,
    /// [`SourceState::moved_to`].
    pub moved_to: Option<Url>,
    /// What the schedule decides on.
    pub history: History,
    /// When it is next due as last decided; `None`: never asked, or not again.
    pub next_due: Option<Timestamp>,
    /// Why then.
    pub because: Option<String>,
    /// Stored entries.
    pub entries: u64,
    /// Of these, the ones that are copies of another source's.
    pub duplicates: u64,
    /// The UTC day, counted from 1970, that brought new entries last,
    pub busy_day: i64,
    /// and how many.
    pub busy_day_items: u32,
    /// How often an entry known already came back under another GUID.
    pub renamed: u64,
}

impl SourceReport {
    /// On a source that nobody has asked so far.
    #[must_use]
    pub fn never_asked(id: SourceId) -> Self {
        Self {
            id,
            feed_title: None,
            home_url: None,
            last: None,
            moved_to: None,
            history: History::default(),
            next_due: None,
            because: None,
            entries: 0,
            duplicates: 0,
            busy_day: 0,
            busy_day_items: 0,
            renamed: 0,
        }
    }
}
