//! What a host has asked of everybody who asks there.

use chrono::TimeDelta;

use super::Timestamp;
use super::moment::is_dated;

/// A host that wants to be left alone, and its refusals so far. It ends with a good answer after `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostHold {
    /// The host's name, as in URLs. Ports make no difference: a refusal speaks of the client (RFC 6585 §4).
    pub host: String,
    /// Nobody is asked there before. Afterwards one request goes first, alone.
    pub until: Timestamp,
    /// Refusals in a row; 0: it answered well, but has no request left for us.
    pub refusals: u32,
    /// The status of the answer that said so.
    pub status: u16,
    /// When it said so, by our clock.
    pub noted_at: Timestamp,
}

impl HostHold {
    /// For a person: why nobody is asked there.
    #[must_use]
    pub fn because(&self) -> String {
        match self.status {
            429 => "the host asked everybody to wait (429)".to_owned(),
            status => {
                format!("the host asked everybody to wait ({status}, and no request is left)")
            }
        }
    }

    /// Moves it by a step of the wall clock; a date that the host has named stays.
    pub fn move_by(&mut self, step: TimeDelta) {
        self.noted_at += step;
        if !is_dated(self.until) {
            self.until += step;
        }
    }

    /// The same hold by a clock that shows `now`. A clock that was ahead when the hold was noted has been set back since:
    /// the hold then lasts as long as it was meant to, from now on. A date that the host has named stays: it names a whole second
    /// (RFC 9110 §5.6.7), and a time counted from the answer has milliseconds.
    #[must_use]
    pub fn as_seen_at(mut self, now: Timestamp) -> Self {
        if self.noted_at > now {
            if !is_dated(self.until) {
                self.until -= self.noted_at - now;
            }
            self.noted_at = now;
        }
        self
    }
}

/// What the answers of a refresh have changed for a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostChange {
    /// It wants to be left alone.
    Held(HostHold),
    /// It has answered well again; its refusals are forgotten.
    Released {
        /// The host's name.
        host: String,
    },
}
