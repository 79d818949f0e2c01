//! When a host asks to be left alone, and for how long; pure.
//!
//! A 429 speaks of the client, not of the address (RFC 6585 §4), and so does an
//! answer that leaves no request (`X-RateLimit-Remaining: 0`, as large hosts send
//! it, or the names of draft-ietf-httpapi-ratelimit-headers): the whole host waits.

use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use http::{HeaderMap, StatusCode};

use super::freshness::{MAX_RETRY_AFTER_SECONDS, retry_after};
use crate::model::{HostChange, HostHold, Timestamp};

/// How long a host is left alone that names no time, as a multiple of its gap between two requests; doubled with each refusal in a
/// row.
const GAPS: u32 = 60;
/// Upper bound of that time.
const MAX_UNNAMED: Duration = Duration::from_secs(3600);
/// A smaller reset counts seconds from now, a larger one the seconds since 1970.
const FIRST_EPOCH: f64 = 1e9;

const REMAINING: [&str; 2] = ["x-ratelimit-remaining", "ratelimit-remaining"];
const RESET: [&str; 2] = ["x-ratelimit-reset", "ratelimit-reset"];

/// What an answer says of its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HostWord {
    /// 2xx or 304.
    Good,
    /// The same, but it was the last request for now.
    Last(Wait),
    /// 429, or another refusal because no request is left.
    Refused(Wait),
    /// Nothing: an error of the address, or a redirect.
    Other,
}

/// How long a host wants to be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    status: u16,
    /// `None`: it does not say.
    until: Option<Timestamp>,
}

/// Reads what an answer says of its host.
pub(super) fn host_word(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> HostWord {
    let is_good = status.is_success() || status == StatusCode::NOT_MODIFIED;
    let wait = Wait {
        status: status.as_u16(),
        until: named_wait(headers, now),
    };
    let is_spent = number(headers, REMAINING).is_some_and(|left| left < 1.0);
    match (status, is_spent) {
        (StatusCode::TOO_MANY_REQUESTS, _) => HostWord::Refused(wait),
        (_, true) if is_good => HostWord::Last(wait),
        (_, true) => HostWord::Refused(wait),
        (_, false) if is_good => HostWord::Good,
        (_, false) => HostWord::Other,
    }
}

/// The time that an answer names: `Retry-After` (RFC 9110 §10.2.3), else `x-ratelimit-reset`. At most seven days away.
pub(super) fn named_wait(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    retry_after(headers, now).or_else(|| reset(headers, now))
}

/// What is known of a host after an answer; `None`: the same as before. `refusals`: those in a row when the request was
/// sent, so that several requests which were under way together count as one. `gap`: between two requests there.
pub(super) fn decide(
    host: &str,
    known: Option<&HostHold>,
    refusals: u32,
    word: HostWord,
    gap: Duration,
    now: Timestamp,
) -> Option<HostChange> {
    let so_far = known.map_or(0, |hold| hold.refusals);
    let (wait, refusals) = match word {
        HostWord::Refused(wait) => (wait, so_far.max(refusals.saturating_add(1))),
        HostWord::Last(wait) => (wait, 0),
        HostWord::Good => {
            // A request that was sent before the host asked to be left alone says nothing of the time afterwards.
            let ended = known.filter(|hold| hold.until <= now)?;
            let host = ended.host.clone();
            return Some(HostChange::Released { host });
        }
        HostWord::Other => return None,
    };
    let unnamed = || now.checked_add_signed(TimeDelta::from_std(unnamed(gap, refusals)).ok()?);
    let until = wait.until.or_else(unnamed).unwrap_or(now);
    Some(HostChange::Held(HostHold {
        host: host.to_owned(),
        until: known.map_or(until, |hold| hold.until.max(until)),
        refusals,
        status: wait.status,
        noted_at: now,
    }))
}

fn unnamed(gap: Duration, refusals: u32) -> Duration {
    let doubled = 1_u32
        .checked_shl(refusals.saturating_sub(1))
        .unwrap_or(u32::MAX);
    gap.saturating_mul(GAPS)
        .saturating_mul(doubled)
        .min(MAX_UNNAMED)
}

/// When the host counts anew; `None`: it does not say, or that has passed.
fn reset(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let reset = number(headers, RESET)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturates, and is bounded below"
    )]
    let seconds = reset.ceil() as i64;
    let until = if reset < FIRST_EPOCH {
        now.checked_add_signed(TimeDelta::try_seconds(seconds)?)?
    } else {
        DateTime::from_timestamp(seconds, 0).unwrap_or(Timestamp::MAX_UTC)
    };
    let longest = now + TimeDelta::seconds(MAX_RETRY_AFTER_SECONDS);
    (until > now).then(|| until.min(longest))
}

/// A header's number, under the first of its names. Some hosts write decimals.
fn number(headers: &HeaderMap, names: [&str; 2]) -> Option<f64> {
    let value = names.iter().find_map(|name| headers.get(*name))?;
    let number: f64 = value.to_str().ok()?.trim().parse().ok()?;
    number.is_finite().then_some(number)
}
