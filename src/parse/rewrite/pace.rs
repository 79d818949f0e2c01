//! What a feed asks of those who poll it: `ttl`, `skipHours` and `skipDays` (RSS 0.91–2.0), and the syndication module of
//! RSS 1.0 (`sy:`), which WordPress writes into RSS 2.0.

use std::time::Duration;

use super::words::Ask;
use crate::model::Pace;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Seconds of a period of the syndication module.
const PERIODS: [(&str, u64); 5] = [
    ("hourly", 3600),
    ("daily", 24 * 3600),
    ("weekly", 7 * 24 * 3600),
    ("monthly", 30 * 24 * 3600),
    ("yearly", 365 * 24 * 3600),
];

/// What has been asked so far.
#[derive(Default)]
pub(super) struct Asked {
    /// The first `ttl`, as written.
    ttl: Option<String>,
    /// Bit n stands for the hour that begins at n o'clock.
    hours: u32,
    /// Bit 0 stands for Monday.
    days: u8,
    /// The last period that can be read, in seconds.
    period: Option<u64>,
    /// The last frequency that can be read.
    frequency: Option<u32>,
}

impl Asked {
    /// Adds what one element says. What cannot be read asks nothing.
    pub(super) fn add(&mut self, what: Ask, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        match what {
            Ask::Ttl => {
                self.ttl.get_or_insert_with(|| text.to_owned());
            }
            Ask::SkipHour => self.hours |= hour(text),
            Ask::SkipDay => self.days |= day(text),
            Ask::Period => self.period = seconds(text).or(self.period),
            Ask::Frequency => self.frequency = text.parse().ok().or(self.frequency),
        }
    }

    /// All of it. `has_ttl`: the format has a `ttl`.
    pub(super) fn finish(&self, has_ttl: bool) -> Pace {
        let frequency = self.frequency.unwrap_or(1).max(1);
        Pace {
            ttl: self.ttl.as_deref().filter(|_| has_ttl).and_then(minutes),
            update_every: self
                .period
                .map(|period| Duration::from_secs(period) / frequency),
            skip_hours: self.hours,
            skip_days: self.days,
        }
    }
}

/// More minutes than fit are very many.
fn minutes(text: &str) -> Option<Duration> {
    let is_number = text.bytes().all(|c| c.is_ascii_digit());
    let minutes: u32 = match text.parse() {
        Ok(minutes) => minutes,
        Err(_) if is_number => u32::MAX,
        Err(_) => return None,
    };
    Some(Duration::from_secs(u64::from(minutes) * 60))
}

/// Hours count from 0; 24, of RSS 0.91, is midnight.
fn hour(text: &str) -> u32 {
    match text.parse::<u32>() {
        Ok(hour @ 0..=24) => 1 << (hour % 24),
        _ => 0,
    }
}

fn day(text: &str) -> u8 {
    let text = text.to_ascii_lowercase();
    let found = DAYS.iter().position(|day| text.starts_with(day));
    found.map_or(0, |nth| 1 << nth)
}

fn seconds(text: &str) -> Option<u64> {
    let found = PERIODS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text));
    found.map(|(_, seconds)| *seconds)
}
