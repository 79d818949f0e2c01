//! The task that tells hubs of news (WebSub). Nothing waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use url::Url;

use super::edition::Edition;
use super::stop::{self, STOP_LIMITS};
use crate::clock::Clock;
use crate::fetch::{Failure, Fetcher};
use crate::model::{FailureClass, OutputId, Timestamp, public_url};
use crate::publish::DocumentFormat;
use crate::republish::{OutputPlan, Plan};
use crate::schedule::duration_in_words;
use crate::telemetry::{HubAnswer, Metrics};
use crate::websub::{Ledger, News, Notice, Setback, publish_form, topic};

/// When each output's documents last changed: what the publisher shows, and hubs may want to know.
type Shown = BTreeMap<OutputId, Timestamp>;

/// Where the publisher says what it has published. Saying it never waits.
#[derive(Debug)]
pub(super) struct Hubs(watch::Sender<Shown>);

impl Hubs {
    /// An output's documents stand published, last changed at `changed_at`.
    pub(super) fn tell(&self, output: &OutputId, changed_at: Timestamp) {
        self.0
            .send_if_modified(|shown| shown.insert(output.clone(), changed_at) != Some(changed_at));
    }
}

/// Tells hubs of what the publisher has published.
pub(super) struct Notifier {
    shown: watch::Receiver<Shown>,
    editions: watch::Receiver<Edition>,
    /// Its own: what sources are asked by gives no place and no turn to hubs.
    fetcher: Arc<Fetcher>,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    edition: Edition,
    news: News,
    ledger: Ledger,
}

/// A notice, and what came of it.
type Told = (Notice, Result<u16, Failure>);

