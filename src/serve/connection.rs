//! One reader's connection, bounded in every way: what it may send, how long it may keep us waiting, and how it ends.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderValue, Request, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::watch;

use super::admission::Slot;
use super::answer::{Answer, Response};
use super::front::{Front, Resources};
use super::stream::{Paced, Stream};

/// How long a head may take to come, and how long a connection may rest between two requests.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a head may take on a spare place, which others wait for.
const SPARE_HEAD_TIME: Duration = Duration::from_secs(2);
/// A head beyond this is no feed reader's; bytes.
const MAX_HEAD: usize = 32 * 1024;
/// How long after the stop a request may still come over a connection that is open. What was sent before the stop, or before
/// its sender could know of it, is on its way no longer than this.
pub const LAST_CALL: Duration = Duration::from_secs(1);

/// Answers what is asked over one connection, until the reader ends it or keeps us waiting too long.
///
/// Once `stopped` is true, each answer says that it is the last, and the connection ends with it; one over which no request
/// comes ends after [`LAST_CALL`]. hyper's own graceful shutdown would end a connection at once over which no request was
/// read yet, though one may be on its way or lie in the kernel's buffer.
pub(super) async fn answer<R: Resources>(
    stream: Box<dyn Stream>,
    front: Front<R>,
    slot: Slot,
    stopped: watch::Receiver<bool>,
) {
    let head_time = if slot.is_spare() {
        SPARE_HEAD_TIME
    } else {
        HEAD_TIME
    };
    let service = Connection {
        front,
        slot: Arc::new(slot),
        stopped: stopped.clone(),
    };
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_time)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(Paced::new(stream)), service);
    tokio::pin!(served);
    let ended = tokio::select! {
        // First: what has come by the time of the last call is read before it.
        biased;
        ended = served.as_mut() => ended,
        () = last_call(stopped) => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "a connection ended early"
        );
    }
}

async fn last_call(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
    tokio::time::sleep(LAST_CALL).await;
}

/// What answers the requests of one connection.
struct Connection<R> {
    front: Front<R>,
    slot: Arc<Slot>,
    stopped: watch::Receiver<bool>,
}

impl<R: Resources> Service<Request<Incoming>> for Connection<R> {
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<Incoming>) -> Answering {
        let answer = if self.slot.is_spare() {
            let (front, slot) = (self.front.clone(), self.slot.clone());
            Answer::pending(answer_on_spare_slot(front, slot, request))
        } else {
            self.front.answer(request)
        };
        Answering {
            answer: Some(answer),
            stopped: self.stopped.clone(),
        }
    }
}

/// Answers a probe at once, and everything else once there is a place for it.
async fn answer_on_spare_slot<R: Resources>(
    front: Front<R>,
    slot: Arc<Slot>,
    request: Request<Incoming>,
) -> Response {
    let is_heard = front.is_probe(request.uri().path()) || slot.take_place().await;
    let mut response = if is_heard {
        match front.answer(request) {
            Answer::Ready(response) => response,
            Answer::Pending(making) => making.await,
        }
    } else {
        front.no_place()
    };
    if slot.is_spare() {
        say_that_it_is_the_last(&mut response);
    }
    response
}

/// RFC 9112 §9.6. hyper ends the connection after it.
fn say_that_it_is_the_last(response: &mut Response) {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
}

/// An answer on its way over one connection.
struct Answering {
    /// `None` once it was given.
    answer: Option<Answer>,
    stopped: watch::Receiver<bool>,
}

impl Future for Answering {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut response = match self.answer.take() {
            Some(Answer::Ready(response)) => response,
            Some(Answer::Pending(mut making)) => match making.as_mut().poll(cx) {
                Poll::Ready(response) => response,
                Poll::Pending => {
                    self.answer = Some(Answer::Pending(making));
                    return Poll::Pending;
                }
            },
            None => return Poll::Pending,
        };
        if *self.stopped.borrow() {
            say_that_it_is_the_last(&mut response);
        }
        Poll::Ready(Ok(response))
    }
}
