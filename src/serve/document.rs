//! A conditional GET of a document (RFC 9110 §13), or of what is new in it (RFC 3229).

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Response, StatusCode, header};
use bytes::Bytes;

use super::head::{Freshness, Heads, Reach};
use super::negotiate::{coding, is_unchanged, known_tags, takes_differences};
use super::published::Published;
use crate::model::{Secret, Timestamp};
use crate::publish::{Coding, Document};

/// IM Used, RFC 3229 §10.4.1.
const IM_USED: u16 = 226;

/// The answer, where nothing has to be made for it: the document in a coding that it was asked for in before, or 304 where the
/// reader has it. The body of a HEAD is left out by the server.
pub(super) fn at_hand(published: &Published, asked: &HeaderMap) -> Option<Response<Body>> {
    let (document, heads) = (&published.document, published.heads());
    let coding = coding(asked);
    if published.is_known(asked) {
        let headers = heads.unchanged(coding);
        return Some(response(StatusCode::NOT_MODIFIED, headers, Bytes::new()));
    }
    if takes_differences(asked) {
        return None;
    }
    let bytes = document.coded(coding)?.clone();
    Some(response(StatusCode::OK, heads.whole(coding), bytes))
}

/// Answers with the document, with what is new in it, or 304 where the reader has it.
pub(super) async fn answer(published: &Published, asked: &HeaderMap) -> Response<Body> {
    if let Some(response) = at_hand(published, asked) {
        return response;
    }
    if takes_differences(asked)
        && let Some(difference) = published.since(known_tags(asked))
    {
        let status = StatusCode::from_u16(IM_USED).unwrap_or(StatusCode::OK);
        return response(status, published.heads().difference(), difference);
    }
    let coding = coding(asked);
    let bytes = coded(&published.document, coding).await;
    response(StatusCode::OK, published.heads().whole(coding), bytes)
}

/// Answers with a document that never changes, or 304 where the reader has it.
pub(super) async fn answer_for_ever(
    document: &Document,
    made_at: Timestamp,
    asked: &HeaderMap,
    private: bool,
) -> Response<Body> {
    let coding = coding(asked);
    // Nobody is told of what never changes.
    let reach = Reach {
        private,
        ..Reach::default()
    };
    let heads = Heads::of(document, made_at, Freshness::ForEver, &reach);
    if is_unchanged(asked, |etag| document.is_tagged(etag), Some(heads.modified)) {
        let headers = heads.unchanged(coding);
        return response(StatusCode::NOT_MODIFIED, headers, Bytes::new());
    }
    let bytes = coded(document, coding).await;
    response(StatusCode::OK, heads.whole(coding), bytes)
}

fn response(status: StatusCode, headers: HeaderMap, bytes: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
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
