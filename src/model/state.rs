//! What is known of a source from earlier refreshes.

use std::time::Duration;

use chrono::TimeDelta;
use url::Url;

use super::moment::is_dated;
use super::{Condition, Hash, Pace, Timestamp};

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
