//! What a refusal shows of whoever refuses: a challenge named in its head, and the title of its page.

use std::io::Read;
use std::time::Duration;

use brotli_decompressor::Decompressor;
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use http::{HeaderMap, StatusCode, header};
use reqwest::Response;

use super::body::Memory;
use super::challenge;
use super::coding::{Coding, codings};
use super::deadline::Deadline;
use crate::parse::page_title;

/// Bytes read of a refusal's page, on the wire and decoded. Pages of bot checks have some 10 KiB, and the title stands at the
/// beginning of any page.
const MOST: usize = 64 * 1024;
/// Decoded in one step.
const BUFFER: usize = 4 * 1024;
/// 2^23 bytes: RFC 9659 lets a server use no larger one over HTTP.
const ZSTD_WINDOW_LOG: u32 = 23;
/// How long a refusal's page is waited for: it is worth less than the place among all requests that it takes.
const PATIENCE: Duration = Duration::from_secs(5);

/// What of an answer without a feed is told besides its status; `None`: nothing. The page is read where something in between, or a
/// login, speaks by one: 401, 403, 406, 429, 503.
pub(super) async fn told(
    response: Response,
    deadline: &Deadline,
    memory: &Memory,
) -> Option<String> {
    let challenge = challenge::named(response.headers());
    let speaks = matches!(
        response.status(),
        StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_ACCEPTABLE
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
    );
    let title = match speaks && may_be_page(response.headers()) {
        true => title(response, deadline, memory).await,
        false => None,
    };
    let title = title.map(|title| format!("a page titled {title:?}"));
    match (challenge, title) {
        (Some(challenge), Some(title)) => Some(format!(
            "{challenge} stands in between and answers with {title}"
        )),
        (Some(challenge), None) => Some(format!("{challenge} stands in between")),
        (None, title) => title,
    }
}

/// A page says that it is one, or nothing.
fn may_be_page(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_none_or(|kind| {
        let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
        kind.contains("html")
    })
}

/// The title, if it comes in time. A page that is cut short, stalls or is too long gives the title that its beginning has.
async fn title(mut response: Response, deadline: &Deadline, memory: &Memory) -> Option<String> {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    let codings = codings(response.headers()).ok()?;
    let mut deadline = Deadline::new(PATIENCE.min(deadline.left()));
    let mut wire = Vec::new();
    while wire.len() < MOST {
        let Ok(Ok(Some(chunk))) = deadline.run(response.chunk()).await else {
            break;
        };
        let room = MOST - wire.len();
        wire.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    let page = memory.decode_by(move || beginning(wire, &codings)).await?;
    page_title(&page, kind.as_deref())
}

/// Undoes the codings as far as they can be undone. `coding::decode` gives a whole body or none; here the beginning of one is enough.
fn beginning(wire: Vec<u8>, codings: &[Coding]) -> Vec<u8> {
    codings.iter().rev().fold(wire, |input, coding| {
        let input = input.as_slice();
        match coding {
            Coding::Gzip => readable(GzDecoder::new(input)),
            // RFC 9110 §8.4.1.2 means zlib's form, whose first four bits are 8; some servers send the bare one.
            Coding::Deflate if input.first().is_some_and(|first| first & 0x0F == 8) => {
                readable(ZlibDecoder::new(input))
            }
            Coding::Deflate => readable(DeflateDecoder::new(input)),
            Coding::Brotli => readable(Decompressor::new(input, BUFFER)),
            Coding::Zstd => zstd(input).unwrap_or_default(),
        }
    })
}

/// Bounds the window before it is allocated (RFC 9659 §3).
fn zstd(input: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(input)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(readable(decoder))
}

/// What can be read of it, up to the bound.
fn readable(decoder: impl Read) -> Vec<u8> {
    let mut output = Vec::new();
    // An error ends it: what came before stays.
    let _ = decoder.take(MOST as u64).read_to_end(&mut output);
    output
}
