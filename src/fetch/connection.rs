//! Whether a request went over a connection that was kept.
//!
//! The HTTP client does not say so. But it makes a connection within the request
//! that needs one: a mark that is set there, and is missing afterwards, means that
//! the request went over an old one.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tower::{Layer, Service};

tokio::task_local! {
    /// Set when a connection was made for the request of this task.
    static MADE: Arc<AtomicBool>;
}

/// Runs one request; says whether no connection was made for it.
pub(super) async fn is_reused<T>(request: impl Future<Output = T>) -> (T, bool) {
    let made = Arc::new(AtomicBool::new(false));
    let done = MADE.scope(made.clone(), request).await;
    (done, !made.load(Ordering::Relaxed))
}

/// Marks the request for which a connection is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marking;

/// A connector that does so.
#[derive(Debug, Clone)]
pub(super) struct Marked<S>(S);

impl<S> Layer<S> for Marking {
    type Service = Marked<S>;

    fn layer(&self, connector: S) -> Self::Service {
        Marked(connector)
    }
}

impl<S, R> Service<R> for Marked<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, to: R) -> Self::Future {
        let connecting = self.0.call(to);
        Box::pin(async move {
            let connected = connecting.await;
            if connected.is_ok() {
                // The mark is looked up only now. Where another connection became free in the meantime, the request has taken
                // that one, and a task of the client's own, which has no mark, finishes this one.
                let _ = MADE.try_with(|made| made.store(true, Ordering::Relaxed));
            }
            connected
        })
    }
}
