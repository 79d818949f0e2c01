//! Crontab lines, by the `cron` crate behind an adapter.
//!
//! The crate wants seconds first, counts Sunday as 1, joins day-of-month and
//! day-of-week by AND, and walks zoned time: it skips an hour that the clock
//! skips and fires twice in one that it repeats. Here lines mean what crontab(5)
//! says: five fields (six with seconds first), Sunday 0 and 7, the two days
//! joined by OR when both are restricted. They are walked in local wall time; a
//! moment that the clock skips fires once after the gap, one that it repeats
//! fires the first time only.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use cron::Schedule;

use crate::model::Timestamp;

const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const NAMES: [&str; 6] = [
    "second",
    "minute",
    "hour",
    "day of month",
    "month",
    "day of week",
];
const NICKNAMES: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];
/// Moments of one line that fall into one gap or repeated hour: at most one a second.
const MAX_SKIPPED: usize = 2 * 3600 + 1;

/// Why a crontab line cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CronError {
    /// Byte offset of the field within the line.
    pub offset: usize,
    /// Which field, and what is wrong with it.
    pub message: String,
}

/// A crontab line in a time zone.
#[derive(Debug, Clone)]
pub struct CronLine {
    line: String,
    zone: Tz,
    /// One, or two where day-of-month and day-of-week are joined by OR.
    schedules: Vec<Schedule>,
}

impl PartialEq for CronLine {
    fn eq(&self, other: &Self) -> bool {
        self.line == other.line && self.zone == other.zone
    }
}

impl fmt::Display for CronLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.line, self.zone)
    }
}

impl CronLine {
    /// Reads a line.
    ///
    /// # Errors
    /// [`CronError`] names the field.
    pub fn parse(line: &str, zone: Tz) -> Result<Self, CronError> {
        let nickname = NICKNAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(line.trim()));
        let spelled = nickname.map_or(line, |(_, spelled)| spelled);
        let fields: Vec<(usize, &str)> = spelled
            .split_whitespace()
            .map(|field| (field.as_ptr() as usize - spelled.as_ptr() as usize, field))
            .collect();
        let whole = |message: &str| CronError {
            offset: 0,
            message: message.to_owned(),
        };
        let fields = match fields.len() {
            5 => std::iter::once((0, "0")).chain(fields).collect(),
            6 => fields,
            count => {
                return Err(whole(&format!(
                    "a cron line has 5 fields, or 6 with seconds first, not {count}"
                )));
            }
        };
        let schedules = schedules(&fields)?;
        let parsed = Self {
            line: line.trim().to_owned(),
            zone,
            schedules,
        };
        match parsed.next_after(DateTime::UNIX_EPOCH) {
            Some(_) => Ok(parsed),
            None => Err(whole("the line never fires: there is no such day")),
        }
    }

    /// The first moment after `after`, to the second.
    #[must_use]
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let wall = after.with_timezone(&self.zone).naive_local();
        self.schedules
            .iter()
            .filter_map(|schedule| self.next_of(schedule, wall, after))
            .min()
    }

    fn next_of(
        &self,
        schedule: &Schedule,
        wall: NaiveDateTime,
        after: Timestamp,
    ) -> Option<Timestamp> {
        // The wall clock is walked as if it were UTC, so that no moment is skipped or repeated on the way.
        let moments = schedule.after(&wall.and_utc()).take(MAX_SKIPPED);
        moments
            .map_while(|moment| self.to_utc(moment.naive_utc()))
            .find(|at| *at > after)
    }

    /// The first time that the wall clock shows `wall`; where it never does, the first moment after the gap.
    fn to_utc(&self, wall: NaiveDateTime) -> Option<Timestamp> {
        if let Some(at) = self.zone.from_local_datetime(&wall).earliest() {
            return Some(at.with_timezone(&Utc));
        }
        // Gaps begin and end on whole minutes, and the longest ones are a day.
        let minute = wall.with_second(0)?;
        (1..=24 * 60)
            .filter_map(|minutes| {
                self.zone
                    .from_local_datetime(&(minute + chrono::Duration::minutes(minutes)))
                    .earliest()
            })
            .map(|at| at.with_timezone(&Utc))
            .next()
    }
}

/// The schedules of six fields.
fn schedules(fields: &[(usize, &str)]) -> Result<Vec<Schedule>, CronError> {
    let mut spelled: Vec<String> = fields
        .iter()
        .map(|(_, field)| field.to_ascii_lowercase())
        .collect();
    let wrong = |nth: usize, why: String| CronError {
        offset: fields[nth].0,
        message: format!("{} {:?}: {why}", NAMES[nth], fields[nth].1),
    };
    spelled[5] = days_of_week(&spelled[5]).map_err(|why| wrong(5, why))?;
    for nth in 0..5 {
        let mut alone = ["0", "0", "0", "*", "*", "*"].map(str::to_owned);
        alone[nth].clone_from(&spelled[nth]);
        if spelled[nth].contains('?') || Schedule::from_str(&alone.join(" ")).is_err() {
            return Err(wrong(
                nth,
                "cannot be read; numbers, lists (1,15), ranges (1-5) and steps (*/10) can"
                    .to_owned(),
            ));
        }
    }
    let star = |nth: usize| fields[nth].1.starts_with('*');
    let mut lines = vec![spelled.clone()];
    if !star(3) && !star(5) {
        lines[0][5] = "*".to_owned();
        let mut by_week = spelled;
        by_week[3] = "*".to_owned();
        lines.push(by_week);
    }
    lines
        .iter()
        .map(|line| {
            Schedule::from_str(&line.join(" ")).map_err(|error| CronError {
                offset: 0,
                message: error.to_string(),
            })
        })
        .collect()
}

/// Days of the week, Sunday 0 or 7, as the crate's list with Sunday 1.
fn days_of_week(field: &str) -> Result<String, String> {
    let mut days = [false; 7];
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (
                range,
                step.parse()
                    .ok()
                    .filter(|step| *step > 0)
                    .ok_or("the step is not a number above 0")?,
            ),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            None if range == "*" => (0, 6),
            None if part.contains('/') => (day(range)?, 6),
            None => (day(range)?, day(range)?),
            // `Fri-Sun` ends the week; `Sun-Tue` begins it.
            Some((from, to)) => match (day(from)?, day(to)?) {
                (from, 0) if from > 0 => (from, 7),
                range => range,
            },
        };
        if from > to {
            return Err(format!("{range} runs backwards"));
        }
        (from..=to)
            .step_by(step)
            .for_each(|day| days[day % 7] = true);
    }
    if days.iter().all(|day| *day) {
        return Ok("*".to_owned());
    }
    let listed: Vec<String> = (0..7)
        .filter(|day| days[*day])
        .map(|day| (day + 1).to_string())
        .collect();
    Ok(listed.join(","))
}

fn day(name: &str) -> Result<usize, String> {
    let by_name = DAYS
        .iter()
        .position(|day| *day == name.get(..3).unwrap_or_default() && name.len() == 3);
    by_name
        .or_else(|| name.parse().ok().filter(|day| *day <= 7))
        .ok_or_else(|| format!("{name:?} is no day: Sun to Sat, or 0 to 7"))
}
