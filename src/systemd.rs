//! The service manager's side: readiness, reload, watchdog, inherited sockets.
//!
//! Outside systemd every call does nothing and succeeds.

use std::net::TcpListener;
use std::time::Duration;

use sd_notify::NotifyState;

/// The listening socket that systemd holds for us (`mainstem.socket`), if it does.
///
/// # Errors
/// A socket was handed over that is not a TCP listener.
pub fn inherited_listener() -> std::io::Result<Option<TcpListener>> {
    let listener = listenfd::ListenFd::from_env().take_tcp_listener(0)?;
    if let Some(listener) = &listener {
        listener.set_nonblocking(true)?;
    }
    Ok(listener)
}

/// Says that the service is ready, or ready again after a reload.
pub fn ready(status: &str) {
    notify(&[NotifyState::Ready, NotifyState::Status(status)]);
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
        tracing::debug!(%error, "the service manager could not be told");
    }
}
