//! The deadline over one whole request.

use std::future::Future;
use std::time::{Duration, Instant};

use super::Failure;
use crate::model::FailureClass;
use crate::schedule::duration_in_words;

/// Counts the time that a server takes, over all hops and to the last byte of the body; what we wait for among ourselves
/// (a host's turn, memory) does not count against it.
pub(super) struct Deadline {
    whole: Duration,
    left: Duration,
}

impl Deadline {
    pub(super) fn new(whole: Duration) -> Self {
        Self { whole, left: whole }
    }

    /// What the server may still take.
    pub(super) fn left(&self) -> Duration {
        self.left
    }

    /// Runs one piece of the exchange within what is left.
    pub(super) async fn run<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Failure> {
        let began = Instant::now();
        let done = tokio::time::timeout(self.left, work).await;
        self.left = self.left.saturating_sub(began.elapsed());
        done.map_err(|_| {
            let whole = duration_in_words(self.whole);
            Failure::new(
                FailureClass::Timeout,
                format!("no complete answer within {whole}"),
            )
        })
    }
}
