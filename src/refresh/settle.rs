//! What a refresh means for its source; pure.

use std::sync::Arc;

use url::Url;

use crate::dedupe::settle_pages;
use crate::fetch::{Failure, Fault, FetchOutcome, Fresh, Moved, NotModified, in_between};
use crate::model::{
    Condition, Due, Entry, Extent, FailureClass, Feed, FeedFields, History, HostChange, HostHold,
    LastOutcome, Location, Outcome, OwnFault, Pace, RefreshRecord, SourceState, Timestamp,
};
use crate::parse::ParseError;
use crate::schedule::{next_due, observe};

use super::Target;
use super::discovery::Trail;
use super::further::{Further, is_first_contact};
use super::told::{moved_by_its_word, repairs, told_otherwise};

/// When a source is asked again after our own network or machine failed: nobody was bothered.
const AFTER_LOCAL: chrono::Duration = chrono::Duration::minutes(1);

/// A refusal's freshness is believed up to this, as an answer's is.
const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// What one request brought.
#[derive(Clone)]
pub(super) struct Heard {
    /// The answer.
    pub(super) fetched: FetchOutcome,
    /// Its body, read; `None` where there was none.
    pub(super) parsed: Option<Result<Feed, ParseError>>,
    /// How a web page at the source's address led to it; `None`: there was none, or it led nowhere.
    pub(super) trail: Option<Trail>,
    /// Whether validators were left out because the source was no longer believed.
    pub(super) doubted: bool,
    /// Further pages of a feed that one of its sources has not read before.
    pub(super) further: Arc<Further>,
    /// What changed for hosts.
    pub(super) hosts: Vec<HostChange>,
}

/// What is to be written. Validators and body hash advance only together with the entries they stand for.
pub(super) fn settle(
    target: &Target,
    state: &SourceState,
    mut heard: Heard,
    now: Timestamp,
) -> RefreshRecord {
    let hosts = std::mem::take(&mut heard.hosts);
    RefreshRecord {
        hosts,
        ..settle_source(target, state, heard, now)
    }
}

fn settle_source(
    target: &Target,
    state: &SourceState,
    heard: Heard,
    now: Timestamp,
) -> RefreshRecord {
    let mut next = state.clone();
    leave_no_future(&mut next.history, now);
    if let Some((failure, fault)) = own_failure(&heard.fetched) {
        return unreached(target, next, failure, fault, now);
    }
    let extent = heard.fetched.extent();
    next.history.last_attempt = Some(now);
    next.history.retry_after = None;
    next.history.whole_at = whole_at(&next.history, &heard, now);
    let trail = heard.trail;
    let mut further = Arc::default();
    let mut moves = None;
    let (fetched, moved_to) = match heard.fetched {
        FetchOutcome::Moved(moved) => (FetchOutcome::Fresh(moved.fresh), Some(moved.to)),
        fetched => (fetched, None),
    };
    let mut feed = None;
    let last = match (fetched, heard.parsed) {
        (FetchOutcome::Fresh(fresh), Some(Ok(parsed))) => {
            take_body(&mut next, &fresh, &parsed, &target.source.location, now);
            let repairs = repairs(&parsed);
            if is_first_contact(state) {
                further = heard.further;
            }
            moves = moved_by_its_word(target, &fresh, &parsed);
            feed = Some(parsed);
            match moved_to {
                Some(to) => remember(&mut next, to, fresh.status, trail.as_ref()),
                None => LastOutcome {
                    repairs,
                    ..LastOutcome::new(Outcome::Fresh, fresh.status)
                },
            }
        }
        (FetchOutcome::Fresh(fresh), parsed) => {
            let error = parsed.and_then(Result::err);
            unreadable(&mut next, &fresh, error)
        }
        // The page is there: what is gone is a feed that it names, and may name another next time.
        (FetchOutcome::Gone { status }, _) if trail.is_some() => {
            fail(&mut next);
            gone_elsewhere("the feed is gone", status)
        }
        (fetched, _) => settle_bodiless(&mut next, fetched, now),
    };
    let last = behind_page(last, trail.as_ref());
    next.history.condition = Condition::after(&last);
    let document = feed.map(|feed| Document {
        feed,
        further,
        moves,
    });
    RefreshRecord {
        extent,
        ..record(target, next, last, document, now)
    }
}

/// A failure of our own network or machine; `None`: this is no such failure.
fn own_failure(fetched: &FetchOutcome) -> Option<(&Failure, OwnFault)> {
    let FetchOutcome::Failed(failure) = fetched else {
        return None;
    };
    match failure.fault {
        Fault::Source => None,
        Fault::Network => Some((failure, OwnFault::Network)),
        Fault::Machine(_) => Some((failure, OwnFault::Machine)),
    }
}

