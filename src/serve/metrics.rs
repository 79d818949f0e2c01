//! `/metrics`, on a listener of its own: what operators see is not for readers.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

use super::answer_all;
use super::routes::{guard, not_found};
use crate::telemetry::{EXPOSITION_TYPE, Metrics};

/// Writes the metrics as they stand now; may block.
pub type Exposition = Arc<dyn Fn() -> String + Send + Sync>;

/// Connections served at once: one collector, its twin, and somebody with curl.
const AT_ONCE: usize = 16;

/// Serves `/metrics` as OpenMetrics text, and nothing else, until `shutdown` ends.
pub async fn serve_metrics(
    listener: TcpListener,
    exposition: Exposition,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let routes = Router::new()
        .route("/metrics", any(metrics))
        .fallback(|| async { not_found() })
        // Scrapes are no readers.
        .layer(from_fn_with_state(Metrics::default(), guard))
        .with_state(exposition);
    let routes = TowerToHyperService::new(routes);
    answer_all(listener, routes, AT_ONCE, shutdown).await;
}

/// Written off the async threads: the sizes of files are looked up.
async fn metrics(State(exposition): State<Exposition>) -> Response {
    match tokio::task::spawn_blocking(move || exposition()).await {
        Ok(text) => ([(header::CONTENT_TYPE, EXPOSITION_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
