//! `ETag` and `Last-Modified`, byte for byte.

use http::{HeaderMap, HeaderValue, header};
use url::Url;

use crate::model::Validators;

/// A longer one is no validator but an attack.
const MAX_BYTES: usize = 8 * 1024;

/// What an answer gives to be sent back; `None`: nothing.
pub(super) fn given(headers: &HeaderMap, url: &Url) -> Option<Validators> {
    let value = |name| {
        headers
            .get(name)
            .map(HeaderValue::as_bytes)
            .filter(|value| !value.is_empty() && value.len() <= MAX_BYTES)
    };
    let (etag, last_modified) = (value(header::ETAG), value(header::LAST_MODIFIED));
    (etag.is_some() || last_modified.is_some()).then(|| Validators {
        url: url.clone(),
        etag: etag.map(<[u8]>::to_vec),
        last_modified: last_modified.map(<[u8]>::to_vec),
    })
}

/// RFC 9111 §4.3.4: what a 304 gives takes the place of what was there; a bare one keeps it.
pub(super) fn renewed(headers: &HeaderMap, known: Option<&Validators>) -> Option<Validators> {
    let known = known?;
    let new = given(headers, &known.url);
    Some(Validators {
        url: known.url.clone(),
        etag: new
            .as_ref()
            .and_then(|new| new.etag.clone())
            .or_else(|| known.etag.clone()),
        last_modified: new
            .and_then(|new| new.last_modified)
            .or_else(|| known.last_modified.clone()),
    })
}

/// Puts `If-None-Match` and `If-Modified-Since` on a request to the URL that gave them, and to no other; whether it did.
pub(super) fn ask(headers: &mut HeaderMap, url: &Url, known: &Validators) -> bool {
    if known.url != *url {
        return false;
    }
    let mut put = |name, value: Option<&Vec<u8>>| {
        if let Some(value) = value.and_then(|value| HeaderValue::from_bytes(value).ok()) {
            headers.insert(name, value);
        }
    };
    put(header::IF_NONE_MATCH, known.etag.as_ref());
    put(header::IF_MODIFIED_SINCE, known.last_modified.as_ref());
    true
}
