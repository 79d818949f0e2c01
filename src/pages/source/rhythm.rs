//! What the last fourteen days of a source were like; pure.

use chrono::{DateTime, Days, NaiveDate, TimeDelta};

use crate::model::{SourceReport, Timestamp, Trouble};
use crate::store::SourceActivity;

/// Number of days that are shown, today included.
const DAYS: u64 = 14;
/// A source counts as broken once it was not reached for so long; see [`crate::health`].
const BROKEN_AFTER: TimeDelta = TimeDelta::hours(24);

/// What a day was like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayKind {
    /// So many entries have their place on it.
    Busy(u64),
    /// None have.
    Quiet,
    /// None have, and the source was not reached.
    NotReached,
    /// None have, and nobody has asked.
    NotAsked,
    /// None have, and it was no source of ours yet.
    NotYet,
    /// There are so many later entries that those of this day were not counted.
    NotCounted,
}

impl DayKind {
    pub(super) fn entries(self) -> u64 {
        match self {
            Self::Busy(entries) => entries,
            _ => 0,
        }
    }

    /// What the day was like, beside its number of entries.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Busy(_) => "new entries",
            Self::Quiet => "nothing new",
            Self::NotReached => "not reached",
            Self::NotAsked => "not asked",
            Self::NotYet => "not a source yet",
            Self::NotCounted => "not counted",
        }
    }
}

/// A UTC day of the rhythm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RhythmDay {
    pub(super) date: NaiveDate,
    pub(super) kind: DayKind,
}

/// Where the first of the days begins.
pub(super) fn first_moment(now: Timestamp) -> Timestamp {
    begin(first_date(now))
}

/// The last days up to today, the earliest first.
pub(super) fn rhythm(
    report: &SourceReport,
    activity: &SourceActivity,
    now: Timestamp,
) -> Vec<RhythmDay> {
    let dates = first_date(now)
        .iter_days()
        .take_while(|date| *date <= now.date_naive());
    let days = dates.map(|date| RhythmDay {
        date,
        kind: kind(date, report, activity, now),
    });
    days.collect()
}

fn first_date(now: Timestamp) -> NaiveDate {
    let today = now.date_naive();
    today.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(today)
}

fn begin(date: NaiveDate) -> Timestamp {
    date.and_time(chrono::NaiveTime::MIN).and_utc()
}

fn kind(
    date: NaiveDate,
    report: &SourceReport,
    activity: &SourceActivity,
    now: Timestamp,
) -> DayKind {
    let number = begin(date)
        .signed_duration_since(DateTime::UNIX_EPOCH)
        .num_days();
    if let Some(entries) = activity.days.get(&number) {
        return DayKind::Busy(*entries);
    }
    let earliest = activity.days.first_key_value();
    if activity.is_cut && earliest.is_some_and(|(earliest, _)| number < *earliest) {
        return DayKind::NotCounted;
    }
    // Of today only what has passed counts.
    let begin = begin(date);
    let end = begin.checked_add_signed(TimeDelta::days(1));
    let end = end.map_or(now, |end| end.min(now));
    let history = &report.history;
    if end <= activity.added_at {
        DayKind::NotYet
    } else if history.last_attempt.is_none_or(|at| at < begin) {
        DayKind::NotAsked
    } else if history.last_success.is_none_or(|at| at < begin) || was_broken(activity, begin, end) {
        DayKind::NotReached
    } else {
        DayKind::Quiet
    }
}

/// Whether the source is known to have answered at no time of this day: troubles are noted that lasted for more than a day.
fn was_broken(activity: &SourceActivity, begin: Timestamp, end: Timestamp) -> bool {
    activity.troubles.iter().any(|event| {
        event.trouble == Trouble::Broken
            && event.began_at - begin <= BROKEN_AFTER
            && event.resolved_at.is_none_or(|at| at >= end)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{DayKind, rhythm};
    use crate::model::{HealthEvent, History, SourceId, SourceReport, Timestamp, Trouble};
    use crate::store::SourceActivity;

    fn at(day: u32) -> Timestamp {
        let text = format!("2026-03-{day:02}T12:00:00Z");
        text.parse().expect("a moment")
    }

    fn source() -> SourceId {
        SourceId::new("a").expect("an id")
    }

    /// The kinds of the days from the third to the sixteenth, a letter each.
    fn letters(asked: Option<u32>, reached: Option<u32>, broken: Option<(u32, u32)>) -> String {
        let report = SourceReport {
            history: History {
                last_attempt: asked.map(at),
                last_success: reached.map(at),
                ..History::default()
            },
            ..SourceReport::never_asked(source())
        };
        let broken = broken.map(|(began, ended)| HealthEvent {
            source: source(),
            trouble: Trouble::Broken,
            began_at: at(began),
            resolved_at: Some(at(ended)),
            message: String::new(),
        });
        let busy = at(8).timestamp().div_euclid(86_400);
        let activity = SourceActivity {
            added_at: at(5),
            days: BTreeMap::from([(busy, 3)]),
            is_cut: false,
            latest: Vec::new(),
            troubles: broken.into_iter().collect(),
        };
        let days = rhythm(&report, &activity, at(16));
        let letters = days.iter().map(|day| match day.kind {
            DayKind::Busy(_) => '3',
            DayKind::Quiet => '.',
            DayKind::NotReached => 'x',
            DayKind::NotAsked => '-',
            DayKind::NotYet => ' ',
            DayKind::NotCounted => '?',
        });
        letters.collect()
    }

    #[test]
    fn a_day_is_told_by_what_is_known_of_it() {
        for (asked, reached, broken, expected) in [
            (None, None, None, "  ---3--------"),
            (Some(16), Some(16), None, "  ...3........"),
            (Some(16), Some(12), None, "  ...3....xxxx"),
            (Some(16), None, None, "  xxx3xxxxxxxx"),
            (Some(13), Some(13), None, "  ...3.....---"),
            (Some(13), Some(11), None, "  ...3...xx---"),
            // It was found on the 11th that there was no success since the 10th, and one again on the 14th.
            (Some(16), Some(16), Some((11, 14)), "  ...3..xxx..."),
        ] {
            let told = letters(asked, reached, broken);
            assert_eq!(told, expected, "{asked:?} {reached:?} {broken:?}");
        }
    }

    #[test]
    fn the_ends_of_the_calendar_have_days() {
        for now in [Timestamp::MIN_UTC, Timestamp::MAX_UTC] {
            let mut report = SourceReport::never_asked(source());
            let history = &mut report.history;
            (history.last_attempt, history.last_success) = (Some(now), Some(now));
            let lasting = HealthEvent {
                source: source(),
                trouble: Trouble::Broken,
                began_at: now,
                resolved_at: None,
                message: String::new(),
            };
            let activity = SourceActivity {
                added_at: now,
                days: BTreeMap::new(),
                is_cut: false,
                latest: Vec::new(),
                troubles: vec![lasting],
            };
            assert!(!rhythm(&report, &activity, now).is_empty());
        }
    }
}
