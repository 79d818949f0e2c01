//! How many pages are made at once: they are read from where the line reads, which comes first.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::made::NoPage;

/// Pages made at once.
const AT_ONCE: usize = 2;
/// How long a page may take, from its request on.
const LIMIT: Duration = Duration::from_secs(2);
/// Why there was no turn.
const NO_TURN: &str = "other pages are being made: try again in a few seconds\n";
/// Why there is no page although it had its turn.
const TOO_LONG: &str = "the page takes too long: try again in a few seconds, or ask for less\n";

/// The turns of pages that are made from the store. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// Makes a page when it is its turn.
    pub(super) async fn take<T>(
        &self,
        page: impl Future<Output = Result<T, NoPage>>,
    ) -> Result<T, NoPage> {
        let deadline = tokio::time::Instant::now() + LIMIT;
        let turn = tokio::time::timeout_at(deadline, self.0.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(NoPage::Busy(NO_TURN));
        };
        let made = tokio::time::timeout_at(deadline, page).await;
        made.unwrap_or(Err(NoPage::Busy(TOO_LONG)))
    }
}
