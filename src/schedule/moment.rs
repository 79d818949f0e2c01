//! Arithmetic on moments that cannot leave the calendar.

use std::time::Duration;

use crate::model::Timestamp;

pub(super) const DAY: Duration = Duration::from_secs(24 * 3600);

/// `at` later by `wait`; at the end of the calendar it stays.
pub(super) fn later(at: Timestamp, wait: Duration) -> Timestamp {
    chrono::Duration::from_std(wait)
        .ok()
        .and_then(|wait| at.checked_add_signed(wait))
        .unwrap_or(at.max(Timestamp::MAX_UTC))
}
