//! Whether a source that says "not modified" is to be believed.
//!
//! A server with a wrong clock, a stuck cache or a planned post answers 304 to validators of its own for months, and its feed looks
//! healthy (FreshRSS #1020, #1680). So it is asked once without validators when it has been silent against its own rhythm, and a
//! week after its last whole document at the latest. With the same bytes it was right, and is believed for a week.

use std::time::Duration;

use super::backoff;
use super::moment::{DAY, later};
use crate::model::{History, SourceId, Timestamp};

/// A source is silent when it has given no whole document for this many of its mean gaps.
const GAPS: u32 = 10;
/// A shorter time is no silence: it may be a weekend.
const LEAST: Duration = DAY.saturating_mul(2);
/// No source is believed for longer than this, and none that was right is doubted again sooner.
const MOST: Duration = DAY.saturating_mul(7);

/// Up to this share of the time is added by lot: sources that begin together, as after an upgrade, are not doubted together.
const SPREAD: f64 = 0.25;

/// Whether a source that is asked at `now` is to be asked without validators. `whole_at`: none says that the time begins with the
/// next answer, so that an upgrade doubts nobody.
#[must_use]
pub fn doubts(source: &SourceId, history: &History, now: Timestamp) -> bool {
    history.whole_at.is_some_and(|whole| {
        let patience = patience(history, whole);
        let lot = patience.mul_f64(SPREAD * backoff::draw(source, whole));
        now >= later(whole, patience + lot)
    })
}

fn patience(history: &History, whole: Timestamp) -> Duration {
    let Some(gap) = history.rhythm.mean_gap else {
        return MOST;
    };
    let silence = gap.saturating_mul(GAPS).clamp(LEAST, MOST);
    // The last whole document came in the midst of this silence: it was doubted already, and was right.
    let was_right = history
        .rhythm
        .last_new
        .is_some_and(|last| whole >= later(last, silence));
    if was_right { MOST } else { silence }
}
