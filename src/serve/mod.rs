//! The HTTP surface: documents rendered in advance, nothing computed per request.
//!
//! Errors are plain text and echo nothing that was asked. Building a link never
//! uses the request's `Host`.

use std::future::Future;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::store::Store;
use crate::telemetry::Metrics;

mod archive;
mod connection;
mod credentials;
mod document;
mod front;
mod head;
mod metrics;
mod negotiate;
mod precondition;
mod published;
mod request;
mod routes;
mod site;

use front::Front;
pub use metrics::{Exposition, serve_metrics};
use routes::routes;
pub use site::{Outlet, Site};

/// Connections served at once; who comes later waits to be accepted. With what else is open it stays below the 1024
/// files that a process may have where nobody has said otherwise.
const AT_ONCE: usize = 512;
/// How long to wait when the system has no connection to give.
const AFTER_REFUSAL: Duration = Duration::from_secs(1);

/// Serves the site, and the archive documents that stand in a store, until `shutdown` ends and every open request is answered; connections that ask nothing then are closed. What was
/// answered is noted in `metrics`.
pub async fn serve(
    listener: TcpListener,
    site: Site,
    archives: Arc<dyn Store>,
    metrics: Metrics,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let routes = routes(site.clone(), archives, metrics.clone());
    let front = Front::new(site, metrics, routes);
    answer_all(listener, front, AT_ONCE, shutdown).await;
}

/// Answers by this service, so many connections at once.
async fn answer_all<S>(
    listener: TcpListener,
    service: S,
    at_once: usize,
    shutdown: impl Future<Output = ()> + Send + 'static,
) where
    S: connection::Answers,
{
    let places = Arc::new(Semaphore::new(at_once));
    let (stop, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            (stream, place) = accept(&listener, &places) => {
                let mut stopped = stopped.clone();
                let told = async move { let _ = stopped.wait_for(|stopped| *stopped).await; };
                connections.spawn(connection::answer(stream, service.clone(), place, told));
            }
        }
    }
    drop(listener);
    let _ = stop.send(true);
    while connections.join_next().await.is_some() {}
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    let place = places.clone().acquire_owned().await;
    let place = place.expect("nobody closes the semaphore");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            // It was given up before we came to it.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(AFTER_REFUSAL).await;
            }
        }
    }
}
