//! Housekeeping: what retention lets go.

use std::time::Duration;

use crate::model::{OutputId, Timestamp};
use crate::store::{Store, StoreError};

/// Entries stripped in one step, so that refreshes find their turn between two.
const BATCH: usize = 500;

/// How often housekeeping is due.
pub const INTERVAL: Duration = Duration::from_secs(3600);

/// Strips entries unseen in their source for longer than `keep` and in no output's window down to their identity.
/// `windows`: for each output the place of its oldest item. Returns how many.
///
/// # Errors
/// The store's; what is stripped stays so.
pub async fn maintain(
    store: &dyn Store,
    keep: Duration,
    windows: &[(OutputId, Timestamp)],
    now: Timestamp,
) -> Result<usize, StoreError> {
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
