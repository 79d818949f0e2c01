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

/// What programs write where they have no date: the beginning of their count, 1970 and the year 1.
const ZEROS: [i64; 2] = [0, -62_135_596_800];
/// The group of [`TIME`] that says which half of the day it is.
const HALF: usize = 5;
/// A longer text is no date.
const MAX_BYTES: usize = 120;

macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($pattern).expect("a pattern of ours"));
    };
}

mod epoch;
mod months;
mod zones;

// A time of day. `t` is ISO's separator, `h` the French one; a fraction may stand behind a colon.
pattern!(
    TIME,
    r"(?x)
    (?:^|[^0-9:.])(?:t\s*)?([0-9]{1,2})\s*[:h]\s*([0-9]{1,2})(?:\s*[:m]\s*([0-9]{1,2})(?:[.,:]([0-9]{1,9})[0-9]*)?)?
    (?:\s*(a|p)\.?m\b\.?)?"
);
// ISO's basic form of it behind its `t`, or an hour alone.
pattern!(
    ISO_TIME,
    r"[0-9]\s*t\s*([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?)?)?"
);
// ISO's basic form of both: 20040105T101500Z.
pattern!(
    BASIC,
    r"^([0-9]{8})[t\s]?([0-9]{2})([0-9]{2})(?:([0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?)?"
);
pattern!(BASIC_DATE, r"^([0-9]{4})([0-9]{2})([0-9]{2})$");
pattern!(ISO_MARK, r"[0-9]\s*(t)\s*[0-9]");
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
    if let Some(read) = epoch::read(folded, |digits| date(digits).is_some()) {
        return read;
    }
    if let Some(found) = BASIC.captures(folded) {
        let (clock, over) = clock(&found, [2, 3, 4, 5, 0])?;
        let (zone, end) = zones::at_start(&folded[found.get(0)?.end()..])?;
        let is_all = folded.len() == found.get(0)?.end() + end;
        let day = date(&found[1]).filter(|_| is_all)?;
        return moment(day, clock, over, zone.unwrap_or(0));
    }
    let mark = ISO_MARK.captures(folded).and_then(|found| found.get(1));
    let Some((time, start)) = time_of_day(folded) else {
        // What nobody can read behind ISO's mark is a time all the same.
        let day = date(folded).filter(|_| mark.is_none())?;
        return moment(day, NaiveTime::MIN, TimeDelta::zero(), 0);
    };
    let whole = time.get(0)?;
    let (end, before) = match mark {
        Some(mark) => {
            // A time elsewhere is a zone's.
            let between = folded.get(mark.end()..start)?;
            let is_here = between.trim().is_empty();
            (whole.end(), is_here.then(|| &folded[..mark.start()])?)
        }
        None => (whole.end(), &folded[..whole.start()]),
    };
    // What the zone's place took and is none (a year, a weekday) belongs to the date.
    let (zone, zone_end) = zones::at_start(&folded[end..])?;
    let after = &folded[end + zone_end..];
    let day = date(before).or_else(|| date(&format!("{before} {after}")))?;
    let zone = zone.or_else(|| zones::first_in(after)).unwrap_or(0);
    let groups = if time.len() > HALF {
        [1, 2, 3, 4, HALF]
    } else {
        [1, 2, 3, 4, 0]
    };
    let (clock, over) = clock(&time, groups)?;
    moment(day, clock, over, zone)
}

/// The time of day in a text, and where its hour begins.
fn time_of_day(folded: &str) -> Option<(Captures<'_>, usize)> {
    let goes_on = |found: &Captures<'_>| {
        let end = found.get(0).map_or(0, |whole| whole.end());
        folded[end..].trim_start().starts_with([':', 'h'])
    };
    let basic = ISO_TIME.captures(folded).filter(|found| !goes_on(found));
    let found = basic.or_else(|| TIME.captures(folded))?;
    let start = found.get(1)?.start();
    // What stands right behind a plus, or behind ISO's date and a dash, is a zone.
    let before = &folded[..start];
    let is_iso = || folded.bytes().take(4).all(|c| c.is_ascii_digit());
    let is_zone = before.ends_with('+') || (before.ends_with('-') && is_iso());
    (!is_zone).then_some((found, start))
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

/// The time of day, and what lies beyond it: 24:00 is the next day's midnight. `groups`: hour, minute, second, fraction and
/// half of the day; 0 for none.
fn clock(time: &Captures<'_>, groups: [usize; 5]) -> Option<(NaiveTime, TimeDelta)> {
    let [hour, minute, second, fraction, half] = groups;
    let part = |nth: usize| time.get(nth).filter(|_| nth > 0);
    let number = |nth: usize| part(nth).map_or(Some(0), |part| part.as_str().parse::<u32>().ok());
    let (mut hour, minute) = (number(hour)?, number(minute)?);
    // A leap second is the last of its minute.
    let second = Some(number(second)?)
        .filter(|second| *second <= 60)?
        .min(59);
    match part(half).map(|half| half.as_str()) {
        Some("a") if hour == 12 => hour = 0,
        Some("p") if hour < 12 => hour += 12,
        _ => {}
    }
    let fraction = part(fraction).map_or("", |part| part.as_str());
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

/// A day without its time of day.
fn date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    if let Some(found) = BASIC_DATE.captures(text) {
        return ymd(
            found[1].parse().ok()?,
            found[2].parse().ok()?,
            found[3].parse().ok()?,
        );
    }
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
