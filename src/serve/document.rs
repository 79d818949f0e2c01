//! A conditional GET of a document (RFC 9110 §13), or of what is new in it (RFC 3229).

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::Full;

use super::answer::{Answer, Response, precondition_failed};
use super::head::{Freshness, Heads, Reach};
use super::negotiate::{coding, known_tags, takes_differences};
use super::precondition::{Selected, Verdict, evaluate};
use super::published::Published;
use crate::model::Timestamp;
use crate::publish::{Coding, Document};

/// IM Used, RFC 3229 §10.4.1.
const IM_USED: u16 = 226;

/// Answers with the document, with what is new in it, with 304 where the reader has it, or with 412.
pub(super) fn answer(published: &Arc<Published>, asked: HeaderMap) -> Answer {
    match at_hand(published, &asked) {
        Some(response) => Answer::Ready(response),
        None => Answer::pending(made(published.clone(), asked)),
    }
}

/// The answer, where nothing has to be made for it: the document in a coding that it was asked for in before, 304 where the
/// reader has it, or 412.
fn at_hand(published: &Published, asked: &HeaderMap) -> Option<Response> {
    let (document, heads) = (&published.document, published.heads());
    let coding = coding(asked);
    if let Some(response) = conditional(published.evaluate(asked, coding), heads, coding) {
        return Some(response);
    }
    if takes_differences(asked) {
        return None;
    }
    let bytes = document.coded(coding)?.clone();
    Some(response(StatusCode::OK, heads.whole(coding), bytes))
}

/// The answer that preconditions lead to, if it is not the document.
fn conditional(verdict: Verdict, heads: &Heads, coding: Coding) -> Option<Response> {
    match verdict {
        Verdict::Answer => None,
        Verdict::NotModified => {
            let headers = heads.unchanged(coding);
            Some(response(StatusCode::NOT_MODIFIED, headers, Bytes::new()))
        }
        Verdict::Failed => Some(precondition_failed()),
    }
}

/// The answer that has to be made first: what is new in the document, or the document in a coding that nobody has asked for yet.
async fn made(published: Arc<Published>, asked: HeaderMap) -> Response {
    if takes_differences(&asked)
        && let Some(difference) = published.since(known_tags(&asked))
    {
        let status = StatusCode::from_u16(IM_USED).unwrap_or(StatusCode::OK);
        return response(status, published.heads().difference(), difference);
    }
    let coding = coding(&asked);
    let bytes = coded(&published.document, coding).await;
    response(StatusCode::OK, published.heads().whole(coding), bytes)
}

/// Answers with an archive document, with 304 where the reader has it, or with 412.
pub(super) async fn answer_archived(
    document: &Document,
    made_at: Timestamp,
    asked: &HeaderMap,
    private: bool,
) -> Response {
    let coding = coding(asked);
    // Nobody is told of what hardly ever changes.
    let reach = Reach {
        private,
        ..Reach::default()
    };
    let heads = Heads::of(document, made_at, Freshness::Archived, &reach);
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

fn response(status: StatusCode, headers: HeaderMap, bytes: Bytes) -> Response {
    let mut response = Response::new(Full::new(bytes));
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
