//! A body, read to its end under both caps: on the wire and decoded.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::coding::{Coding, DecodeError, codings, decode, push};
use super::deadline::Deadline;
use super::failure::classify;
use super::{Failure, Hold, Observer};
use crate::model::FailureClass;

/// Up to this size a body takes memory without asking: news feeds are a tenth of it.
const SMALL: usize = 512 * 1024;
/// Larger ones in memory at once, wire and decoded together: what bounds a flood of them.
const LARGE_AT_ONCE: usize = 4;

/// Bodies decoded at once: a decoder has a window of up to 16 MiB, and keeps a thread busy.
const DECODED_AT_ONCE: usize = 2;

/// What bodies may take of memory and threads, together.
pub(super) struct Memory {
    large: Arc<Semaphore>,
    decoders: Semaphore,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            large: Arc::new(Semaphore::new(LARGE_AT_ONCE)),
            decoders: Semaphore::new(DECODED_AT_ONCE),
        }
    }
}

impl Memory {
    /// Leave to become large. Who has it needs nothing else to go on, so that nobody waits in a circle.
    async fn large(&self) -> Option<OwnedSemaphorePermit> {
        self.large.clone().acquire_owned().await.ok()
    }

    /// Decodes off the async threads, when a decoder is free.
    async fn decode(
        &self,
        wire: Bytes,
        codings: Vec<Coding>,
        most: usize,
    ) -> Result<Vec<u8>, DecodeError> {
        // Fails only when closed, and nobody closes it.
        let _decoder = self.decoders.acquire().await;
        tokio::task::spawn_blocking(move || decode(&wire, &codings, most))
            .await
            .unwrap_or(Err(DecodeError::Broken))
    }

    /// Runs `work`, which decodes, off the async threads, when a decoder is free; `None`: it panicked.
    pub(super) async fn decode_by<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let _decoder = self.decoders.acquire().await;
        tokio::task::spawn_blocking(work).await.ok()
    }
}

/// Reads and decodes a body of at most `max` bytes, on the wire and decoded; `hold` keeps what it takes until it was parsed.
pub(super) async fn read(
    mut response: Response,
    max: u64,
    deadline: &mut Deadline,
    memory: &Memory,
    hold: &mut Hold,
    observer: &dyn Observer,
) -> Result<Bytes, Failure> {
    let most = usize::try_from(max).unwrap_or(usize::MAX);
    if response.content_length().is_some_and(|length| length > max) {
        return Err(too_large(max));
    }
    let Some(codings) = codings(response.headers()) else {
        let what = "a content coding that was not asked for";
        return Err(Failure::new(FailureClass::Decode, what));
    };
    let mut wire = Vec::new();
    // To its end, whatever the decoder needs: only then is the transfer known to be whole.
    while let Some(chunk) = deadline.run(response.chunk()).await?.map_err(classify)? {
        observer.received(chunk.len());
        if wire.len() + chunk.len() > SMALL && !hold.is_large() {
            hold.enlarge(memory.large().await);
        }
        push(&mut wire, &chunk, most).map_err(|_| too_large(max))?;
    }
    let wire = Bytes::from(wire);
    if codings.is_empty() {
        return Ok(wire);
    }
    let small = most.min(SMALL);
    let decoded = match memory.decode(wire.clone(), codings.clone(), small).await {
        Err(DecodeError::TooLarge) if most > SMALL => {
            if !hold.is_large() {
                hold.enlarge(memory.large().await);
            }
            memory.decode(wire, codings, most).await
        }
        decoded => decoded,
    };
    decoded.map(Bytes::from).map_err(|error| match error {
        DecodeError::TooLarge => too_large(max),
        DecodeError::Truncated => Failure::new(
            FailureClass::Truncated,
            "the compressed answer ends too early",
        ),
        DecodeError::Broken => Failure::new(
            FailureClass::Decode,
            "the content coding could not be undone",
        ),
    })
}

fn too_large(max: u64) -> Failure {
    Failure::new(
        FailureClass::TooLarge,
        format!("the body is larger than max_body allows ({max} bytes)"),
    )
}
