//! The sockets that the daemon serves at: those that the service manager holds for it, else its own.

use std::sync::Arc;

use anyhow::Context;
use url::Url;

use crate::config::{self, Config};
use crate::serve::{self, Address, Listener};
use crate::systemd;

const NOT_SERVED: &str = "a socket that the service manager hands over cannot be served: mainstem.socket needs ListenStream= lines and no Accept=yes";

/// The sockets that systemd holds for us, else our own.
pub(super) async fn listen(config: &Config) -> anyhow::Result<Vec<Listener>> {
    let inherited = systemd::inherited_listeners().context(NOT_SERVED)?;
    if inherited.is_empty() {
        return Ok(serve::bind(&config.listen, "[server] listen").await?);
    }
    let inherited = inherited.into_iter().map(Listener::inherited);
    let listeners: Result<Vec<Listener>, _> = inherited.collect();
    listeners.context(NOT_SERVED)
}

/// The base of links to what the service manager listens at, where the configuration names a port that nobody listens at.
/// `None`: what it names can be opened.
pub(super) fn served_at(configured: &[Address], listeners: &[Listener]) -> Option<Url> {
    let served = listeners.iter().filter_map(Listener::ip);
    let served: Vec<Address> = served.map(Address::Ip).collect();
    let (by_file, by_socket) = (config::base_at(configured), config::base_at(&served));
    let port = by_file.port_or_known_default();
    let is_served =
        |address: &Address| matches!(address, Address::Ip(ip) if Some(ip.port()) == port);
    let is_inherited = listeners.iter().any(Listener::is_inherited);
    (is_inherited && !served.iter().any(is_served)).then_some(by_socket)
}

/// Has self links lead to what the service manager listens at, where nobody has written a `public_url`.
pub(super) fn follow_sockets(config: &mut Config, served_at: Option<&Url>) {
    let Some(base) = served_at.filter(|_| !config.has_public_url) else {
        return;
    };
    Arc::make_mut(&mut config.plan).public_url = base.clone();
    tracing::warn!(
        public_url = %base,
        "self links name a socket of the service manager's, of which `listen`, and what `print` writes, know nothing: write `public_url` in [server]"
    );
}
