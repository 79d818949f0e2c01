//! Reads documents off the async threads, a few at a time, each within a deadline.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::fetch::Fresh;
use crate::model::{FailureClass, Feed};
use crate::parse::{self, Input, ParseError};
use crate::schedule::duration_in_words;

/// Documents read at once: what bounds the memory that reading takes.
const AT_ONCE: usize = 2;
/// The largest document takes a tenth of this; what takes longer was written to.
const DEADLINE: Duration = Duration::from_secs(20);
/// Readings left to themselves after their deadline: a thread cannot be stopped, so their number is bounded instead.
const ABANDONED: usize = 4;

/// The places at which documents are read.
pub(super) struct ParsePool {
    places: Semaphore,
    abandoned: Arc<Semaphore>,
}

impl Default for ParsePool {
    fn default() -> Self {
        Self {
            places: Semaphore::new(AT_ONCE),
            abandoned: Arc::new(Semaphore::new(ABANDONED)),
        }
    }
}

impl ParsePool {
    /// Reads one document. One that takes too long costs its own source only: its place is given to the next.
    pub(super) async fn read(&self, fresh: Fresh) -> Result<Feed, ParseError> {
        // Fails only when closed, and nobody closes it.
        let _place = self.places.acquire().await;
        let mut reading = tokio::task::spawn_blocking(move || {
            let read = parse::parse(Input {
                bytes: &fresh.body,
                content_type: fresh.content_type.as_deref(),
                base: fresh.url.as_ref(),
            });
            let mut feed = read.map_err(|error| {
                let error = error.with_links(&fresh.links, fresh.url.as_ref());
                match fresh.challenge {
                    Some(_) => error.without_guesses(),
                    None => error,
                }
            })?;
            feed.recovered.splice(0..0, fresh.recovered);
            Ok(feed)
        });
        let read = match tokio::time::timeout(DEADLINE, &mut reading).await {
            Ok(read) => read,
            Err(_) => match self.abandoned.clone().try_acquire_owned() {
                Ok(abandoned) => {
                    tokio::spawn(async move {
                        let _ = reading.await;
                        drop(abandoned);
                    });
                    let deadline = duration_in_words(DEADLINE);
                    let what = format!("the document could not be read within {deadline}");
                    return Err(failed(FailureClass::Timeout, what));
                }
                Err(_) => reading.await,
            },
        };
        // `parse` contains its own panics; this is the second line behind it.
        read.unwrap_or_else(|panic| {
            let what = format!("reading the document failed: {panic}");
            Err(failed(FailureClass::Panic, what))
        })
    }
}

fn failed(class: FailureClass, message: String) -> ParseError {
    ParseError {
        class,
        message,
        leads: Vec::new(),
    }
}
