//! The HTTP surface: documents are answered from bytes that were rendered in advance.
//!
//! Connections come in at any number of listeners (`listen`, `accept`). Each takes a place (`admission`), and what it may send
//! and how long it may keep us waiting is bounded (`connection`, `stream`). Every request goes through one door (`front`), which
//! refuses requests without a host and methods that are not served; behind it, one table maps paths to documents (`routes`).
//! Preconditions, content codings and tokens are judged in one place each (`precondition`, `negotiate`, `credentials`).
//!
//! Made at the first request and kept for the next: a document's compressed forms, the difference between two editions
//! (`document`), and an archive document from the store (`archive`).
//!
//! Errors are plain text and echo nothing that was asked. Building a link never uses the request's `Host`.

use std::future::Future;
use std::sync::Arc;

use crate::pages::Pages;
use crate::store::Store;
use crate::telemetry::Metrics;

mod accept;
mod address;
mod admission;
mod answer;
mod archive;
mod connection;
mod credentials;
mod document;
mod front;
mod head;
mod holder;
mod listen;
mod listener;
mod metrics;
mod negotiate;
mod pace;
mod pages;
mod places;
mod precondition;
mod published;
mod routes;
mod site;
mod socket_file;
mod stream;

use accept::answer_all;
pub use address::{Address, BindError};
use admission::Admission;
pub use admission::{CONNECTIONS, Settings};
use archive::Archives;
pub use connection::LAST_CALL;
use front::Front;
pub use listen::bind;
pub use listener::Listener;
pub use metrics::{Exposition, serve_metrics};
use routes::Routes;
pub use site::{Outlet, Site};

/// Serves the site, the archive documents that stand in a store, and pages, until `shutdown` ends and every request is answered that
/// had come by then. What was answered is noted in `metrics`.
pub async fn serve(
    listeners: Vec<Listener>,
    settings: Settings,
    site: Site,
    archives: Arc<dyn Store>,
    pages: Pages,
    metrics: Metrics,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let routes = Routes::new(site, Archives::new(archives), pages);
    let front = Front::new(routes, metrics);
    let admission = Admission::for_readers(&settings);
    answer_all(listeners, front, admission, shutdown).await;
}
