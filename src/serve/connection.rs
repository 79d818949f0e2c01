//! One reader's connection, bounded in every way: what it may send, how long it may keep us waiting, and how it ends.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::watch;

use super::seat::Seat;
use super::stream::{Paced, Stream};

/// How long a head may take to come, and how long a connection may rest between two requests.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a head may take on a spare seat, which others wait for.
const SPARE_HEAD_TIME: Duration = Duration::from_secs(2);
/// A head beyond this is no feed reader's; bytes.
const MAX_HEAD: usize = 32 * 1024;
/// How long after the stop a request may still come over a connection that is open. What was sent before the stop, or before
/// its sender could know of it, is on its way no longer than this.
pub const LAST_CALL: Duration = Duration::from_secs(1);

/// What answers requests.
pub(super) trait Answers: Clone + Send + Sync + 'static {
    /// An answer on its way.
    type Answering: Future<Output = Result<Response<Body>, Infallible>> + Send + Unpin + 'static;

    /// Begins to answer.
    fn answer(&self, request: Request<Incoming>) -> Self::Answering;

    /// Whether this path is answered even where all places are taken.
    fn is_probe(&self, path: &str) -> bool;

    /// The answer to a request that there is no place for.
    fn no_place(&self) -> Response<Body>;
}

/// Answers what is asked over one connection, until the reader ends it or keeps us waiting too long.
///
/// Once `stopped` is true, each answer says that it is the last, and the connection ends with it; one over which no request
/// comes ends after [`LAST_CALL`]. hyper's own graceful shutdown would end a connection at once over which no request was
/// read yet, though one may be on its way or lie in the kernel's buffer.
pub(super) async fn answer<S: Answers>(
    stream: Box<dyn Stream>,
    service: S,
    seat: Seat,
    stopped: watch::Receiver<bool>,
) {
    let head_time = if seat.is_spare() {
        SPARE_HEAD_TIME
    } else {
        HEAD_TIME
    };
    let seated = Seated {
        service,
        seat: Arc::new(seat),
        stopped: stopped.clone(),
    };
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_time)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(Paced::new(stream)), seated);
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

/// Answers over one connection.
struct Seated<S> {
    service: S,
    seat: Arc<Seat>,
    stopped: watch::Receiver<bool>,
}

impl<S: Answers> Service<Request<Incoming>> for Seated<S> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answering<S::Answering>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let answer = if self.seat.is_spare() {
            let (service, seat) = (self.service.clone(), self.seat.clone());
            Answer::OnSpareSeat(Box::pin(answer_on_spare_seat(service, seat, request)))
        } else {
            Answer::Plain(self.service.answer(request))
        };
        Answering {
            answer,
            stopped: self.stopped.clone(),
        }
    }
}

/// Answers a probe at once, everything else if there is a place in time.
async fn answer_on_spare_seat<S: Answers>(
    service: S,
    seat: Arc<Seat>,
    request: Request<Incoming>,
) -> Response<Body> {
    let is_heard = service.is_probe(request.uri().path()) || seat.take_place().await;
    let mut response = if is_heard {
        let Ok(response) = service.answer(request).await;
        response
    } else {
        service.no_place()
    };
    if seat.is_spare() {
        say_that_it_is_the_last(&mut response);
    }
    response
}

/// RFC 9112 §9.6. hyper ends the connection after it.
fn say_that_it_is_the_last(response: &mut Response<Body>) {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
}

/// An answer on its way over one connection.
struct Answering<F> {
    answer: Answer<F>,
    stopped: watch::Receiver<bool>,
}

enum Answer<F> {
    Plain(F),
    OnSpareSeat(Pin<Box<dyn Future<Output = Response<Body>> + Send>>),
}

impl<F> Future for Answering<F>
where
    F: Future<Output = Result<Response<Body>, Infallible>> + Unpin,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Ok(mut response) = ready!(match &mut self.answer {
            Answer::Plain(answer) => Pin::new(answer).poll(cx),
            Answer::OnSpareSeat(answer) => answer.as_mut().poll(cx).map(Ok),
        });
        if *self.stopped.borrow() {
            say_that_it_is_the_last(&mut response);
        }
        Poll::Ready(Ok(response))
    }
}
