//! The service manager's side: readiness, reload, watchdog, inherited sockets.
//!
//! Outside systemd every call does nothing and succeeds.

use std::fmt;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::sync::{Arc, Mutex, PoisonError};
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

/// What the status line is made of.
#[derive(Debug, Default)]
struct Status {
    /// Counts of what is in force.
    in_force: String,
    /// Why the last reload was refused, if it was.
    refused: Option<String>,
    /// What is wrong with the store, if anything is.
    trouble: Option<String>,
}

/// How the service is doing, in one line, whoever knows of it. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct StatusLine(Arc<Mutex<Status>>);

impl StatusLine {
    /// Says that the service is ready with what is in force, or ready again after a reload, and why that was refused, if it was.
    pub fn ready(&self, in_force: &str, refused: Option<&str>) {
        let line = self.change(|status| {
            in_force.clone_into(&mut status.in_force);
            status.refused = refused.map(str::to_owned);
        });
        notify(&[NotifyState::Ready, NotifyState::Status(&line)]);
    }

    /// Says what is wrong with the store; `None`: nothing any more.
    pub fn trouble(&self, trouble: Option<&str>) {
        let line = self.change(|status| status.trouble = trouble.map(str::to_owned));
        notify(&[NotifyState::Status(&line)]);
    }

    fn change(&self, change: impl FnOnce(&mut Status)) -> String {
        let mut status = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut status);
        status.to_string()
    }
}

impl fmt::Display for Status {
    /// What is worst comes first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(trouble) = &self.trouble {
            write!(f, "{trouble}; ")?;
        }
        match &self.refused {
            Some(refused) => write!(f, "reload refused: {refused} (in force: {})", self.in_force),
            None => f.write_str(&self.in_force),
        }
    }
}

/// Says that a reload has begun.
pub fn reloading() {
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        notify(&[NotifyState::Reloading, now]);
    }
}

/// Says that the start goes on, and asks for so much more time for it.
pub fn starting(longer: Duration) {
    let longer = u32::try_from(longer.as_micros()).unwrap_or(u32::MAX);
    notify(&[NotifyState::ExtendTimeoutUsec(longer)]);
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
