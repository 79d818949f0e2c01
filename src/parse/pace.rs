//! What a feed asks of those who poll it, where feed-rs does not tell: `skipHours` and `skipDays` (RSS 0.91–2.0), a `ttl` as
//! some write it, and the syndication module of RSS 1.0 (`sy:`), which WordPress writes into RSS 2.0.

use std::time::Duration;

use memchr::memmem;
use quick_xml::Reader;
use quick_xml::events::Event;

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

/// Adds to `pace` what the channel of a rewritten document asks. Most documents ask nothing, which a search for the words tells.
pub(super) fn read(text: &str, pace: &mut Pace) {
    let words = ["<hour>", "<day>", "updatePeriod"];
    // feed-rs gives up on a `ttl` with blanks around it, and on one of more digits than it has room for.
    let unread_ttl = pace.ttl.is_none() && memmem::find(text.as_bytes(), b"<ttl").is_some();
    if !unread_ttl && !words.iter().any(|word| text.contains(word)) {
        return;
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let (mut period, mut frequency) = (None, 1_u32);
    let mut current = String::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                current = local(start.name().as_ref()).to_owned();
                // What stands in entries is not the channel's word.
                if matches!(current.as_str(), "item" | "entry") {
                    let end = start.to_end().into_owned();
                    if reader.read_to_end(end.name()).is_err() {
                        break;
                    }
                }
            }
            Ok(Event::Text(value)) => match current.as_str() {
                "ttl" => pace.ttl = pace.ttl.or(minutes(&value)),
                "hour" => pace.skip_hours |= hour(&value),
                "day" => pace.skip_days |= day(&value),
                "updatePeriod" => period = seconds(&value).or(period),
                "updateFrequency" => frequency = value.trim().parse().unwrap_or(frequency),
                _ => {}
            },
            Ok(Event::End(_)) => current.clear(),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    pace.update_every = period.map(|period| Duration::from_secs(period) / frequency.max(1));
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Digits only; more than fit are very many.
fn minutes(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let minutes = digits.then(|| text.parse::<u32>().unwrap_or(u32::MAX))?;
    Some(Duration::from_secs(u64::from(minutes) * 60))
}

/// Hours count from 0; 24, of RSS 0.91, is midnight.
fn hour(text: &str) -> u32 {
    match text.trim().parse::<u32>() {
        Ok(hour @ 0..=24) => 1 << (hour % 24),
        _ => 0,
    }
}

fn day(text: &str) -> u8 {
    let text = text.trim().to_ascii_lowercase();
    DAYS.iter()
        .position(|day| text.starts_with(day))
        .map_or(0, |nth| 1 << nth)
}

fn seconds(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    PERIODS
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, seconds)| *seconds)
}
