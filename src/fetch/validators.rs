//! `ETag` and `Last-Modified`, byte for byte.

use chrono::{DateTime, TimeDelta};
use http::{HeaderMap, HeaderValue, header};
use url::Url;

use crate::model::{Timestamp, Validators};
use crate::text::read_date;

/// A longer one is no validator but an attack.
const MAX_BYTES: usize = 8 * 1024;
/// How far two clocks may differ that are both taken to be right. A page that says it was changed just now, by a clock that is a
/// little ahead, keeps its validator.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// What an answer that came at `now` gives to be sent back; `None`: nothing.
pub(super) fn given(headers: &HeaderMap, url: &Url, now: Timestamp) -> Option<Validators> {
    let value = |name| {
        headers
            .get(name)
            .map(HeaderValue::as_bytes)
            .filter(|value| !value.is_empty() && value.len() <= MAX_BYTES)
    };
    let etag = value(header::ETAG).map(<[u8]>::to_vec);
    let last_modified = value(header::LAST_MODIFIED).map(<[u8]>::to_vec);
    let last_modified = last_modified.filter(|value| !is_ahead(value, headers, now));
    some_of(url, etag, last_modified)
}

fn some_of(url: &Url, etag: Option<Vec<u8>>, last_modified: Option<Vec<u8>>) -> Option<Validators> {
    (etag.is_some() || last_modified.is_some()).then(|| Validators {
        url: url.clone(),
        etag,
        last_modified,
    })
}

/// Whether a `Last-Modified` is later than the answer's own `Date`, or than its arrival. RFC 9110 §8.8.2.1 forbids servers to send
/// such a date, for whoever sends it back is told 304 until it has come, whatever was published meanwhile (FreshRSS #1020, #1680).
fn is_ahead(last_modified: &[u8], headers: &HeaderMap, now: Timestamp) -> bool {
    let Some(changed) = date(last_modified) else {
        return false;
    };
    let sent = headers.get(header::DATE).map(HeaderValue::as_bytes);
    let sent = sent.and_then(date).unwrap_or(now);
    changed > sent.min(now) + SKEW
}

/// One of HTTP's three forms (RFC 9110 §5.6.7), or another one that servers write and may understand.
fn date(value: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(value).ok()?.trim();
    match httpdate::parse_http_date(text) {
        Ok(at) => Some(DateTime::from(at)),
        Err(_) => read_date(text),
    }
}

/// RFC 9111 §4.3.4: what a 304 gives takes the place of what was there; a bare one keeps it. A date that turns out to be ahead of
/// the 304 is not kept.
pub(super) fn renewed(
    headers: &HeaderMap,
    known: Option<&Validators>,
    now: Timestamp,
) -> Option<Validators> {
    let known = known?;
    let new = given(headers, &known.url, now);
    let (etag, last_modified) = new
        .map(|new| (new.etag, new.last_modified))
        .unwrap_or_default();
    let kept = known.last_modified.clone();
    let kept = kept.filter(|value| !is_ahead(value, headers, now));
    some_of(
        &known.url,
        etag.or_else(|| known.etag.clone()),
        last_modified.or(kept),
    )
}

/// Puts `If-None-Match` and `If-Modified-Since` on a request to the URL that gave them, and to no other; whether it put any. A date
/// that lies in the future, as an earlier version may have stored it, is not sent.
pub(super) fn ask(headers: &mut HeaderMap, url: &Url, known: &Validators, now: Timestamp) -> bool {
    if known.url != *url {
        return false;
    }
    let mut put = |name, value: Option<&Vec<u8>>| {
        let value = value.and_then(|value| HeaderValue::from_bytes(value).ok());
        value.is_some_and(|value| headers.insert(name, value).is_none())
    };
    let is_past = |value: &&Vec<u8>| date(value).is_none_or(|changed| changed <= now + SKEW);
    let etag = put(header::IF_NONE_MATCH, known.etag.as_ref());
    let last_modified = known.last_modified.as_ref().filter(is_past);
    put(header::IF_MODIFIED_SINCE, last_modified) || etag
}
