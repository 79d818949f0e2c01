//! How many pages are made at once: they are read from where the line reads, which comes first.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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

/// A page's turn, which ends when nothing works for the page any more.
pub(super) type Turn = Arc<OwnedSemaphorePermit>;

impl Turns {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// Makes a page when it is its turn.
    pub(super) async fn take<T, P: Future<Output = Result<T, NoPage>>>(
        &self,
        page: impl FnOnce(Turn) -> P,
    ) -> Result<T, NoPage> {
        let deadline = tokio::time::Instant::now() + LIMIT;
        let turn = self.0.clone().acquire_owned();
        let Ok(Ok(turn)) = tokio::time::timeout_at(deadline, turn).await else {
            return Err(NoPage::Busy(NO_TURN));
        };
        let made = tokio::time::timeout_at(deadline, page(Arc::new(turn))).await;
        made.unwrap_or(Err(NoPage::Busy(TOO_LONG)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of a page that takes so long.
    async fn page(turns: &Turns, takes: Duration) -> Result<(), NoPage> {
        let making = async |_turn: Turn| {
            tokio::time::sleep(takes).await;
            Ok(())
        };
        turns.take(making).await
    }

    #[tokio::test]
    async fn two_pages_are_made_at_once_and_others_wait() {
        let turns = Turns::new();
        let (began, short) = (tokio::time::Instant::now(), Duration::from_millis(50));
        let made = tokio::join!(
            page(&turns, short),
            page(&turns, short),
            page(&turns, short)
        );
        assert!(matches!(made, (Ok(()), Ok(()), Ok(()))));
        assert!(began.elapsed() >= short * 2, "the third has waited");
    }

    #[tokio::test]
    async fn a_turn_lasts_as_long_as_the_work() {
        let turns = Turns::new();
        let (sender, mut held) = tokio::sync::mpsc::unbounded_channel();
        for _ in 0..AT_ONCE {
            let given_up = turns.take(async |turn: Turn| {
                let _ = sender.send(turn);
                Err::<(), _>(NoPage::Missing)
            });
            assert!(matches!(given_up.await, Err(NoPage::Missing)));
        }
        let refused = page(&turns, Duration::ZERO).await;
        assert!(matches!(refused, Err(NoPage::Busy(why)) if why == NO_TURN));
        drop(held.recv().await);
        assert!(page(&turns, Duration::ZERO).await.is_ok());
    }

    #[tokio::test]
    async fn a_page_that_takes_too_long_is_given_up_and_holds_nobody_up() {
        let turns = Turns::new();
        let forever = LIMIT * 100;
        let given_up = tokio::join!(
            page(&turns, forever),
            page(&turns, forever),
            page(&turns, forever)
        );
        let made = [given_up.0, given_up.1, given_up.2];
        assert!(made.iter().all(|made| matches!(made, Err(NoPage::Busy(_)))));
        assert!(page(&turns, Duration::ZERO).await.is_ok());
    }
}
