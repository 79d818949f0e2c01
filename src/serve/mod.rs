//! The HTTP surface: documents rendered in advance, nothing computed per request.
//!
//! In come connections at any number of listeners (`listen`, `accept`); each gets a seat (`seat`, `places`) and is bounded in
//! what it may send and how long it may keep us waiting (`connection`, `stream`, `pace`). Requests find ready bytes (`front`)
//! or the routes; preconditions and tokens are judged in one place each (`precondition`, `credentials`).
//!
//! Errors are plain text and echo nothing that was asked. Building a link never
//! uses the request's `Host`.

use std::future::Future;
use std::sync::Arc;

use ipnet::IpNet;

use crate::store::Store;
use crate::telemetry::Metrics;

mod accept;
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
mod places;
mod precondition;
mod published;
mod request;
mod routes;
mod seat;
mod site;
mod socket_file;
mod stream;

use accept::answer_all;
pub use connection::LAST_CALL;
use front::Front;
pub use listen::{Address, BindError, bind};
pub use listener::Listener;
pub use metrics::{Exposition, serve_metrics};
use routes::routes;
use seat::Hall;
pub use site::{Outlet, Site};

/// Connections served at once. With what else is open it stays below the 1024 files that a process may have where nobody has
/// said otherwise.
const PLACES: usize = 512;
/// Connections heard beyond them, each for a moment.
const SPARE_PLACES: usize = 64;
/// Connections that may be open at once.
pub const CONNECTIONS: usize = PLACES + SPARE_PLACES;

/// How readers are served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Peers that stand for many readers, and may have every place. Clients of Unix sockets always do.
    pub proxies: Vec<IpNet>,
}

impl Default for Settings {
    /// This machine.
    fn default() -> Self {
        let loopback = ["127.0.0.0/8", "::1/128"];
        Self {
            proxies: loopback
                .map(|block| block.parse().expect("a block of addresses"))
                .into(),
        }
    }
}

/// Serves the site, and the archive documents that stand in a store, until `shutdown` ends and every request is answered that
/// had come by then. What was answered is noted in `metrics`.
pub async fn serve(
    listeners: Vec<Listener>,
    settings: Settings,
    site: Site,
    archives: Arc<dyn Store>,
    metrics: Metrics,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let routes = routes(site.clone(), archives, metrics.clone());
    let front = Front::new(site, metrics, routes);
    let hall = Hall::new(PLACES, SPARE_PLACES, &settings.proxies);
    answer_all(listeners, front, hall, shutdown).await;
}
