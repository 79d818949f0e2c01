//! After failures, and jitter.

use std::time::Duration;

use super::moment::DAY;
use crate::model::{SourceId, Timestamp};

/// Jitter never takes longer than this.
const MAX_JITTER: Duration = Duration::from_secs(300);
/// A crontab line names a moment; jitter keeps within a few seconds of it.
pub(super) const CRON_SPREAD: Duration = Duration::from_secs(300);

/// How long to wait after `errors` failures in a row: the source's own interval, doubled with each further failure, at most
/// a day or the source's own interval, if that is longer. No source is ever given up.
pub(super) fn after_failures(interval: Duration, errors: u32) -> Duration {
    // An interval of milliseconds would hammer a server in trouble.
    let base = interval.max(Duration::from_secs(1));
    let doubled = 2_u32
        .checked_pow(errors.saturating_sub(1))
        .and_then(|factor| base.checked_mul(factor));
    doubled.unwrap_or(DAY).min(DAY.max(base))
}

/// What jitter can add to a wait of `spread`.
pub(super) fn most_jitter(spread: Duration) -> Duration {
    (spread / 10).min(MAX_JITTER)
}

/// Up to a tenth of `spread`, the same for the same source and turn: sources configured alike do not come all at once, and
/// a restart changes nothing.
pub(super) fn jitter(source: &SourceId, turn: Timestamp, spread: Duration) -> Duration {
    most_jitter(spread).mul_f64(draw(source, turn))
}

/// From 0 to 1, the same for the same source and turn.
pub(super) fn draw(source: &SourceId, turn: Timestamp) -> f64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(source.as_str().as_bytes());
    hasher.update(&turn.timestamp_millis().to_le_bytes());
    let mut draw = [0; 4];
    hasher.finalize_xof().fill(&mut draw);
    f64::from(u32::from_le_bytes(draw)) / f64::from(u32::MAX)
}
