//! What the server and the feed ask of those who poll them: no earlier request, whatever is configured.
//!
//! Every wish is believed up to a bound, so that a slip of a publisher's hand
//! ends no source: freshness, `ttl` and `sy:` up to a day, `Retry-After` up to
//! seven. A feed that skips every hour of the week is asked once a day.

use std::time::Duration;

use chrono::{Datelike, DurationRound, TimeDelta, Timelike};

use super::moment::{DAY, later};
use super::words::duration_in_words;
use crate::model::{FreshBy, History, Pace, Timestamp};

/// `Retry-After` is believed up to this.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(7 * 24 * 3600);
/// Hours of a week, after which skipped ones come again.
const WEEK: i64 = 7 * 24;

/// A moment before which nothing is asked, and whose wish that is.
pub(super) struct Wish {
    pub(super) at: Timestamp,
    pub(super) because: String,
}

/// Until when the server asked to wait, as far as it is believed.
pub(super) fn retry_after(history: &History, now: Timestamp) -> Option<Timestamp> {
    let last = history.last_attempt.map_or(now, |last| last.min(now));
    let until = history.retry_after?;
    Some(until.min(later(last, MAX_RETRY_AFTER)))
}

/// The latest of the wishes; `None`: there are none.
pub(super) fn latest(history: &History, now: Timestamp) -> Option<Wish> {
    let retry_after = retry_after(history, now).map(|until| Wish {
        at: until,
        because: "Retry-After: the server asked to wait".to_owned(),
    });
    let answered = history.last_success.map(|at| at.min(now));
    let since = |wait: Option<Duration>, why: &dyn Fn(&str) -> String| {
        let wait = wait.filter(|wait| !wait.is_zero())?.min(DAY);
        Some(Wish {
            at: later(answered?, wait),
            because: why(&duration_in_words(wait)),
        })
    };
    let fresh = history.freshness.as_ref();
    let by = fresh.map_or(FreshBy::MaxAge, |fresh| fresh.by);
    [
        retry_after,
        since(fresh.map(|fresh| fresh.lifetime), &|wait| {
            format!("{by}: the answer stays fresh for {wait}")
        }),
        since(history.pace.ttl, &|wait| {
            format!("ttl: the feed asks for {wait}")
        }),
        since(history.pace.update_every, &|wait| {
            format!("sy:updatePeriod: the feed is written every {wait}")
        }),
    ]
    .into_iter()
    .flatten()
    .max_by_key(|wish| wish.at)
}

/// The first moment from `at` on that the feed does not skip, and what skipped the others; `None`: `at` itself.
pub(super) fn next_open(pace: &Pace, at: Timestamp, last: Timestamp) -> Option<Wish> {
    let skipped = |at: &Timestamp| {
        let by_hour = pace.skip_hours & (1 << at.hour()) != 0;
        let by_day = pace.skip_days & (1 << at.weekday().num_days_from_monday()) != 0;
        match (by_hour, by_day) {
            (_, true) => Some("skipDays"),
            (true, false) => Some("skipHours"),
            (false, false) => None,
        }
    };
    let by = skipped(&at)?;
    let hour = at.duration_trunc(TimeDelta::hours(1)).ok()?;
    let open = (1..=WEEK)
        .filter_map(|hours| hour.checked_add_signed(TimeDelta::hours(hours)))
        .find(|hour| skipped(hour).is_none());
    Some(match open {
        Some(open) => Wish {
            at: open,
            because: format!("{by}: the feed asks to be left alone until then"),
        },
        None => Wish {
            at: at.max(later(last, DAY)),
            because: format!("{by}: the feed skips every hour, so it is asked once a day"),
        },
    })
}
