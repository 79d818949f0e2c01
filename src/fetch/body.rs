//! A body, read to its end under both caps: on the wire and decoded.

use std::io;
use std::pin::Pin;

use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use bytes::Bytes;
use futures_util::TryStreamExt;
use http::header;
use reqwest::Response;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio_util::io::StreamReader;

use super::Failure;
use super::failure::classify;
use crate::model::FailureClass;

/// What is decoded here, and therefore asked for.
pub(super) const ACCEPT_ENCODING: &str = "gzip, deflate, br, zstd";
/// Codings on top of each other; publishers use one.
const MAX_CODINGS: usize = 2;

type Coded = Pin<Box<dyn AsyncBufRead + Send>>;

/// Reads and decodes a body of at most `max` bytes, on the wire and decoded.
pub(super) async fn read(response: Response, max: u64) -> Result<Bytes, Failure> {
    if response.content_length().is_some_and(|length| length > max) {
        return Err(too_large(max));
    }
    let codings: Vec<String> = response
        .headers()
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or("unreadable").split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty() && coding != "identity")
        .collect();
    if codings.len() > MAX_CODINGS {
        return Err(Failure::new(
            FailureClass::Decode,
            "more content codings than a server has reason for",
        ));
    }
    let wire = StreamReader::new(response.bytes_stream().map_err(io::Error::other));
    // One byte more than is allowed tells a body at the cap from one beyond.
    let mut coded: Coded = Box::pin(BufReader::new(wire.take(max.saturating_add(1))));
    for coding in codings.iter().rev() {
        coded = decoder(coding, coded).await?;
    }
    let mut body = Vec::new();
    let read = coded
        .take(max.saturating_add(1))
        .read_to_end(&mut body)
        .await;
    if body.len() as u64 > max {
        return Err(too_large(max));
    }
    match read {
        Ok(_) => Ok(body.into()),
        Err(error) => Err(failed(error, !codings.is_empty())),
    }
}

async fn decoder(coding: &str, mut coded: Coded) -> Result<Coded, Failure> {
    let start = coded
        .fill_buf()
        .await
        .map_err(|error| failed(error, false))?;
    if start.is_empty() {
        return Ok(coded);
    }
    // Both are called deflate in the wild: RFC 9110 §8.4.1.2 means zlib's form.
    let zlib = start.len() >= 2
        && start[0] & 0x0F == 8
        && (u16::from(start[0]) << 8 | u16::from(start[1])) % 31 == 0;
    let decoded: Pin<Box<dyn AsyncRead + Send>> = match coding {
        "gzip" | "x-gzip" => {
            let mut decoder = GzipDecoder::new(coded);
            decoder.multiple_members(true);
            Box::pin(decoder)
        }
        "deflate" if zlib => Box::pin(ZlibDecoder::new(coded)),
        "deflate" => Box::pin(DeflateDecoder::new(coded)),
        "br" => Box::pin(BrotliDecoder::new(coded)),
        "zstd" => Box::pin(ZstdDecoder::new(coded)),
        _ => {
            return Err(Failure::new(
                FailureClass::Decode,
                "a content coding that was not asked for",
            ));
        }
    };
    Ok(Box::pin(BufReader::new(decoded)))
}

/// The transfer's own failure, else the decoder's.
fn failed(error: io::Error, coded: bool) -> Failure {
    let kind = error.kind();
    match error
        .into_inner()
        .map(|inner| inner.downcast::<reqwest::Error>())
    {
        Some(Ok(transfer)) => classify(*transfer),
        _ if kind == io::ErrorKind::UnexpectedEof => {
            Failure::new(FailureClass::Truncated, "the answer was cut short")
        }
        _ if coded => Failure::new(
            FailureClass::Decode,
            "the content coding could not be undone",
        ),
        _ => Failure::new(
            FailureClass::Truncated,
            "the answer could not be read to its end",
        ),
    }
}

fn too_large(max: u64) -> Failure {
    Failure::new(
        FailureClass::TooLarge,
        format!("the body is larger than max_body allows ({max} bytes)"),
    )
}
