//! A conditional GET of a document, RFC 9110 §13 and §12.5.3.

use std::time::SystemTime;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::Published;
use crate::model::Secret;
use crate::publish::DocumentFormat;

/// How long a reader may go without asking again.
const MAX_AGE: &str = "max-age=60, stale-while-revalidate=600";

/// Answers with the document, or 304 where the reader has it. The body of a HEAD is left out by the server.
pub(super) fn answer(
    published: &Published,
    format: DocumentFormat,
    asked: &HeaderMap,
    private: bool,
) -> Response<Body> {
    let document = published.documents.get(format);
    let gzip = accepts_gzip(asked);
    let (bytes, etag) = if gzip {
        (&document.gzip, &document.gzip_etag)
    } else {
        (&document.bytes, &document.etag)
    };
    let modified = SystemTime::from(published.changed_at);
    let unchanged = is_unchanged(asked, &[&document.etag, &document.gzip_etag], modified);
    let mut response = Response::new(if unchanged {
        Body::empty()
    } else {
        Body::from(bytes.clone())
    });
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let reach = if private { "private" } else { "public" };
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    put(header::ETAG, etag);
    put(header::LAST_MODIFIED, &httpdate::fmt_http_date(modified));
    put(header::CACHE_CONTROL, &format!("{reach}, {MAX_AGE}"));
    put(
        header::VARY,
        if private {
            "Accept-Encoding, Authorization"
        } else {
            "Accept-Encoding"
        },
    );
    if !unchanged {
        put(header::CONTENT_TYPE, document.media_type);
        if gzip {
            put(header::CONTENT_ENCODING, "gzip");
        }
    }
    response
}

/// RFC 9110 §13.2.2, steps 3 and 4: `If-None-Match` decides where it is there, else `If-Modified-Since` does.
fn is_unchanged(asked: &HeaderMap, etags: &[&String], modified: SystemTime) -> bool {
    let mut lists = asked.get_all(header::IF_NONE_MATCH).iter().peekable();
    if lists.peek().is_some() {
        // Weak comparison (§8.8.3.2). A comma inside a tag cannot be in one of ours, so no list is split wrongly for us.
        let is_ours = |tag: &str| {
            tag == "*"
                || etags
                    .iter()
                    .any(|ours| tag.strip_prefix("W/").unwrap_or(tag) == ours.as_str())
        };
        return lists
            .filter_map(|list| list.to_str().ok())
            .any(|list| list.split(',').any(|tag| is_ours(tag.trim())));
    }
    let since = asked
        .get(header::IF_MODIFIED_SINCE)
        .and_then(|since| httpdate::parse_http_date(since.to_str().ok()?).ok());
    // The header has whole seconds only.
    since.is_some_and(|since| whole_seconds(modified) <= whole_seconds(since))
}

fn whole_seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// RFC 9110 §12.5.3: gzip where it is named, or covered by `*`, with a weight above 0.
fn accepts_gzip(asked: &HeaderMap) -> bool {
    let (mut by_name, mut by_star) = (None, None);
    for coding in asked
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','))
    {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight =
            parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let wanted = weight
            .and_then(|weight| weight.parse::<f32>().ok())
            .is_none_or(|weight| weight > 0.0);
        match name.as_str() {
            "gzip" | "x-gzip" => by_name = Some(wanted),
            "*" => by_star = Some(wanted),
            _ => {}
        }
    }
    by_name.or(by_star).unwrap_or(false)
}

/// Whether the request carries the token: `Authorization: Bearer` (RFC 6750 §2.1), or `?token=`.
pub(super) fn may_read(token: &Secret, request: &Request) -> bool {
    let bearer = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|given| {
            let (scheme, given) = given.to_str().ok()?.split_once(' ')?;
            scheme
                .eq_ignore_ascii_case("bearer")
                .then(|| given.trim().to_owned())
        });
    let query = request.uri().query().unwrap_or_default();
    let named = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "token")
        .map(|(_, given)| given.into_owned());
    [bearer, named]
        .into_iter()
        .flatten()
        .any(|given| token.matches(given.as_bytes()))
}
