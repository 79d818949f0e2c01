//! How an answer moves on what is known of a source; pure.
//!
//! Most functions change the state and return what is said of the refresh. Validators and body hash of a document advance only where
//! it was read to its end.

use url::Url;

use super::discovery::Trail;
use super::heard::Heard;
use crate::fetch::{FetchOutcome, Fresh, Moved, NotModified, in_between};
use crate::model::{
    Entry, Extent, FailureClass, Feed, History, HostHold, LastOutcome, Location, Outcome, Pace,
    SourceState, Timestamp,
};
use crate::parse::ParseError;
use crate::schedule::observe;

/// A refusal's freshness is believed up to this, as an answer's is.
const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// From when on the source's word that nothing is new is believed: since its last whole document; since a question without
/// validators, whatever the answer, so that a server which refuses that is not pressed; and since its first word where neither is
/// known, as after an upgrade.
pub(super) fn whole_at(history: &History, heard: &Heard, now: Timestamp) -> Option<Timestamp> {
    if heard.doubted {
        return Some(now);
    }
    match heard.fetched.extent() {
        Some(Extent::Whole) => Some(now),
        Some(Extent::Unchanged | Extent::Additions) => history.whole_at.or(Some(now)),
        None => history.whole_at,
    }
}

/// The clock may have been put back while the source was asked: what was read before counts as now at the latest, so that no
/// refresh stores a time of the future.
pub(super) fn leave_no_future(history: &mut History, now: Timestamp) {
    for at in [
        &mut history.last_attempt,
        &mut history.last_success,
        &mut history.rhythm.last_new,
        &mut history.whole_at,
    ] {
        *at = at.map(|at| at.min(now));
    }
}

/// Takes over what came with a body that was read to its end.
pub(super) fn take_body(
    next: &mut SourceState,
    fresh: &Fresh,
    parsed: &Feed,
    location: &Location,
    now: Timestamp,
) {
    succeed(&mut next.history, now);
    next.history.freshness = fresh.freshness;
    // A file costs its owner nothing to be read again; only a server's wish is one.
    next.history.pace = match location {
        Location::Url(_) => parsed.pace,
        Location::File(_) => Pace::default(),
    };
    let published: Vec<Timestamp> = parsed.entries.iter().filter_map(Entry::date).collect();
    next.history.rhythm = observe(next.history.rhythm, &published, now);
    next.validators = fresh.validators.clone();
    next.body_hash = Some(fresh.body_hash);
}

/// A failure at an address that a redirect or a page once led to: from now on the configured one is asked again.
fn forget_move(next: &mut SourceState) -> bool {
    if next.moved_to.take().is_none() {
        return false;
    }
    // The bytes known are the other address's: a page at the configured one may lead to it again. Its validators are sent
    // to itself only, should the way lead there.
    next.body_hash = None;
    true
}

pub(super) fn fail(next: &mut SourceState) {
    next.history.errors = next.history.errors.saturating_add(1);
    forget_move(next);
}

pub(super) fn remember(
    next: &mut SourceState,
    to: Url,
    status: Option<u16>,
    trail: Option<&Trail>,
) -> LastOutcome {
    let to_write = Location::Url(to.clone()).to_string();
    next.moved_to = Some(to);
    let message = match trail {
        Some(trail) => trail.found(&to_write, "write that into the configuration"),
        None => format!("moved permanently: write {to_write} into the configuration"),
    };
    LastOutcome {
        message: Some(message),
        ..LastOutcome::new(Outcome::Moved, status)
    }
}

/// A body that is no feed: nothing of it is kept, least of all its validators.
pub(super) fn unreadable(
    next: &mut SourceState,
    fresh: &Fresh,
    error: Option<ParseError>,
) -> LastOutcome {
    fail(next);
    let (class, message) = error.map(|error| (error.class, error.message)).unzip();
    let message = message.map(|message| in_between(message, fresh.challenge));
    LastOutcome {
        class,
        message,
        ..LastOutcome::new(Outcome::Failed, fresh.status)
    }
}

/// What an answer without a body to read means.
pub(super) fn without_body(
    next: &mut SourceState,
    fetched: FetchOutcome,
    now: Timestamp,
) -> LastOutcome {
    match fetched {
        FetchOutcome::NotModified(same) => not_modified(next, same, now),
        FetchOutcome::Gone { status } => gone(next, status),
        FetchOutcome::Throttled {
            status,
            retry_after,
            freshness,
            message,
        } => {
            // A refusal that may be kept is a wish to be left alone as long (RFC 6585 §4 lets a 429 be cached).
            let fresh = freshness.and_then(|fresh| later(now, fresh.lifetime.min(DAY)));
            next.history.errors = next.history.errors.saturating_add(1);
            next.history.retry_after = retry_after.max(fresh.filter(|until| *until > now));
            LastOutcome {
                message,
                ..LastOutcome::new(Outcome::Throttled, Some(status))
            }
        }
        FetchOutcome::Held { hold, redirect } => held(next, &hold, redirect),
        FetchOutcome::Failed(failure) => {
            fail(next);
            next.history.retry_after = failure.retry_after;
            LastOutcome {
                class: Some(failure.class),
                message: Some(failure.message),
                ..LastOutcome::new(Outcome::Failed, failure.status)
            }
        }
        FetchOutcome::Fresh(fresh) | FetchOutcome::Moved(Moved { fresh, .. }) => {
            unreadable(next, &fresh, None)
        }
    }
}

/// The way led to a host that wants to be left alone: no failure, but the beginning of the way is not asked in vain until
/// then.
fn held(next: &mut SourceState, hold: &HostHold, status: Option<u16>) -> LastOutcome {
    next.history.retry_after = Some(hold.until);
    LastOutcome {
        message: Some(format!("it leads to {}: {}", hold.host, hold.because())),
        ..LastOutcome::new(Outcome::Throttled, status)
    }
}

fn not_modified(next: &mut SourceState, same: NotModified, now: Timestamp) -> LastOutcome {
    succeed(&mut next.history, now);
    next.history.freshness = same.freshness;
    next.validators = same.validators;
    if same.moved_to.is_some() {
        next.moved_to = same.moved_to;
    }
    LastOutcome::new(Outcome::NotModified, same.status)
}

fn gone(next: &mut SourceState, status: u16) -> LastOutcome {
    if forget_move(next) {
        fail(next);
        let what = "gone at the address that it had moved to; the configured one is asked next";
        return gone_elsewhere(what, status);
    }
    next.history.gone = true;
    let message = "the publisher says that the feed is gone for good: remove the source or give its new address";
    LastOutcome {
        message: Some(message.to_owned()),
        ..LastOutcome::new(Outcome::Gone, Some(status))
    }
}

/// A 410 that is not the configured address's own.
pub(super) fn gone_elsewhere(message: &str, status: u16) -> LastOutcome {
    LastOutcome {
        class: Some(FailureClass::Status),
        message: Some(message.to_owned()),
        ..LastOutcome::new(Outcome::Failed, Some(status))
    }
}

fn succeed(history: &mut History, now: Timestamp) {
    history.last_success = Some(now);
    history.errors = 0;
    history.gone = false;
}

fn later(now: Timestamp, wait: std::time::Duration) -> Option<Timestamp> {
    now.checked_add_signed(chrono::Duration::from_std(wait).ok()?)
}
