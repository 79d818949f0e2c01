//! Accepts connections from all listeners and has each answered by a task of its own.

use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::admission::Admission;
use super::connection::answer;
use super::front::{Front, Resources};
use super::listener::{Accepted, Listener};
use super::stream::Stream;

/// Pause before the next try after `accept` has failed, for example because the process has no file descriptor left.
const AFTER_REFUSAL: Duration = Duration::from_secs(1);

/// Answers what comes in at the listeners, until `shutdown` ends and every request is answered: those that
/// were read, those that are on their way over connections that are open, and those behind them in the backlog. The
/// backlog of sockets that the service manager holds is left to whoever is started next.
pub(super) async fn answer_all<R: Resources>(
    mut listeners: Vec<Listener>,
    front: Front<R>,
    admission: Admission,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let (stop, stopped) = watch::channel(false);
    let mut open = Open {
        front,
        admission,
        stopped,
        connections: JoinSet::new(),
    };
    tokio::pin!(shutdown);
    let mut first = 0;
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = open.connections.join_next() => {}
            accepted = next(&listeners, &mut first, &open.admission) => open.begin(accepted),
        }
    }
    for listener in listeners.drain(..) {
        listener.leave(|accepted| open.begin(accepted));
    }
    let _ = stop.send(true);
    while open.connections.join_next().await.is_some() {}
}

/// The connections that are open.
struct Open<R> {
    front: Front<R>,
    admission: Admission,
    stopped: watch::Receiver<bool>,
    connections: JoinSet<()>,
}

impl<R: Resources> Open<R> {
    fn begin(&mut self, (stream, address): Accepted) {
        match self.admission.admit(address) {
            Some(slot) => {
                let (front, stopped) = (self.front.clone(), self.stopped.clone());
                let answered = answer(stream, front, slot, stopped);
                self.connections.spawn(answered);
            }
            None => {
                self.connections.spawn(turn_away(stream));
            }
        }
    }
}

/// What is said without having heard anything.
const TURNED_AWAY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Ends a connection of a peer that has its half of all places already, spare ones included. It takes none, so it must not
/// take time either: what does not fit into the empty buffer of a new connection is not said.
async fn turn_away(mut stream: Box<dyn Stream>) {
    let said = tokio::time::timeout(Duration::from_millis(100), stream.write_all(TURNED_AWAY));
    if said.await.is_ok() {
        let _ = stream.shutdown().await;
    }
}

/// The next connection, once somebody can be admitted. No listener is asked first twice in a row.
async fn next(listeners: &[Listener], first: &mut usize, admission: &Admission) -> Accepted {
    admission.has_room().await;
    loop {
        *first += 1;
        let (before, after) = listeners.split_at(*first % listeners.len());
        let in_turn = || after.iter().chain(before);
        match std::future::poll_fn(|cx| poll_any(in_turn(), cx)).await {
            Ok(accepted) => return accepted,
            // It was given up before we came to it.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted: tried again every second");
                tokio::time::sleep(AFTER_REFUSAL).await;
            }
        }
    }
}

fn poll_any<'l>(
    listeners: impl Iterator<Item = &'l Listener>,
    cx: &mut Context<'_>,
) -> Poll<io::Result<Accepted>> {
    listeners
        .map(|listener| listener.poll_accept(cx))
        .find(Poll::is_ready)
        .unwrap_or(Poll::Pending)
}
