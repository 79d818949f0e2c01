//! A conditional GET of a document (RFC 9110 §13), or of what is new in it (RFC 3229).

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;

use super::negotiate::{coding, is_unchanged, known_tags, takes_differences};
use super::published::Published;
use crate::model::{Secret, Timestamp};
use crate::publish::{Coding, Document};

/// For so many times what a document is fresh, a cache may answer with the last one while it asks.
const STALE_FACTOR: u32 = 10;
/// IM Used, RFC 3229 §10.4.1.
const IM_USED: u16 = 226;

/// Answers with the document, with what is new in it, or 304 where the reader has it; each says `links` (RFC 8288). The body of
/// a HEAD is left out by the server.
pub(super) async fn answer(
    published: &Published,
    asked: &HeaderMap,
    private: bool,
    links: &[HeaderValue],
) -> Response<Body> {
    let document = &published.document;
    let coding = coding(asked);
    let modified = SystemTime::from(published.changed_at);
    let is_ours = |etag: &str| document.is_tagged(etag);
    let mut head = Head {
        etag: document.etag(coding),
        modified,
        private,
        freshness: Freshness::For(published.fresh_for),
        coding,
        media_type: document.format().media_type(),
        links,
    };
    if is_unchanged(asked, is_ours, modified) {
        return head.response(StatusCode::NOT_MODIFIED, Bytes::new());
    }
    if takes_differences(asked)
        && let Some(difference) = published.since(known_tags(asked))
    {
        // The difference is one of the document as written.
        head.coding = Coding::Identity;
        head.etag = document.etag(Coding::Identity);
        return head.difference(difference);
    }
    head.response(StatusCode::OK, coded(document, coding).await)
}

/// Answers with a document that never changes, or 304 where the reader has it.
pub(super) async fn answer_for_ever(
    document: &Document,
    made_at: Timestamp,
    asked: &HeaderMap,
    private: bool,
) -> Response<Body> {
    let coding = coding(asked);
    let modified = SystemTime::from(made_at);
    let head = Head {
        etag: document.etag(coding),
        modified,
        private,
        freshness: Freshness::ForEver,
        coding,
        media_type: document.format().media_type(),
        // Nobody is told of what never changes.
        links: &[],
    };
    if is_unchanged(asked, |etag| document.is_tagged(etag), modified) {
        return head.response(StatusCode::NOT_MODIFIED, Bytes::new());
    }
    head.response(StatusCode::OK, coded(document, coding).await)
}

/// Compressed by whoever asks first after a change, off the async threads; nobody else waits or computes.
async fn coded(document: &Document, coding: Coding) -> Bytes {
    if let Some(bytes) = document.coded(coding) {
        return bytes.clone();
    }
    let making = document.clone();
    let made = tokio::task::spawn_blocking(move || making.make(coding).clone());
    made.await.unwrap_or_else(|_| document.make(coding).clone())
}

/// How long a cache may do with an answer.
enum Freshness {
    For(Duration),
    /// RFC 8246; a year is for ever to a cache.
    ForEver,
}

/// What the head of every answer says.
struct Head<'l> {
    etag: String,
    modified: SystemTime,
    private: bool,
    freshness: Freshness,
    coding: Coding,
    media_type: &'static str,
    links: &'l [HeaderValue],
}

impl Head<'_> {
    fn response(self, status: StatusCode, bytes: Bytes) -> Response<Body> {
        let mut response = Response::new(Body::from(bytes));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let reach = if self.private { "private" } else { "public" };
        let caching = match self.freshness {
            Freshness::For(fresh) => {
                let (fresh_for, stale_for) = (fresh.as_secs(), (fresh * STALE_FACTOR).as_secs());
                format!("{reach}, max-age={fresh_for}, stale-while-revalidate={stale_for}")
            }
            Freshness::ForEver => format!("{reach}, max-age=31536000, immutable"),
        };
        let vary = if self.private {
            "Accept-Encoding, Authorization"
        } else {
            "Accept-Encoding"
        };
        put(headers, header::ETAG, &self.etag);
        let modified = httpdate::fmt_http_date(self.modified);
        put(headers, header::LAST_MODIFIED, &modified);
        put(headers, header::CACHE_CONTROL, &caching);
        put(headers, header::VARY, vary);
        for link in self.links {
            headers.append(header::LINK, link.clone());
        }
        if status != StatusCode::NOT_MODIFIED {
            put(headers, header::CONTENT_TYPE, self.media_type);
            if self.coding != Coding::Identity {
                put(headers, header::CONTENT_ENCODING, self.coding.as_str());
            }
        }
        response
    }

    fn difference(self, difference: Bytes) -> Response<Body> {
        let status = StatusCode::from_u16(IM_USED).unwrap_or(StatusCode::OK);
        let mut response = self.response(status, difference);
        let headers = response.headers_mut();
        put(headers, HeaderName::from_static("im"), "feed");
        // A cache that does not know the status must not take it for the whole (RFC 3229 §10.4.1).
        put(headers, header::CACHE_CONTROL, "no-store, im");
        response
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
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
