//! Housekeeping: what retention lets go.

use std::time::Duration;

use crate::model::{OutputId, Timestamp};
use crate::store::{Store, StoreError};

/// Entries stripped in one step, so that refreshes find their turn between two.
const BATCH: usize = 500;

/// Keys taken out in one step.
const KEYS: usize = 20_000;
/// Keys of similar texts are kept for so many windows,
const KEPT_WINDOWS: u32 = 4;
/// and at least so long.
const LEAST_REACH: Duration = Duration::from_secs(28 * 24 * 3600);

/// How often housekeeping is due.
pub const INTERVAL: Duration = Duration::from_secs(3600);

/// What is kept for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Entries unseen in their source.
    pub keep: Duration,
    /// How far apart two entries may lie to be compared, on publication time.
    pub window: Duration,
}

/// Takes what similar texts were found by out where it is too old to meet anything, and makes it anew where an earlier version
/// made it. Strips entries unseen in their source for longer than `keep` and in no output's window down to their identity.
/// `windows`: for each output the place of its oldest item. Returns how many.
///
/// # Errors
/// The store's; what is stripped stays so.
pub async fn maintain(
    store: &dyn Store,
    retention: &Retention,
    windows: &[(OutputId, Timestamp)],
    now: Timestamp,
) -> Result<usize, StoreError> {
    while store.rebuild_keys(BATCH).await? > 0 {}
    // A new source's backlog meets what is as old as itself.
    let reach = (retention.window * KEPT_WINDOWS).max(LEAST_REACH);
    while !store.forget_keys(reach, KEYS, now).await? {}
    let keep = retention.keep;
    let Some(unseen_since) = chrono::Duration::from_std(keep)
        .ok()
        .and_then(|keep| now.checked_sub_signed(keep))
    else {
        return Ok(0);
    };
    let mut stripped = 0;
    loop {
        let batch = store.expire(unseen_since, windows, BATCH, now).await?;
        stripped += batch;
        if batch < BATCH {
            break;
        }
    }
    if stripped > 0 {
        tracing::info!(
            entries = stripped,
            "expired entries were stripped down to their identity"
        );
    }
    Ok(stripped)
}
