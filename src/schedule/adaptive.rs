//! The source's own rhythm.
//!
//! A source that publishes every `g` is asked every `g / 2`, so that an entry
//! waits a quarter of its gap on average. One that has been quiet for `q` is
//! asked every `q / 8` at most: four days of silence make it a question every
//! twelve hours. Both stay within the configured bounds.

use std::time::Duration;

use super::backoff;
use super::settings::Settings;
use super::words::duration_in_words;
use crate::model::{Rhythm, Timestamp};

/// Questions per gap between two entries.
const PER_GAP: u32 = 2;
/// Questions per time of silence.
const PER_SILENCE: u32 = 8;
/// Where nothing is known yet.
const UNKNOWN: Duration = Duration::from_secs(3600);
/// Dates looked at: what came long ago says little about today.
const RECENT: usize = 20;

/// The interval after a request at `last`, and why.
pub(super) fn interval(
    settings: &Settings,
    rhythm: &Rhythm,
    last: Timestamp,
) -> (Duration, String) {
    // Jitter only lengthens: it finds its room below the bound.
    let most = settings.max_interval - backoff::most_jitter(settings.max_interval);
    let bounded = |interval: Duration| interval.min(most).max(settings.min_interval);
    let silence = rhythm
        .last_new
        .map(|new| (last - new).to_std().unwrap_or_default());
    let by_gap = rhythm.mean_gap.map(|gap| gap / PER_GAP);
    let by_silence = silence.map(|silence| silence / PER_SILENCE);
    match (by_gap, by_silence) {
        (None, None) => (
            bounded(UNKNOWN),
            "adaptive: its rhythm is not known yet".to_owned(),
        ),
        (Some(by_gap), by_silence) if by_silence.is_none_or(|by_silence| by_silence <= by_gap) => (
            bounded(by_gap),
            format!(
                "adaptive: publishes about every {}",
                duration_in_words(by_gap * PER_GAP)
            ),
        ),
        (_, by_silence) => {
            let quiet = duration_in_words(silence.unwrap_or_default());
            (
                bounded(by_silence.unwrap_or(UNKNOWN)),
                format!("adaptive: quiet for {quiet}"),
            )
        }
    }
}

/// The rhythm after a document that differed from the last one. `published`: its entries' dates, in any order; those in the
/// future are left out. A document without dates counts as one new entry.
#[must_use]
pub fn observe(rhythm: Rhythm, published: &[Timestamp], now: Timestamp) -> Rhythm {
    let mut dates: Vec<Timestamp> = published.iter().copied().filter(|at| *at <= now).collect();
    dates.sort_unstable_by(|left, right| right.cmp(left));
    dates.truncate(RECENT);
    let (Some(newest), Some(oldest)) = (dates.first(), dates.last()) else {
        let gap = rhythm.last_new.and_then(|last| (now - last).to_std().ok());
        return Rhythm {
            mean_gap: blend(rhythm.mean_gap, gap),
            last_new: Some(now),
        };
    };
    let gaps = u32::try_from(dates.len() - 1).unwrap_or(u32::MAX);
    let span = (*newest - *oldest)
        .to_std()
        .ok()
        .filter(|span| gaps > 0 && !span.is_zero());
    let gap = span.map(|span| span / gaps);
    Rhythm {
        mean_gap: gap.or(rhythm.mean_gap),
        last_new: Some(*newest),
    }
}

/// Half of what was, half of what is.
fn blend(before: Option<Duration>, now: Option<Duration>) -> Option<Duration> {
    match (before, now) {
        (Some(before), Some(now)) => Some(before / 2 + now / 2),
        (before, now) => now.or(before),
    }
}
