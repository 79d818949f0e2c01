//! How a task hears of a stop.

use tokio::sync::watch;

/// Ends when the channel says so: the daemon is told to stop, or its time to stop is over.
pub(super) async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
