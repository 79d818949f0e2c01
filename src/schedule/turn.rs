//! When one source is due.

use std::time::Duration;

use super::moment::{DAY, later};
use super::settings::{Cadence, Settings};
use super::words::duration_in_words;
use super::{adaptive, backoff, wishes};
use crate::model::{Due, History, Pace, SourceId, Timestamp};

/// After an hour that a feed skips, sources come back within this, not all at its stroke.
const AFTER_SKIP: Duration = Duration::from_secs(3000);

/// When a source is due next, and why then. Without a request in its history: now. Otherwise its cadence (or, after
/// failures, the back-off) with jitter, which only lengthens; not before the server's and the feed's wishes.
#[must_use]
pub fn next_due(settings: &Settings, source: &SourceId, history: &History, now: Timestamp) -> Due {
    if history.gone {
        return Due {
            at: None,
            because: "gone: the server said 410; not asked again".to_owned(),
        };
    }
    let Some(last) = history.last_attempt else {
        return Due {
            at: Some(now),
            because: "first contact".to_owned(),
        };
    };
    // A clock that was ahead when it was asked would silence it for as long.
    let last = last.min(now);
    let turn = turn(settings, history, last);
    let mut at = later(turn.at, backoff::jitter(source, last, turn.spread));
    let mut because = turn.because;
    if let Some(wish) = wishes::latest(history, now).filter(|wish| wish.at > at) {
        at = match &settings.cadence {
            // A line names the moments to ask at: the next of them, not the end of the wish.
            Cadence::Cron(line) if history.errors == 0 => line
                .next_after(wish.at - chrono::Duration::milliseconds(1))
                .unwrap_or(wish.at),
            _ => wish.at,
        };
        because = wish.because;
    }
    if let Some(open) = wishes::next_open(&history.pace, at, last) {
        at = later(open.at, backoff::jitter(source, last, AFTER_SKIP));
        because = open.because;
    }
    Due {
        at: Some(at),
        because,
    }
}

/// Whether a wish of the server or of the feed decides when a source is due next.
#[must_use]
pub fn is_wished(
    settings: &Settings,
    source: &SourceId,
    history: &History,
    now: Timestamp,
) -> bool {
    let unasked = History {
        retry_after: None,
        freshness: None,
        pace: Pace::default(),
        ..history.clone()
    };
    let due = |history| next_due(settings, source, history, now).at;
    *history != unasked && due(history) != due(&unasked)
}

/// A turn before jitter.
struct Turn {
    at: Timestamp,
    because: String,
    /// What jitter is a share of.
    spread: Duration,
}

fn turn(settings: &Settings, history: &History, last: Timestamp) -> Turn {
    let (interval, because) = match &settings.cadence {
        Cadence::Every(interval) => (*interval, format!("every {}", duration_in_words(*interval))),
        Cadence::Adaptive => adaptive::interval(settings, &history.rhythm, last),
        Cadence::Cron(line) => {
            // A line that never fires is refused when it is read; a day is for the end of chrono's calendar.
            let at = line.next_after(last).unwrap_or_else(|| later(last, DAY));
            let gap = (at - last).to_std().unwrap_or_default();
            if history.errors == 0 {
                return Turn {
                    at,
                    because: format!("cron {line}"),
                    spread: gap.min(backoff::CRON_SPREAD),
                };
            }
            (gap, format!("cron {line}"))
        }
    };
    if history.errors == 0 {
        return Turn {
            at: later(last, interval),
            because,
            spread: interval,
        };
    }
    let wait = backoff::after_failures(interval, history.errors);
    let failures = if history.errors == 1 {
        "failure".to_owned()
    } else {
        "failures in a row".to_owned()
    };
    Turn {
        at: later(last, wait),
        because: format!("back-off after {} {failures}", history.errors),
        spread: wait,
    }
}
