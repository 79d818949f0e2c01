//! The service manager's side: readiness, reload, watchdog, inherited sockets.
//!
//! Outside systemd every call does nothing and succeeds.

use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::time::Duration;

use sd_notify::NotifyState;

/// A listening socket that systemd holds for us.
#[derive(Debug)]
pub enum Inherited {
    /// `ListenStream=` with a port.
    Tcp(TcpListener),
    /// `ListenStream=` with a path.
    Unix(UnixListener),
}

/// The listening sockets that systemd holds for us (`mainstem.socket`), in the order in which it does; none if it holds
/// none (sd_listen_fds(3)). To be asked once.
///
/// # Errors
/// One of them is neither a TCP nor a Unix stream socket, or does not listen.
pub fn inherited_listeners() -> std::io::Result<Vec<Inherited>> {
    let mut handed_over = listenfd::ListenFd::from_env();
    let mut listeners = Vec::new();
    for nth in 0..handed_over.len() {
        let tcp = handed_over.take_tcp_listener(nth);
        listeners.extend(match tcp {
            Ok(listener) => listener.map(Inherited::Tcp),
            Err(_) => handed_over.take_unix_listener(nth)?.map(Inherited::Unix),
        });
    }
    Ok(listeners)
}

/// Says that the service is ready, or ready again after a reload.
pub fn ready(status: &str) {
    notify(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Says how the service is doing, in one line.
pub fn status(status: &str) {
    notify(&[NotifyState::Status(status)]);
}

/// Says that a reload has begun.
pub fn reloading() {
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        notify(&[NotifyState::Reloading, now]);
    }
}

/// Says that the service is stopping.
pub fn stopping() {
    notify(&[NotifyState::Stopping]);
}

/// The beat that keeps the watchdog quiet.
pub fn alive() {
    notify(&[NotifyState::Watchdog]);
}

/// How often [`alive`] must be said: half of the time that systemd waits. `None`: no watchdog.
#[must_use]
pub fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 2)
}

fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "the service manager could not be told"
        );
    }
}
