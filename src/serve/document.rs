//! A conditional GET of a document (RFC 9110 §13), or of what is new in it (RFC 3229).

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use bytes::Bytes;

use super::head::{Freshness, Heads, Reach, guard};
use super::negotiate::{coding, known_tags, takes_differences};
use super::precondition::{Selected, Verdict, evaluate};
use super::published::Published;
use crate::model::Timestamp;
use crate::publish::{Coding, Document};

/// IM Used, RFC 3229 §10.4.1.
const IM_USED: u16 = 226;

/// The answer, where nothing has to be made for it: the document in a coding that it was asked for in before, 304 where the
/// reader has it, or 412. The body of a HEAD is left out by the server.
pub(super) fn at_hand(published: &Published, asked: &HeaderMap) -> Option<Response<Body>> {
    let (document, heads) = (&published.document, published.heads());
    let coding = coding(asked);
    if let Some(response) = conditional(published.evaluate(asked, coding), heads, coding) {
        return Some(response);
    }
    if published.has_differences() && takes_differences(asked) {
        return None;
    }
    let bytes = document.coded(coding)?.clone();
    Some(response(StatusCode::OK, heads.whole(coding), bytes))
}

/// The answer that preconditions lead to, if it is not the document.
fn conditional(verdict: Verdict, heads: &Heads, coding: Coding) -> Option<Response<Body>> {
    match verdict {
        Verdict::Answer => None,
        Verdict::NotModified => {
            let headers = heads.unchanged(coding);
            Some(response(StatusCode::NOT_MODIFIED, headers, Bytes::new()))
        }
        Verdict::Failed => Some(failed()),
    }
}

/// The answer to a precondition that is not met (RFC 9110 §15.5.13).
pub(super) fn failed() -> Response<Body> {
    let why = "If-Match or If-Unmodified-Since is not met: the document has changed\n";
    let mut response = (StatusCode::PRECONDITION_FAILED, why).into_response();
    guard(response.headers_mut());
    response
}

/// Answers with the document, with what is new in it, with 304 where the reader has it, or with 412.
pub(super) async fn answer(published: &Published, asked: &HeaderMap) -> Response<Body> {
    if let Some(response) = at_hand(published, asked) {
        return response;
    }
    if published.has_differences()
        && takes_differences(asked)
        && let Some(difference) = published.since(known_tags(asked))
    {
        let status = StatusCode::from_u16(IM_USED).unwrap_or(StatusCode::OK);
        return response(status, published.heads().difference(), difference);
    }
    let coding = coding(asked);
    let bytes = coded(&published.document, coding).await;
    response(StatusCode::OK, published.heads().whole(coding), bytes)
}

/// Answers with a document that never changes, with 304 where the reader has it, or with 412.
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
    let selected = Selected {
        etag: heads.etag(coding),
        is_current: |etag: &str| document.is_tagged(etag),
        modified: Some(heads.modified),
    };
    if let Some(response) = conditional(evaluate(asked, &selected), &heads, coding) {
        return response;
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
