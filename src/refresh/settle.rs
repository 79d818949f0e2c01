//! What a refresh means for its source; pure.

use url::Url;

use crate::dedupe::settle_document;
use crate::fetch::{FetchOutcome, Fresh, Moved};
use crate::model::{
    Feed, FeedFields, History, LastOutcome, Location, Outcome, RefreshRecord, SourceState,
    Timestamp,
};
use crate::parse::ParseError;
use crate::schedule::{next_due, observe};

use super::Target;

/// What one request brought.
pub(super) struct Heard {
    /// The answer.
    pub(super) fetched: FetchOutcome,
    /// Its body, read; `None` where there was none.
    pub(super) parsed: Option<Result<Feed, ParseError>>,
}

/// What is to be written. Validators and body hash advance only together with the entries they stand for.
pub(super) fn settle(
    target: &Target,
    state: &SourceState,
    heard: Heard,
    now: Timestamp,
) -> RefreshRecord {
    let mut next = state.clone();
    next.history.last_attempt = Some(now);
    next.history.retry_after = None;
    let (fetched, moved_to) = match heard.fetched {
        FetchOutcome::Moved(moved) => (FetchOutcome::Fresh(moved.fresh), Some(moved.to)),
        fetched => (fetched, None),
    };
    let mut feed = None;
    let last = match (fetched, heard.parsed) {
        (FetchOutcome::Fresh(fresh), Some(Ok(parsed))) => {
            take_body(&mut next, &fresh, &parsed, &target.source.location, now);
            feed = Some(parsed);
            match moved_to {
                Some(to) => settle_move(&mut next, to, fresh.status),
                None => plain(Outcome::Fresh, fresh.status),
            }
        }
        (FetchOutcome::Fresh(fresh), parsed) => unreadable(
            &mut next.history,
            fresh.status,
            parsed.and_then(Result::err),
        ),
        (fetched, _) => settle_bodiless(&mut next, fetched, now),
    };
    let due = next_due(&target.schedule, &target.source.id, &next.history, now);
    let quota = |count: Option<std::num::NonZeroU32>| count.map(std::num::NonZeroU32::get);
    RefreshRecord {
        source: target.source.id.clone(),
        at: now,
        last,
        state: next,
        due,
        feed: feed.as_ref().map(fields),
        entries: feed
            .map(|feed| settle_document(feed.entries, now))
            .unwrap_or_default(),
        first_items: quota(target.source.first_items),
        daily_items: quota(target.source.daily_items),
    }
}

fn settle_move(next: &mut SourceState, to: Url, status: Option<u16>) -> LastOutcome {
    let message = Some(format!(
        "moved permanently: write {} into the configuration",
        Location::Url(to.clone())
    ));
    next.moved_to = Some(to);
    LastOutcome {
        message,
        ..plain(Outcome::Moved, status)
    }
}

/// A body that is no feed: nothing of it is kept, least of all its validators.
fn unreadable(
    history: &mut History,
    status: Option<u16>,
    error: Option<ParseError>,
) -> LastOutcome {
    history.errors = history.errors.saturating_add(1);
    let (class, message) = error.map(|error| (error.class, error.message)).unzip();
    LastOutcome {
        class,
        message,
        ..plain(Outcome::Failed, status)
    }
}

/// What an answer without a body to read means.
fn settle_bodiless(next: &mut SourceState, fetched: FetchOutcome, now: Timestamp) -> LastOutcome {
    match fetched {
        FetchOutcome::NotModified(same) => {
            succeed(&mut next.history, same.fresh_until, now);
            next.validators = same.validators;
            plain(Outcome::NotModified, same.status)
        }
        FetchOutcome::Gone { status } => {
            next.history.gone = true;
            let message = "the publisher says that the feed is gone for good: remove the source or give its new address";
            LastOutcome {
                message: Some(message.to_owned()),
                ..plain(Outcome::Gone, Some(status))
            }
        }
        FetchOutcome::Throttled {
            status,
            retry_after,
        } => {
            next.history.errors = next.history.errors.saturating_add(1);
            next.history.retry_after = retry_after;
            plain(Outcome::Throttled, Some(status))
        }
        FetchOutcome::Failed(failure) => {
            next.history.errors = next.history.errors.saturating_add(1);
            next.history.retry_after = failure.retry_after;
            let (class, message) = (Some(failure.class), Some(failure.message));
            LastOutcome {
                class,
                message,
                ..plain(Outcome::Failed, failure.status)
            }
        }
        FetchOutcome::Fresh(fresh) | FetchOutcome::Moved(Moved { fresh, .. }) => {
            unreadable(&mut next.history, fresh.status, None)
        }
    }
}

fn plain(outcome: Outcome, status: Option<u16>) -> LastOutcome {
    LastOutcome {
        outcome,
        class: None,
        status,
        message: None,
    }
}

fn succeed(history: &mut History, fresh_until: Option<Timestamp>, now: Timestamp) {
    history.last_success = Some(now);
    history.errors = 0;
    history.gone = false;
    history.fresh_until = fresh_until;
}

/// Takes over what came with a body that was read to its end.
fn take_body(
    next: &mut SourceState,
    fresh: &Fresh,
    parsed: &Feed,
    location: &Location,
    now: Timestamp,
) {
    // A file costs its owner nothing to be read again; only a server's wish is one.
    let ttl = parsed.ttl.filter(|_| matches!(location, Location::Url(_)));
    let by_ttl = ttl.and_then(|ttl| now.checked_add_signed(chrono::Duration::from_std(ttl).ok()?));
    succeed(&mut next.history, fresh.fresh_until.max(by_ttl), now);
    let published: Vec<Timestamp> = parsed
        .entries
        .iter()
        .filter_map(|entry| entry.published.or(entry.updated))
        .collect();
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