/// A document that was read.
struct Document {
    feed: Feed,
    /// Its further pages.
    further: Arc<Further>,
    /// What it says of its own address, for a person.
    moves: Option<String>,
}

/// From when on the source's word that nothing is new is believed: since its last whole document; since a question without
/// validators, whatever the answer, so that a server which refuses that is not pressed; and since its first word where neither is
/// known, as after an upgrade.
fn whole_at(history: &History, heard: &Heard, now: Timestamp) -> Option<Timestamp> {
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
fn leave_no_future(history: &mut History, now: Timestamp) {
    for at in [
        &mut history.last_attempt,
        &mut history.last_success,
        &mut history.rhythm.last_new,
        &mut history.whole_at,
    ] {
        *at = at.map(|at| at.min(now));
    }
}

fn record(
    target: &Target,
    state: SourceState,
    mut last: LastOutcome,
    document: Option<Document>,
    now: Timestamp,
) -> RefreshRecord {
    let fields = document.as_ref().map(|document| fields(&document.feed));
    let stated = target.source.identity;
    let mut told: Vec<String> = last.message.take().into_iter().collect();
    let settled = document.map(|document| {
        told.extend(document.moves);
        told.extend(document.further.told());
        let further = Arc::unwrap_or_clone(document.further).entries;
        settle_pages(stated, document.feed.entries, further, now)
    });
    let settled = settled.unwrap_or_default();
    told.extend(told_otherwise(&settled.told));
    last.message = (!told.is_empty()).then(|| told.join("; "));
    let due = next_due(&target.schedule, &target.source.id, &state.history, now);
    let quota = |count: Option<std::num::NonZeroU32>| count.map(std::num::NonZeroU32::get);
    RefreshRecord {
        source: target.source.id.clone(),
        location: target.source.location.clone(),
        at: now,
        last,
        state,
        due,
        hosts: Vec::new(),
        extent: None,
        feed: fields,
        entries: settled.entries,
        first_items: quota(target.source.first_items),
        daily_items: quota(target.source.daily_items),
        window: target.window,
    }
}

/// Our own network was down, or our own machine short of something: nobody was asked, so nothing is held against the source,
/// and it keeps its turn.
fn unreached(
    target: &Target,
    state: SourceState,
    failure: &Failure,
    fault: OwnFault,
    now: Timestamp,
) -> RefreshRecord {
    let because = fault.because();
    let last = LastOutcome {
        class: Some(failure.class),
        fault: Some(fault),
        message: Some(format!("{because}: {}", failure.message)),
        ..LastOutcome::new(Outcome::Failed, None)
    };
    let due = Due {
        at: now.checked_add_signed(AFTER_LOCAL),
        because: because.to_owned(),
    };
    RefreshRecord {
        due,
        ..record(target, state, last, None, now)
    }
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

fn fail(next: &mut SourceState) {
    next.history.errors = next.history.errors.saturating_add(1);
    forget_move(next);
}

fn remember(
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

/// Feeds that a page leads to and that cannot be had are the page's failure.
fn behind_page(last: LastOutcome, trail: Option<&Trail>) -> LastOutcome {
    let message = match (last.outcome, trail, last.message) {
        (Outcome::Failed | Outcome::Throttled | Outcome::Gone, Some(trail), message) => {
            let why = message.unwrap_or_else(|| last.outcome.to_string());
            Some(trail.missed(&why))
        }
        (_, _, message) => message,
    };
    LastOutcome { message, ..last }
}

/// A body that is no feed: nothing of it is kept, least of all its validators.
fn unreadable(next: &mut SourceState, fresh: &Fresh, error: Option<ParseError>) -> LastOutcome {
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
fn settle_bodiless(next: &mut SourceState, fetched: FetchOutcome, now: Timestamp) -> LastOutcome {
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
fn gone_elsewhere(message: &str, status: u16) -> LastOutcome {
    LastOutcome {
        class: Some(FailureClass::Status),
        message: Some(message.to_owned()),
        ..LastOutcome::new(Outcome::Failed, Some(status))
    }
}

fn later(now: Timestamp, wait: std::time::Duration) -> Option<Timestamp> {
    now.checked_add_signed(chrono::Duration::from_std(wait).ok()?)
}

fn succeed(history: &mut History, now: Timestamp) {
    history.last_success = Some(now);
    history.errors = 0;
    history.gone = false;
}

/// Takes over what came with a body that was read to its end.
fn take_body(
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

fn fields(feed: &Feed) -> FeedFields {
    let text = |url: &Option<Url>| url.as_ref().map(ToString::to_string);
    FeedFields {
        id: feed.id.clone(),
        title: feed.title.clone(),
        home_url: text(&feed.home_url),
        self_url: text(&feed.self_url),
        updated: feed.updated.or(feed.published),
        language: feed.language.clone(),
        icon: text(&feed.icon),
    }
}
