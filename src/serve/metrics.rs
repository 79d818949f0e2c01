//! `/metrics`, on a listener of its own: what operators see is not for readers.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{Request, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::connection::Answers;
use super::routes::{guard, no_place, not_found};
use super::seat::Hall;
use super::{Listener, Settings, answer_all};
use crate::telemetry::{EXPOSITION_TYPE, Metrics};

/// Writes the metrics as they stand now; may block.
pub type Exposition = Arc<dyn Fn() -> String + Send + Sync>;

/// Connections served at once: one collector, its twin, and somebody with curl.
const PLACES: usize = 16;

/// Serves `/metrics` as OpenMetrics text, and nothing else, until `shutdown` ends.
pub async fn serve_metrics(
    listeners: Vec<Listener>,
    exposition: Exposition,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let routes = Router::new()
        .route("/metrics", any(metrics))
        .fallback(|| async { not_found() })
        // Scrapes are no readers.
        .layer(from_fn_with_state(Metrics::default(), guard))
        .with_state(exposition);
    let scrapes = Scrapes(TowerToHyperService::new(routes));
    let proxies = Settings::default().proxies;
    answer_all(listeners, scrapes, Hall::new(PLACES, 2, &proxies), shutdown).await;
}

/// Answers who collects.
#[derive(Clone)]
struct Scrapes(TowerToHyperService<Router>);

impl Answers for Scrapes {
    type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn answer(&self, request: Request<Incoming>) -> Self::Answering {
        Box::pin(self.0.call(request))
    }

    fn is_probe(&self, _: &str) -> bool {
        false
    }

    fn no_place(&self) -> Response {
        no_place()
    }
}

/// Written off the async threads: the sizes of files are looked up.
async fn metrics(State(exposition): State<Exposition>) -> Response {
    match tokio::task::spawn_blocking(move || exposition()).await {
        Ok(text) => ([(header::CONTENT_TYPE, EXPOSITION_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
