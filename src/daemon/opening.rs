//! Opening the store, which may take minutes: it reads the whole file, and brings the schema of an earlier version up to date.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, JoinHandle};
use tokio::time::timeout;

use crate::config::Config;
use crate::store::{self, Opening, Store};
use crate::systemd;

/// Pause between two notifications that the start goes on.
const PAUSE: Duration = Duration::from_secs(30);
/// How much more time each notification asks for (`EXTEND_TIMEOUT_USEC=`).
const LONGER: Duration = Duration::from_secs(120);

/// Opens the store on a blocking thread. As long as that takes, systemd is asked to extend its start timeout.
pub(super) async fn open(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let settings = config.store.settings.clone();
    let opening = tokio::task::spawn_blocking(move || store::open(&settings, Opening::Thorough));
    Ok(beside(opening, PAUSE, || systemd::starting(LONGER)).await??)
}

/// Waits for a task, and calls `goes_on` after each pause until it ends.
async fn beside<T>(
    mut task: JoinHandle<T>,
    pause: Duration,
    goes_on: impl Fn(),
) -> Result<T, JoinError> {
    loop {
        match timeout(pause, &mut task).await {
            Ok(ended) => return ended,
            Err(_) => goes_on(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::beside;

    #[tokio::test]
    async fn a_long_start_asks_for_more_time() {
        for (lasts_ms, pause_ms, asks) in [(0, 60_000, false), (200, 20, true)] {
            let task = tokio::task::spawn_blocking(move || {
                std::thread::sleep(Duration::from_millis(lasts_ms));
                7
            });
            let asked = Cell::new(false);
            let ended = beside(task, Duration::from_millis(pause_ms), || asked.set(true)).await;
            assert_eq!((ended.expect("it ends"), asked.get()), (7, asks));
        }
    }
}
