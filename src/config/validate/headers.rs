//! `headers` of a source.

use std::ops::Range;

use http::header::{ACCEPT, ACCEPT_LANGUAGE, USER_AGENT};
use http::{HeaderName, HeaderValue};

use super::super::file::SourceTable;
use super::super::problem::Found;
use super::super::purpose::Environment;
use super::super::secret::HeaderText;
use super::super::table::At;
use super::secret::{self, Holder};

/// Headers that say who asks, and for what. They are no secrets unless they are kept as such, so servers behind redirects get them
/// too.
const WHO_ASKS: &[HeaderName] = &[USER_AGENT, ACCEPT, ACCEPT_LANGUAGE];
/// Why a source cannot set `If-None-Match` and its like.
const VALIDATORS: &str = "remove it: what the server gave is sent back by itself; validators = false always asks for the whole document";
/// What only we may say, and why. A source that set it would break the exchange.
const OURS: &[(&[&str], &str)] = &[
    (&["a-im"], VALIDATORS),
    (
        &["accept-encoding", "te"],
        "remove it: what can be decoded is asked for by itself",
    ),
    (
        &["range"],
        "remove it: a feed is only read whole; `max_body` bounds it",
    ),
    (&["host"], "remove it: the host is that of `url`"),
    (
        &[
            "connection",
            "content-length",
            "expect",
            "http2-settings",
            "keep-alive",
            "proxy-connection",
            "trailer",
            "transfer-encoding",
            "upgrade",
        ],
        "remove it: it is about the connection, which is not the source's",
    ),
];

/// The headers of a source, those that it may set and that can be sent.
pub(super) fn headers(
    table: &SourceTable,
    environment: &Environment,
    found: &mut Found<'_>,
) -> Vec<(HeaderName, HeaderValue)> {
    let Some(written) = &table.headers else {
        return Vec::new();
    };
    let holder = Holder::Source {
        id: table.id.as_ref().map(|id| id.value.as_str()),
        enabled: table.is_enabled(),
    };
    let mut headers = Vec::new();
    for (name, value) in &written.value {
        let Some(header) = own_name(name, &value.span, found) else {
            continue;
        };
        let Some(bytes) = header_bytes(name.as_str(), value, holder, environment, found) else {
            continue;
        };
        match HeaderValue::from_bytes(&bytes) {
            Ok(_) if headers.iter().any(|(known, _)| *known == header) => found.error(
                &written.span,
                format!("{header} stands there twice"),
                "write each header once; upper and lower case are the same",
            ),
            Ok(mut sent) => {
                let is_secret = matches!(value.value, HeaderText::Secret(_));
                sent.set_sensitive(is_secret || !WHO_ASKS.contains(&header));
                headers.push((header, sent));
            }
            Err(_) => found.error(
                &value.span,
                format!("the value of {header} holds control characters"),
                "write it in one line",
            ),
        }
    }
    headers
}

/// Returns the name of a header if a source may set it. Otherwise it notes the problem and returns `None`.
fn own_name(name: &str, at: &Range<usize>, found: &mut Found<'_>) -> Option<HeaderName> {
    let Ok(header) = HeaderName::try_from(name) else {
        found.error(
            at,
            format!("{name:?} is no name of a header"),
            "write one such as \"User-Agent\": letters, digits and -, without blanks and colon",
        );
        return None;
    };
    let kind = |name: &str| match name {
        _ if name.starts_with("if-") => Some(VALIDATORS),
        _ => OURS
            .iter()
            .find(|(names, _)| names.contains(&name))
            .map(|(_, why)| *why),
    };
    if let Some(why) = kind(header.as_str()) {
        let what = format!("{name:?} is no header that a source can set");
        found.error(at, what, why);
        return None;
    }
    Some(header)
}

/// The value of a header; `None`: it cannot be one, which is noted. A secret that is not at hand is nothing: its source is not
/// polled, but neither is it taken for one that is asked like others without that header ([`crate::refresh::Poll::group`]).
fn header_bytes(
    name: &str,
    value: &At<HeaderText>,
    holder: Holder<'_>,
    environment: &Environment,
    found: &mut Found<'_>,
) -> Option<Vec<u8>> {
    match &value.value {
        HeaderText::Plain(text) => Some(text.clone().into_bytes()),
        HeaderText::Secret(place) => {
            let bytes = secret::read(place, &value.span, holder, environment, found);
            Some(bytes.unwrap_or_default())
        }
        HeaderText::Wrong(what) => {
            let hint = format!("write {}", HeaderText::FORM);
            found.error(&value.span, format!("the header {name:?} {what}"), hint);
            None
        }
    }
}
