//! How long a stop may take, and how a task hears of it.

use std::time::Duration;

use tokio::sync::watch;

use crate::serve;

/// The time limits of a stop, in the order in which they end. All but the last begin with the signal; what a limit cuts is
/// done again after the next start. systemd kills what is left after `TimeoutStopSec=` of the unit.
#[derive(Debug, Clone, Copy)]
pub struct StopLimits {
    /// Requests may still come over open connections.
    pub last_requests: Duration,
    /// Hubs may answer the last notices.
    pub last_notices: Duration,
    /// Refreshes under way may reach the store.
    pub refreshes: Duration,
    /// Every task that still runs is cut.
    pub tasks: Duration,
    /// From then on: the store may write what waits. A step that is cut is rolled back, and was answered to nobody.
    pub store: Duration,
}

/// The limits of this daemon.
pub const STOP_LIMITS: StopLimits = StopLimits {
    last_requests: serve::LAST_CALL,
    last_notices: Duration::from_secs(1),
    refreshes: Duration::from_secs(5),
    tasks: Duration::from_secs(6),
    store: Duration::from_secs(3),
};

/// Ends when the channel says so: the daemon is told to stop, or its time to stop is over.
pub(super) async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
