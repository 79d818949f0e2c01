//! What `-vv` shows of a fetch: each hop's request and answer, without its secrets.

use std::time::Instant;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use reqwest::Response;
use tracing::Level;
use url::Url;

use super::{Failure, HttpVersion};
use crate::model::public_url;

/// Headers whose values are secrets, whoever set them.
const SECRET: &[HeaderName] = &[
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::COOKIE,
    header::SET_COOKIE,
];
/// What stands in place of a secret.
const HIDDEN: &str = "(hidden)";

/// One hop: a request on its way.
pub(super) struct Hop<'a> {
    url: &'a Url,
    began: Instant,
}

impl<'a> Hop<'a> {
    /// The request is about to be sent.
    pub(super) fn begin(url: &'a Url, headers: &HeaderMap) -> Self {
        if tracing::enabled!(Level::TRACE) {
            tracing::trace!(url = %public_url(url), headers = shown(headers), "asking");
        }
        Self {
            url,
            began: Instant::now(),
        }
    }

    /// The head of an answer has come.
    pub(super) fn answered(&self, response: &Response) {
        if tracing::enabled!(Level::TRACE) {
            tracing::trace!(
                url = %public_url(self.url), status = response.status().as_u16(), version = ?response.version(),
                peer = response.remote_addr().map(tracing::field::display), headers = shown(response.headers()),
                elapsed_ms = self.elapsed_ms(), "answered"
            );
        }
    }

    /// No answer has come.
    pub(super) fn failed(&self, failure: &Failure) {
        if tracing::enabled!(Level::TRACE) {
            tracing::trace!(
                url = %public_url(self.url), class = %failure.class, why = failure.message,
                elapsed_ms = self.elapsed_ms(), "not answered"
            );
        }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Asked once more: over a new connection, or over HTTP/1.1.
pub(super) fn again(url: &Url, http: HttpVersion) {
    tracing::trace!(url = %public_url(url), ?http, "asking once more");
}

/// A body was read to its end.
pub(super) fn read(url: &Url, bytes: usize) {
    tracing::trace!(url = %public_url(url), bytes, "body read and decoded");
}

/// `name: value` of each line, in the order sent.
fn shown(headers: &HeaderMap) -> String {
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", shown_value(name, value)));
    lines.collect::<Vec<_>>().join(", ")
}

fn shown_value(name: &HeaderName, value: &HeaderValue) -> String {
    if value.is_sensitive() || SECRET.contains(name) {
        return HIDDEN.to_owned();
    }
    let text = String::from_utf8_lossy(value.as_bytes());
    // Bytes above 127 may be control characters of UTF-8.
    let text = text.replace(char::is_control, "\u{FFFD}");
    without_queries(&without_user_info(&text))
}

/// What stands before the host of an address, as the password of a redirect does, is left out.
fn without_user_info(value: &str) -> String {
    let mut parts = value.split("//");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let authority = part
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '>' | '"' | ','))
            .unwrap_or(part.len());
        shown.push_str("//");
        match part[..authority].rfind('@') {
            Some(at) => {
                shown.push_str(HIDDEN);
                shown.push_str(&part[at..]);
            }
            None => shown.push_str(part),
        }
    }
    shown
}

/// Addresses in `Location` and `Link` may carry keys: what follows a `?` is left out, up to the end of the address.
fn without_queries(value: &str) -> String {
    let mut parts = value.split('?');
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part
            .find(|c: char| c.is_whitespace() || matches!(c, '>' | '"' | ',' | ';'))
            .unwrap_or(part.len());
        shown.push('?');
        shown.push_str(HIDDEN);
        shown.push_str(&part[end..]);
    }
    shown
}
