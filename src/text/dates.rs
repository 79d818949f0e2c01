//! Dates as publishers write them.
//!
//! Two families stand behind almost all of them: RFC 822 (RFC 5322 §3.3, §4.3)
//! and ISO 8601 (RFC 3339); both are written with missing zones, named zones,
//! names of months in every language, years of two digits and midnight as 24:00.
//! What is ambiguous (3/4/2020) is not read: no date is better than a wrong one.

use std::sync::LazyLock;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, SubsecRound, TimeDelta, Utc};
use regex::{Captures, Regex};

use super::fold;
use crate::model::Timestamp;

mod months;
mod zones;

/// What programs write where they have no date: the beginning of their count, 1970 and the year 1.
const ZEROS: [i64; 2] = [0, -62_135_596_800];
/// A longer text is no date.
const MAX_BYTES: usize = 120;

macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($pattern).expect("a pattern of ours"));
    };
}

// A time, and the zone that follows it. `t` is ISO's separator, `h` the French one.
pattern!(
    TIME,
    r"(?x)
    (?:^|[^0-9:.])(?:t\s*)?([0-9]{1,2})\s*[:h]\s*([0-9]{2})(?:\s*[:m]\s*([0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?)?
    \s*(?:(a|p)\.?m\b\.?)?
    \s*(?:(?:utc?|gmt)?\s*([+-])\s*([0-9]{1,2}):?([0-9]{2})?\b|\(?([a-z]{1,5})\b\)?)?"
);
// ISO's basic form: 20040105T101500Z.
pattern!(
    BASIC,
    r"^([0-9]{4})([0-9]{2})([0-9]{2})(?:t?([0-9]{2})([0-9]{2})([0-9]{2})?(z|[+-][0-9]{4})?)?$"
);
pattern!(
    YEAR_FIRST,
    // Folding takes Hangul apart, so a run of its letters stands for `년` and `월`.
    r"(?:^|[^0-9])([0-9]{4})\s*(?:[-/.年]|\p{Hangul}+)\s*([0-9]{1,2})(?:\s*(?:[-/.月]|\p{Hangul}+)\s*([0-9]{1,2}))?(?:[^0-9]|$)"
);
pattern!(ORDINAL, r"^([0-9]{4})-([0-9]{3})(?:[^0-9]|$)");
pattern!(
    YEAR_LAST,
    r"(?:^|[^0-9])([0-9]{1,2})\s*([./-])\s*([0-9]{1,2})\s*[./-]\s*([0-9]{4}|[0-9]{2})(?:[^0-9]|$)"
);
pattern!(YEAR_ALONE, r"^([0-9]{4})$");
pattern!(PART, r"[0-9]+|\p{Alphabetic}+");

/// Reads a date; to the millisecond, UTC where no zone is given. `None`: it is not one, or nobody could tell which.
#[must_use]
pub fn read_date(text: &str) -> Option<Timestamp> {
    written(text).filter(|at| !ZEROS.contains(&at.timestamp()))
}

fn written(text: &str) -> Option<Timestamp> {
    if text.len() > MAX_BYTES {
        return None;
    }
    if let Some(at) = sound(text.trim()) {
        return moment(at.date_naive(), at.time(), TimeDelta::zero(), 0);
    }
    let folded = fold(text);
    let folded = folded.trim();
    if let Some(found) = BASIC.captures(folded) {
        return basic(&found);
    }
    let Some(time) = TIME.captures(folded) else {
        let day = date(folded)?;
        return moment(day, NaiveTime::MIN, TimeDelta::zero(), 0);
    };
    let whole = time.get(0)?;
    // What the zone's place took and is none (a year, a weekday) belongs to the date.
    let (zone, zone_end) = zone(&time, whole.end());
    let (before, after) = (&folded[..whole.start()], &folded[zone_end..]);
    let day = date(before).or_else(|| date(&format!("{before} {after}")))?;
    let zone = zone.or_else(|| zones::first_in(after)).unwrap_or(0);
    let (clock, over) = clock(&time)?;
    moment(day, clock, over, zone)
}

/// Dates that keep to their standard, which most do, the short way. Zones by name are ours to read: chrono takes those that it
/// does not know for UTC.
fn sound(text: &str) -> Option<Timestamp> {
    let numeric = text.ends_with(|c: char| c.is_ascii_digit());
    let read = if text.as_bytes().get(4) == Some(&b'-') {
        DateTime::parse_from_rfc3339(text)
    } else if numeric || text.ends_with("GMT") {
        DateTime::parse_from_rfc2822(text)
    } else {
        return None;
    };
    let at = read.ok()?.with_timezone(&Utc);
    // chrono keeps a leap second as one; nobody else can read it.
    (at.timestamp_subsec_millis() < 1000).then(|| at.trunc_subsecs(3))
}

/// The day that a dateline names, at midnight UTC; `None` where its year is not written.
pub(super) fn day_of(text: &str) -> Option<Timestamp> {
    let has_year = PART.find_iter(text).any(|part| part.as_str().len() == 4);
    read_date(text).filter(|_| has_year)
}

/// Whether a word of the text names a month.
pub(super) fn has_month(text: &str) -> bool {
    let folded = fold(text);
    PART.find_iter(&folded)
        .any(|part| months::number(part.as_str()).is_some())
}

/// Minutes east of UTC, and where in the text the zone ends.
fn zone(time: &Captures<'_>, end: usize) -> (Option<i32>, usize) {
    if let (Some(sign), Some(hours)) = (time.get(6), time.get(7)) {
        let number = |text: &str| text.parse::<i32>().unwrap_or(0);
        let minutes = number(hours.as_str()) * 60 + time.get(8).map_or(0, |m| number(m.as_str()));
        let east = if sign.as_str() == "-" {
            -minutes
        } else {
            minutes
        };
        return (Some(east).filter(|east| east.abs() <= 24 * 60), end);
    }
    match time.get(9) {
        Some(name) => match zones::named(name.as_str()) {
            Some(east) => (Some(east), end),
            None => (None, name.start()),
        },
        None => (None, end),
    }
}

/// The time of day, and what lies beyond it: 24:00 is the next day's midnight.
fn clock(time: &Captures<'_>) -> Option<(NaiveTime, TimeDelta)> {
    let number = |nth: usize| {
        time.get(nth)
            .map_or(Some(0), |part| part.as_str().parse::<u32>().ok())
    };
    let (mut hour, minute) = (number(1)?, number(2)?);
    // A leap second is the last of its minute.
    let second = number(3)?.min(59);
    match time.get(5).map(|half| half.as_str()) {
        Some("a") if hour == 12 => hour = 0,
        Some("p") if hour < 12 => hour += 12,
        _ => {}
    }
    let fraction = time.get(4).map_or("", |part| part.as_str());
    let millis = format!("{fraction:0<3}")[..3].parse().ok()?;
    let over = if hour == 24 && minute == 0 && second == 0 {
        hour = 0;
        TimeDelta::days(1)
    } else {
        TimeDelta::zero()
    };
    Some((
        NaiveTime::from_hms_milli_opt(hour, minute, second, millis)?,
        over,
    ))
}

fn moment(day: NaiveDate, clock: NaiveTime, over: TimeDelta, east: i32) -> Option<Timestamp> {
    let zone = FixedOffset::east_opt(east * 60)?;
    let local = day.and_time(clock).checked_add_signed(over)?;
    let at: DateTime<Utc> = local.and_local_timezone(zone).single()?.with_timezone(&Utc);
    // Years that neither RFC 3339 nor a reader can write.
    (1..=9999)
        .contains(&chrono::Datelike::year(&at))
        .then_some(at)
}

fn basic(found: &Captures<'_>) -> Option<Timestamp> {
    let number = |nth: usize| {
        found
            .get(nth)
            .map_or(Some(0), |part| part.as_str().parse::<u32>().ok())
    };
    let day = ymd(i32::try_from(number(1)?).ok()?, number(2)?, number(3)?)?;
    let clock = NaiveTime::from_hms_opt(number(4)?, number(5)?, number(6)?.min(59))?;
    let east = match found.get(7).map(|zone| zone.as_str()) {
        None | Some("z") => 0,
        Some(offset) => {
            let minutes =
                offset[1..3].parse::<i32>().ok()? * 60 + offset[3..].parse::<i32>().ok()?;
            if offset.starts_with('-') {
                -minutes
            } else {
                minutes
            }
        }
    };
    moment(day, clock, TimeDelta::zero(), east)
}

/// A day without its time of day.
fn date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    if let Some(found) = ORDINAL.captures(text) {
        return NaiveDate::from_yo_opt(found[1].parse().ok()?, found[2].parse().ok()?);
    }
    if let Some(found) = YEAR_FIRST.captures(text) {
        let day = found.get(3).map_or(Ok(1), |day| day.as_str().parse());
        return ymd(found[1].parse().ok()?, found[2].parse().ok()?, day.ok()?);
    }
    if let Some(found) = YEAR_LAST.captures(text) {
        return year_last(&found);
    }
    if let Some(found) = YEAR_ALONE.captures(text) {
        return ymd(found[1].parse().ok()?, 1, 1);
    }
    with_named_month(text)
}

/// 28.5.2004 and 28-05-2004 begin with the day; of 5/28/2004 and 28/5/2004 only one can be meant, of 3/4/2004 either.
fn year_last(found: &Captures<'_>) -> Option<NaiveDate> {
    let (first, second) = (found[1].parse::<u32>().ok()?, found[3].parse::<u32>().ok()?);
    let year = full_year(&found[4])?;
    let (day, month) = match &found[2] {
        "/" if first <= 12 && second <= 12 && first != second => return None,
        _ if second > 12 => (second, first),
        _ => (first, second),
    };
    ymd(year, month, day)
}

/// `28 May 2004`, `May 28, 04`, `Fri May 28 2004`, `28 de mayo de 2004`: words that are no month are passed over.
fn with_named_month(text: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = PART.find_iter(text).map(|part| part.as_str()).collect();
    let is_number = |part: &&str| part.starts_with(|c: char| c.is_ascii_digit());
    let months: Vec<(usize, u32)> = parts
        .iter()
        .enumerate()
        .filter(|(_, part)| !is_number(part))
        .filter_map(|(at, part)| Some((at, months::number(part)?)))
        .collect();
    // A weekday can read like a month (`mar.` is mardi too): the month is the one behind a number, perhaps with a `de` between.
    let behind_number = |(at, _): &&(usize, u32)| {
        let before = |back: usize| at.checked_sub(back).and_then(|at| parts.get(at));
        before(1).is_some_and(is_number)
            || (before(2).is_some_and(is_number)
                && before(1).is_some_and(|between| between.len() <= 3))
    };
    let (at, month) = *months
        .iter()
        .find(behind_number)
        .or_else(|| months.last())?;
    let mut numbers: Vec<&str> = parts[..at].iter().copied().filter(is_number).collect();
    let before = numbers.len();
    numbers.extend(parts[at + 1..].iter().copied().filter(is_number));
    let (day, year) = match (before, numbers.as_slice()) {
        // A year stands first where it is written in full.
        (_, [year, day, ..]) if year.len() == 4 => (*day, *year),
        (_, [day, year, ..]) => (*day, *year),
        (_, [year]) if year.len() == 4 => ("1", *year),
        _ => return None,
    };
    ymd(full_year(year)?, month, day.parse().ok()?)
}

/// RFC 5322 §4.3: two digits are of 1950 to 2049, three are counted from 1900.
fn full_year(text: &str) -> Option<i32> {
    let year: i32 = text.parse().ok()?;
    match text.len() {
        2 if year < 50 => Some(year + 2000),
        2 | 3 => Some(year + 1900),
        4 => Some(year),
        _ => None,
    }
}

fn ymd(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}
