//! A body, read to its end under both caps: on the wire and decoded.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::coding::{Coding, Decoded, codings, decode, is_gzip};
use super::deadline::Deadline;
use super::decoders::{DecodeError, push};
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
    ) -> Result<Decoded, DecodeError> {
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

/// A body, read to its end and decoded.
pub(super) struct Body {
    pub(super) bytes: Bytes,
    /// In words, where it was not packed as its labels say.
    pub(super) recovered: Vec<String>,
}

/// Reads and decodes a body of at most `max` bytes, on the wire and decoded; `hold` keeps what it takes until it was parsed.
pub(super) async fn read(
    mut response: Response,
    max: u64,
    deadline: &mut Deadline,
    memory: &Memory,
    hold: &mut Hold,
    observer: &dyn Observer,
) -> Result<Body, Failure> {
    let most = usize::try_from(max).unwrap_or(usize::MAX);
    if response.content_length().is_some_and(|length| length > max) {
        return Err(too_large(max));
    }
    let codings =
        codings(response.headers()).map_err(|what| Failure::new(FailureClass::Decode, what))?;
    let mut wire = Vec::new();
    // To its end, whatever the decoder needs: only then is the transfer known to be whole.
    while let Some(chunk) = deadline.run(response.chunk()).await?.map_err(classify)? {
        observer.received(chunk.len());
        if wire.len() + chunk.len() > SMALL && !hold.is_large() {
            hold.enlarge(memory.large().await);
        }
        push(&mut wire, &chunk, most).map_err(|_| too_large(max))?;
    }
    unpack(wire.into(), codings, max, memory, hold).await
}

/// Undoes the codings of a whole body, and gzip that no label names.
pub(super) async fn unpack(
    wire: Bytes,
    codings: Vec<Coding>,
    max: u64,
    memory: &Memory,
    hold: &mut Hold,
) -> Result<Body, Failure> {
    if codings.is_empty() && !is_gzip(&wire) {
        return Ok(Body {
            bytes: wire,
            recovered: Vec::new(),
        });
    }
    let most = usize::try_from(max).unwrap_or(usize::MAX);
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
    decoded
        .map(|decoded| Body {
            bytes: decoded.bytes.into(),
            recovered: decoded.recovered,
        })
        .map_err(|error| undecodable(error, max))
}

/// A document from a file or a pipe, at most `max` bytes of it, without the gzip that it may be packed in; and, in words,
/// that it was.
///
/// # Errors
/// It is packed, and cannot be unpacked within `max`.
pub fn unpacked(bytes: Vec<u8>, max: u64) -> Result<(Vec<u8>, Vec<String>), Failure> {
    if !is_gzip(&bytes) {
        return Ok((bytes, Vec::new()));
    }
    let most = usize::try_from(max).unwrap_or(usize::MAX);
    let decoded = decode(&bytes, &[], most).map_err(|error| undecodable(error, max))?;
    Ok((decoded.bytes, decoded.recovered))
}

fn undecodable(error: DecodeError, max: u64) -> Failure {
    match error {
        DecodeError::TooLarge => too_large(max),
        DecodeError::Truncated => Failure::new(
            FailureClass::Truncated,
            "the compressed answer ends too early",
        ),
        DecodeError::Broken => Failure::new(
            FailureClass::Decode,
            "the content coding could not be undone",
        ),
        DecodeError::TooDeep => Failure::new(
            FailureClass::Decode,
            "gzip within gzip, more often than anybody packs a document",
        ),
    }
}

fn too_large(max: u64) -> Failure {
    Failure::new(
        FailureClass::TooLarge,
        format!("the body is larger than max_body allows ({max} bytes)"),
    )
}
