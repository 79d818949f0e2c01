//! Whose fault silence is: a server's, or our own network's.
//!
//! A request that nobody answered says little by itself. When several hosts are
//! silent and none has answered since they were asked, or just before, it is our
//! network, and no source is to be punished for it. Any answer, be it an error,
//! shows that the network carries.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Hosts that must be silent before we doubt ourselves.
const HOSTS: usize = 3;
/// Silences further apart are not of the same moment.
const MOMENT: Duration = Duration::from_secs(60);
/// How long an unanswered request waits for others to tell more; and how long an answer goes on telling that the network
/// carries.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long nobody else must be under way before we take it that nobody is: refusals come faster than requests start.
const SETTLE: Duration = Duration::from_millis(250);

/// What the requests of this process tell about its network.
#[derive(Default)]
pub(super) struct Network {
    /// A plain mutex: held for an insertion, never across an await.
    seen: Mutex<Seen>,
    changed: Notify,
}

#[derive(Default)]
struct Seen {
    /// Hosts that did not answer, and when; none has answered since.
    silent: BTreeMap<String, Instant>,
    /// The last answer of anybody.
    answered: Option<Instant>,
    /// Requests under way that may still tell.
    open: usize,
    /// Whether the network was found to be down, and said to be.
    is_down: bool,
}

/// A request under way.
pub(super) struct Open<'n> {
    network: &'n Network,
    since: Instant,
}

impl Network {
    /// A request begins; it may tell about the network until it is dropped.
    pub(super) fn open(&self) -> Open<'_> {
        self.seen().open += 1;
        Open {
            network: self,
            since: Instant::now(),
        }
    }

    /// Somebody answered.
    pub(super) fn answered(&self) {
        let mut seen = self.seen();
        seen.answered = Some(Instant::now());
        seen.silent.clear();
        if std::mem::take(&mut seen.is_down) {
            tracing::info!("the network is back");
        }
        drop(seen);
        self.changed.notify_waiters();
    }

    /// `host` did not answer: waits a little for what others tell, and says whether it is our network. The silence of one
    /// that was in trouble before (`is_news`: it was not) tells nothing: dead hosts would excuse each other for ever.
    pub(super) async fn is_down(&self, host: &str, is_news: bool, open: Open<'_>) -> bool {
        let since = open.since;
        if is_news {
            let mut seen = self.seen();
            let now = Instant::now();
            seen.silent.retain(|_, at| now - *at < MOMENT);
            seen.silent.insert(host.to_owned(), now);
        }
        drop(open);
        // Ends early as soon as somebody answers, or nobody is left who could.
        let _ = tokio::time::timeout(PATIENCE, async {
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                let alone = {
                    let seen = self.seen();
                    if seen.carried(since) {
                        return;
                    }
                    seen.open == 0
                };
                if !alone {
                    changed.await;
                } else if tokio::time::timeout(SETTLE, changed).await.is_err() {
                    return;
                }
            }
        })
        .await;
        self.verdict(since)
    }

    fn verdict(&self, since: Instant) -> bool {
        let mut seen = self.seen();
        let down = !seen.carried(since) && seen.silent.len() >= HOSTS;
        if down && !std::mem::replace(&mut seen.is_down, true) {
            tracing::error!(
                hosts = seen.silent.len(),
                "no host answers: our own network is down; the sources keep their standing and are asked again every minute"
            );
        }
        down
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// Whether anybody answered after `since`, or just before.
    fn carried(&self, since: Instant) -> bool {
        self.answered.is_some_and(|at| at + PATIENCE > since)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.network.seen().open -= 1;
        self.network.changed.notify_waiters();
    }
}
