//! Dates as programs count them: seconds or milliseconds since 1970.

use std::sync::LazyLock;

use chrono::DateTime;
use regex::Regex;

use crate::model::Timestamp;

/// Seconds that a bare number can mean, of 2001 to 2099: beyond, it is a telephone number or an identity.
const EPOCHS: std::ops::Range<i64> = 1_000_000_000..4_102_444_800;
/// The hour at which 1900 began, as digits: earlier ones are no dates of feeds.
const FIRST_HOUR: i64 = 1_900_010_100;
pattern!(EPOCH, r"^([0-9]{10}|[0-9]{13})(?:\.([0-9]{1,9}))?$");

/// Reads a bare number of ten or thirteen digits; the outer `None`: the text is none. Ten digits that are also a day and an
/// hour (`is_day` judges the first eight) are not read, where an epoch would be years ahead: nobody could tell which.
pub(super) fn read(folded: &str, is_day: impl Fn(&str) -> bool) -> Option<Option<Timestamp>> {
    EPOCH.captures(folded).map(|found| {
        let number: i64 = found[1].parse().ok()?;
        let is_seconds = found[1].len() == 10;
        let seconds = if is_seconds { number } else { number / 1000 };
        let is_hour = (FIRST_HOUR..10_000_000_000).contains(&number)
            && is_day(&found[1][..8])
            && found[1][8..].parse::<u32>().is_ok_and(|hour| hour < 24);
        if !EPOCHS.contains(&seconds) || is_hour {
            return None;
        }
        let millis = match is_seconds {
            true => {
                let fraction = found.get(2).map_or("", |part| part.as_str());
                number * 1000 + format!("{fraction:0<3}")[..3].parse::<i64>().ok()?
            }
            false => number,
        };
        DateTime::from_timestamp_millis(millis)
    })
}
