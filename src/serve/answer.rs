//! An answer, and the answers that are no document: short plain texts, which echo nothing that was asked.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use http_body_util::Full;

use super::head::guard;

/// An answer with its whole body.
pub(super) type Response = http::Response<Full<Bytes>>;

/// What a request is answered with.
pub(super) enum Answer {
    /// Nothing has to be made for it.
    Ready(Response),
    /// It is made first.
    Pending(Making),
}

/// An answer that is being made.
pub(super) type Making = Pin<Box<dyn Future<Output = Response> + Send>>;

impl Answer {
    /// An answer that is made first.
    pub(super) fn pending(making: impl Future<Output = Response> + Send + 'static) -> Self {
        Self::Pending(Box::pin(making))
    }

    /// The same answer, which no script of another site may read, whatever it says.
    pub(super) fn closed_to_other_sites(self) -> Self {
        match self {
            Self::Ready(response) => Self::Ready(closed(response)),
            Self::Pending(making) => Self::pending(async { closed(making.await) }),
        }
    }
}

fn closed(mut response: Response) -> Response {
    for name in [
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
    ] {
        response.headers_mut().remove(name);
    }
    response
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Self::Ready(response)
    }
}

/// Why an output has no document yet.
pub(super) const FIRST_PASS: &str = "the first pass over the sources is still running\n";

/// A header of an answer.
pub(super) type Header = (HeaderName, HeaderValue);

/// A header with a value that is always the same.
pub(super) fn fixed(name: HeaderName, value: &'static str) -> Header {
    (name, HeaderValue::from_static(value))
}

/// An answer with these headers, and those that every answer has.
pub(super) fn response(
    status: StatusCode,
    headers: impl IntoIterator<Item = Header>,
    body: impl Into<Bytes>,
) -> Response {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().extend(headers);
    guard(response.headers_mut());
    response
}

/// A plain text, with these headers besides its type.
pub(super) fn text(
    status: StatusCode,
    headers: impl IntoIterator<Item = Header>,
    text: impl Into<Bytes>,
) -> Response {
    let kind = fixed(header::CONTENT_TYPE, "text/plain; charset=utf-8");
    response(status, [kind].into_iter().chain(headers), text)
}

/// There is nothing under this path.
pub(super) fn not_found() -> Response {
    text(StatusCode::NOT_FOUND, [], "not found\n")
}

/// It cannot be answered yet, or not now; `why` ends with a line break.
pub(super) fn later(why: impl Into<Bytes>) -> Response {
    let headers = [
        fixed(header::RETRY_AFTER, "5"),
        fixed(header::CACHE_CONTROL, "no-store"),
    ];
    text(StatusCode::SERVICE_UNAVAILABLE, headers, why)
}

/// A precondition is not met (RFC 9110 §15.5.13).
pub(super) fn precondition_failed() -> Response {
    let why = "If-Match or If-Unmodified-Since is not met: the document has changed\n";
    text(StatusCode::PRECONDITION_FAILED, [], why)
}
