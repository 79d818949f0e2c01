//! Whether two dates are of one day.
//!
//! Publishers write a day where a time is asked for, and times in the wrong zone,
//! so no question here asks for more than some hours of difference.

use chrono::Duration;

use crate::model::Timestamp;

/// Two publishers date one release at most this far apart: a morning, the evening before in another zone, a date without a time.
const SOON: Duration = Duration::hours(36);
/// One publisher's dates that lie this far apart are of two days; less is the work of date-only feeds and time zones.
pub(super) const OTHER_DAY_HOURS: u16 = 18;
/// A date of one entry that moved over midnight by less is the same day in another time zone.
const HALF_DAY: Duration = Duration::hours(12);
/// Seconds of a day.
const DAY: i64 = 24 * 3600;

/// Whether a date names a day, and no time of it.
pub(super) fn is_whole_day(at: Timestamp) -> bool {
    at.timestamp().rem_euclid(DAY) == 0
}

/// How far two dates lie apart; `None`: one is missing.
pub(super) fn distance(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Duration> {
    Some((one? - other?).abs())
}

/// Whether two publishers' dates let two entries be copies of one release; an entry without a date may be of any day.
pub(super) fn is_soon(distance: Option<Duration>) -> bool {
    distance.is_none_or(|distance| distance <= SOON)
}

/// Whether one publisher's dates are of two days.
pub(super) fn is_other_day(distance: Option<Duration>) -> bool {
    distance.is_some_and(|distance| distance >= Duration::hours(OTHER_DAY_HOURS.into()))
}

/// Whether two dates of one GUID or link name two days of the calendar.
pub(super) fn is_other_date(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    one.zip(other)
        .is_some_and(|(one, other)| one.date_naive() != other.date_naive())
}

/// The same where a zone may have been read otherwise: by more than half a day.
pub(super) fn has_moved_day(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    is_other_date(one, other) && distance(one, other).is_some_and(|apart| apart > HALF_DAY)
}
