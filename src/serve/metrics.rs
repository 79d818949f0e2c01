//! `/metrics`, on a listener of its own: what operators see is not for readers.

use std::future::Future;
use std::sync::Arc;

use http::{HeaderMap, StatusCode, Uri, header};

use super::accept::answer_all;
use super::admission::Admission;
use super::answer::{Answer, Response, fixed, not_found, response};
use super::front::{Front, Resources};
use super::listener::Listener;
use crate::telemetry::{EXPOSITION_TYPE, Metrics};

/// Writes the metrics as they stand now; may block.
pub type Exposition = Arc<dyn Fn() -> String + Send + Sync>;

/// Serves `/metrics` as OpenMetrics text, and nothing else, until `shutdown` ends.
pub async fn serve_metrics(
    listeners: Vec<Listener>,
    exposition: Exposition,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    // Scrapes are no readers.
    let front = Front::new(Scrapes { exposition }, Metrics::default());
    answer_all(listeners, front, Admission::for_collectors(), shutdown).await;
}

/// What a collector finds.
#[derive(Clone)]
struct Scrapes {
    exposition: Exposition,
}

impl Resources for Scrapes {
    fn get(&self, target: &Uri, _: HeaderMap) -> Answer {
        match target.path() {
            "/metrics" => Answer::pending(metrics(self.exposition.clone())),
            _ => not_found().into(),
        }
    }

    fn is_probe(&self, _: &str) -> bool {
        false
    }
}

/// Written off the async threads: the sizes of files are looked up.
async fn metrics(exposition: Exposition) -> Response {
    match tokio::task::spawn_blocking(move || exposition()).await {
        Ok(text) => {
            let kind = fixed(header::CONTENT_TYPE, EXPOSITION_TYPE);
            response(StatusCode::OK, [kind], text)
        }
        Err(_) => response(StatusCode::INTERNAL_SERVER_ERROR, [], ""),
    }
}
