//! What a refresh means for its source; pure.

use std::sync::Arc;

use url::Url;

use super::advance::{
    fail, gone_elsewhere, leave_no_future, remember, take_body, unreadable, whole_at, without_body,
};
use super::discovery::Trail;
use super::further::{Further, is_first_contact};
use super::heard::Heard;
use super::target::Target;
use super::told::{moved_by_its_word, repairs, told_otherwise};
use crate::dedupe::settle_pages;
use crate::fetch::{Failure, Fault, FetchOutcome};
use crate::model::{
    Condition, Due, Feed, FeedFields, LastOutcome, Outcome, OwnFault, RefreshRecord, SourceState,
    Timestamp,
};
use crate::schedule::next_due;

/// When a source is asked again after our own network or machine failed: nobody was bothered.
const AFTER_LOCAL: chrono::Duration = chrono::Duration::minutes(1);

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
    let (fetched, moved_to) = match heard.fetched {
        FetchOutcome::Moved(moved) => (FetchOutcome::Fresh(moved.fresh), Some(moved.to)),
        fetched => (fetched, None),
    };
    let mut document = None;
    let last = match (fetched, heard.parsed) {
        (FetchOutcome::Fresh(fresh), Some(Ok(parsed))) => {
            take_body(&mut next, &fresh, &parsed, &target.source.location, now);
            let last = match moved_to {
                Some(to) => remember(&mut next, to, fresh.status, trail.as_ref()),
                None => LastOutcome {
                    repairs: repairs(&parsed),
                    ..LastOutcome::new(Outcome::Fresh, fresh.status)
                },
            };
            document = Some(Document {
                moves: moved_by_its_word(target, &fresh, &parsed),
                further: match is_first_contact(state) {
                    true => heard.further,
                    false => Arc::default(),
                },
                feed: parsed,
            });
            last
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
        (fetched, _) => without_body(&mut next, fetched, now),
    };
    let last = behind_page(last, trail.as_ref());
    next.history.condition = Condition::after(&last);
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
    let mut deleted = Vec::new();
    let settled = document.map(|document| {
        deleted = document.feed.deleted;
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
        deleted,
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
