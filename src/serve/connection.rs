//! One reader's connection, bounded in every way: what it may send, how long it may keep us waiting, and how it ends.

use std::convert::Infallible;
use std::future::poll_fn;
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
use super::answer::{Answer, Making, Response};
use super::front::{Front, Resources};
use super::stream::{Paced, Stream};

/// How long a head may take to come, and how long a connection may rest between two requests.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a head may take on a spare place, which others wait for.
const SPARE_HEAD_TIME: Duration = Duration::from_secs(2);
/// A head beyond this is no feed reader's, nor that of a preview with a long rule; bytes.
const MAX_HEAD: usize = 40 * 1024;
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
    let ended = match until_last_call(served.as_mut(), stopped).await {
        Some(ended) => ended,
        None => {
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

/// Serves a connection until it ends, or until the last call comes: then the answer is `None`. Only a task itself may await this.
///
/// To wait for the stop takes a lock that all connections share. A task has one waker, so it is enough to begin waiting once, and
/// again when the value has changed.
async fn until_last_call<T>(
    mut served: impl Future<Output = T> + Unpin,
    stopped: watch::Receiver<bool>,
) -> Option<T> {
    let news = stopped.clone();
    // Tokio makes a task that has done much at once yield. The wait would then not begin, and nobody would begin it again.
    let last_call = tokio::task::coop::unconstrained(last_call(stopped));
    let mut last_call = std::pin::pin!(last_call);
    let mut is_awaited = false;
    poll_fn(|cx| {
        // The connection is polled first, so that requests that came before the last call are still read.
        if let Poll::Ready(ended) = Pin::new(&mut served).poll(cx) {
            return Poll::Ready(Some(ended));
        }
        if !is_awaited || news.has_changed().unwrap_or(true) {
            is_awaited = true;
            return last_call.as_mut().poll(cx).map(|()| None);
        }
        Poll::Pending
    })
    .await
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
        match answer {
            Answer::Ready(mut response) => {
                tell_of_the_stop(&mut response, &self.stopped);
                Answering::Ready(Some(response))
            }
            Answer::Pending(making) => Answering::Pending(making, self.stopped.clone()),
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

fn tell_of_the_stop(response: &mut Response, stopped: &watch::Receiver<bool>) {
    if *stopped.borrow() {
        say_that_it_is_the_last(response);
    }
}

/// An answer on its way over one connection.
enum Answering {
    /// `None` once it was given.
    Ready(Option<Response>),
    Pending(Making, watch::Receiver<bool>),
}

impl Future for Answering {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Ready(response) => match response.take() {
                Some(response) => Poll::Ready(Ok(response)),
                None => Poll::Pending,
            },
            Self::Pending(making, stopped) => making.as_mut().poll(cx).map(|mut response| {
                tell_of_the_stop(&mut response, stopped);
                Ok(response)
            }),
        }
    }
}
