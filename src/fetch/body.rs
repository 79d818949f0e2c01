//! A body, read to its end under both caps: on the wire and decoded.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::coding::{DecodeError, codings, decode};
use super::deadline::Deadline;
use super::failure::classify;
use super::{Failure, Hold};
use crate::model::FailureClass;

/// Up to this size a body takes memory without asking: news feeds are a tenth of it.
const SMALL: usize = 512 * 1024;
/// Larger ones in memory at once, wire and decoded together: what bounds a flood of them.
const LARGE_AT_ONCE: usize = 4;

/// What bodies may take of the memory, together.
pub(super) struct Memory(Arc<Semaphore>);

impl Default for Memory {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LARGE_AT_ONCE)))
    }
}

impl Memory {
    /// Leave to become large. Who has it needs nothing else to go on, so that nobody waits in a circle.
    async fn large(&self) -> Option<OwnedSemaphorePermit> {
        self.0.clone().acquire_owned().await.ok()
    }
}

/// Reads and decodes a body of at most `max` bytes, on the wire and decoded; `hold` keeps what it takes until it was parsed.
pub(super) async fn read(
    mut response: Response,
    max: u64,
    deadline: &mut Deadline,
    memory: &Memory,
    hold: &mut Hold,
) -> Result<Bytes, Failure> {
    let most = usize::try_from(max).unwrap_or(usize::MAX);
    if response.content_length().is_some_and(|length| length > max) {
        return Err(too_large(max));
    }
    let Some(codings) = codings(response.headers()) else {
        let what = "a content coding that was not asked for";
        return Err(Failure::new(FailureClass::Decode, what));
    };
    let mut wire = BytesMut::new();
    // To its end, whatever the decoder needs: only then is the transfer known to be whole.
    while let Some(chunk) = deadline.run(response.chunk()).await?.map_err(classify)? {
        if wire.len() + chunk.len() > most {
            return Err(too_large(max));
        }
        if wire.len() + chunk.len() > SMALL && !hold.is_large() {
            hold.enlarge(memory.large().await);
        }
        wire.extend_from_slice(&chunk);
    }
    let wire = wire.freeze();
    if codings.is_empty() {
        return Ok(wire);
    }
    let small = decode(&wire, &codings, most.min(SMALL));
    let decoded = match small {
        Err(DecodeError::TooLarge) if most > SMALL => {
            if !hold.is_large() {
                hold.enlarge(memory.large().await);
            }
            tokio::task::spawn_blocking(move || decode(&wire, &codings, most))
                .await
                .unwrap_or(Err(DecodeError::Broken))
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