impl Notifier {
    /// The notifier, and where the publisher says what it has published.
    pub(super) fn new(
        editions: watch::Receiver<Edition>,
        fetcher: Fetcher,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> (Self, Hubs) {
        let (hubs, shown) = watch::channel(Shown::new());
        let edition = editions.borrow().clone();
        let notifier = Self {
            shown,
            edition,
            editions,
            fetcher: Arc::new(fetcher),
            news: News::since(clock.now()),
            clock,
            metrics,
            ledger: Ledger::default(),
        };
        (notifier, Hubs(hubs))
    }

    /// Tells of what changes until `stopped`. What no hub has taken by then is not told any more.
    pub(super) async fn run(mut self, stopped: watch::Receiver<bool>) {
        let mut under_way = JoinSet::new();
        loop {
            let due = self.ledger.next_due();
            tokio::select! {
                () = stop::until(stopped.clone()) => break,
                Ok(()) = self.shown.changed() => self.look(),
                Ok(()) = self.editions.changed() => self.adopt(),
                Some(told) = under_way.join_next() => self.hear(told),
                () = until(due) => {}
            }
            let notices = self.ledger.take_due(Instant::now());
            self.send(notices, &mut under_way);
        }
        self.look();
        let last = self.ledger.take_last();
        self.send(last, &mut under_way);
        let _ = tokio::time::timeout(STOP_LIMITS.last_notices, async {
            while under_way.join_next().await.is_some() {}
        })
        .await;
    }

    /// Notes what the publisher has published since the last look.
    fn look(&mut self) {
        // The publisher may have published by a configuration that we have not seen.
        if self.editions.has_changed().unwrap_or(false) {
            self.adopt();
        }
        let shown = self.shown.borrow_and_update().clone();
        for output in self.news.look(&shown) {
            if let Some(hub) = plan_of(&self.edition.plan, &output).and_then(OutputPlan::hub) {
                self.ledger.add(hub, output, Instant::now());
            }
        }
    }

    /// Goes by another configuration.
    fn adopt(&mut self) {
        self.edition = self.editions.borrow_and_update().clone();
        let hubs: BTreeSet<&Url> = self
            .edition
            .plan
            .outputs
            .iter()
            .filter_map(OutputPlan::hub)
            .collect();
        self.ledger.retain(|hub| hubs.contains(hub));
    }

    fn send(&mut self, notices: Vec<Notice>, under_way: &mut JoinSet<Told>) {
        for notice in notices {
            let topics = topics(&self.edition.plan, &notice);
            if topics.is_empty() {
                // Its outputs have gone, or have another hub by now.
                self.ledger.taken(&notice, Instant::now());
                continue;
            }
            let form = publish_form(topics.iter().map(String::as_str));
            let (fetcher, clock) = (self.fetcher.clone(), self.clock.clone());
            let settings = self.edition.hubs.clone();
            under_way.spawn(async move {
                let told = fetcher
                    .tell_hub(&notice.hub, form, &settings, clock.as_ref())
                    .await;
                (notice, told)
            });
        }
    }

    /// Notes what came of a notice, and says it where it was not said before.
    fn hear(&mut self, told: Result<Told, JoinError>) {
        let (notice, told) = match told {
            Ok(told) => told,
            Err(error) => {
                tracing::error!(%error, "telling a hub of news has failed in itself");
                // Which hub it was is not known any more: none may be waited for.
                self.ledger.retain(|_| false);
                return;
            }
        };
        let (hub, output) = (public_url(&notice.hub), names(&notice));
        let failure = match told {
            Ok(status) => {
                self.metrics.hub_answered(HubAnswer::Taken);
                if self.ledger.taken(&notice, Instant::now()) {
                    tracing::info!(%hub, output, status, "the hub takes news again");
                } else {
                    tracing::debug!(%hub, output, status, "the hub was told of news");
                }
                return;
            }
            Err(failure) => failure,
        };
        let (advice, why, status) = (advice(&failure), &failure.message, failure.status);
        let verdict = self
            .ledger
            .failed(notice, self.setback(&failure), Instant::now());
        self.metrics.hub_answered(match verdict.retry_in {
            Some(_) => HubAnswer::Refused,
            None => HubAnswer::GivenUp,
        });
        let retry_in = verdict.retry_in.map(duration_in_words);
        match (retry_in, verdict.is_unsaid) {
            (Some(retry_in), true) => {
                tracing::warn!(%hub, output, status, why, retry_in, "the hub did not take news of this output, and is told again; if that goes on, {advice}");
            }
            (None, true) => {
                tracing::warn!(%hub, output, status, why, "the hub is not told of these news any more, only of the next; until then its subscribers hear nothing: {advice}");
            }
            (retry_in, false) => {
                tracing::debug!(%hub, output, status, why, retry_in, "the hub still does not take news");
            }
        }
    }

    fn setback(&self, failure: &Failure) -> Setback {
        let now = self.clock.now();
        Setback {
            wait: failure
                .retry_after
                .and_then(|until| (until - now).to_std().ok()),
            is_final: failure.class == FailureClass::EgressBlocked,
        }
    }
}

/// What to do about a hub that does not take news.
fn advice(failure: &Failure) -> &'static str {
    match (failure.class, failure.status) {
        (FailureClass::EgressBlocked, _) => {
            "allow its address in [fetch] allow_addresses, or correct `hub`"
        }
        (FailureClass::Redirect, _) => "write the address that it redirects to as `hub`",
        (_, Some(429)) => "ask its operator for more, or take another `hub`",
        (_, Some(400..500)) => {
            "see that `hub` is the hub's own address and that it serves documents of this public_url"
        }
        _ => "see that `hub` is right and that the hub is up",
    }
}

/// The outputs of a notice in one word.
fn names(notice: &Notice) -> String {
    let ids: Vec<&str> = notice.outputs.iter().map(OutputId::as_str).collect();
    ids.join(",")
}

fn plan_of<'p>(plan: &'p Plan, output: &OutputId) -> Option<&'p OutputPlan> {
    plan.outputs.iter().find(|plan| plan.output.id == *output)
}

/// The documents that a notice tells of.
fn topics(plan: &Plan, notice: &Notice) -> Vec<String> {
    let told = |output: &&OutputPlan| {
        notice.outputs.contains(&output.output.id) && output.hub() == Some(&notice.hub)
    };
    let outputs = plan.outputs.iter().filter(told);
    let formats = |output: &OutputPlan| {
        let id = &output.output.id;
        DocumentFormat::ALL.map(|format| topic(&plan.public_url, id, format.as_str()))
    };
    outputs.flat_map(formats).collect()
}

/// Ends at the moment; `None`: never.
async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
