//! The loop over what is due: when the store fails it, and when its answers are stored.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mainstem::clock::{Clock, ManualClock, SystemClock};
use mainstem::config::{self, Environment};
use mainstem::fetch::Fetcher;
use mainstem::refresh::Refresher;
use mainstem::store::{self, Opening, Settings, Store};
use mainstem::telemetry::Metrics;
use mainstem::worker::{Orders, Reports, work};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot, watch};

use crate::support::origin::rss;

/// How long refreshes under way may take at the end.
const GRACE: Duration = Duration::from_secs(5);

/// Registers these file sources and orders them.
async fn orders(directory: &Path, store: &Arc<dyn Store>, ids: &[&str]) -> Orders {
    let metrics = Metrics::default();
    orders_by(directory, store, ids, Arc::new(SystemClock), &metrics).await
}

async fn orders_by(
    directory: &Path,
    store: &Arc<dyn Store>,
    ids: &[&str],
    clock: Arc<dyn Clock>,
    metrics: &Metrics,
) -> Orders {
    let mut text = String::new();
    for id in ids {
        text += &format!("[[source]]\nid = \"{id}\"\npath = \"{id}.xml\"\nevery = \"1h\"\n");
        let feed = rss(&[(id, id, "A few words")]);
        std::fs::write(directory.join(format!("{id}.xml")), feed).expect("writable");
    }
    let path = directory.join("c.toml");
    std::fs::write(&path, text).expect("writable");
    let config = config::load(&path, &Environment::default())
        .expect("it loads")
        .config;
    store
        .register_sources(&config.sources(), SystemClock.now())
        .await
        .expect("registers");
    let refresher = Refresher::new(Fetcher::new(&config.fetch), store.clone(), clock);
    Orders {
        refresher: Arc::new(refresher.with_metrics(metrics.clone())),
        targets: config.targets,
    }
}

async fn asked(store: &Arc<dyn Store>) -> usize {
    let states = store.source_states().await.expect("readable");
    let asked = |state: &&_| {
        let (_, state): &(_, mainstem::model::SourceState) = state;
        state.history.last_attempt.is_some()
    };
    states.iter().filter(asked).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_taken_when_the_store_answers_again() {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("x.db");
    let store = store::open(&Settings::at(&path), Opening::Thorough).expect("opens");
    let first = orders(directory.path(), &store, &["a"]).await;
    let (order, ordered) = watch::channel(first);
    let (unasked, _first_pass) = watch::channel(usize::MAX);
    let (changed, _changes) = mpsc::channel(1);
    let (stop, stopped) = oneshot::channel::<()>();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let reports = Reports {
        unasked,
        changed,
        metrics: Metrics::default(),
    };
    let worker = tokio::spawn(work(ordered, store.clone(), clock, reports, GRACE, async {
        let _ = stopped.await;
    }));
    while asked(&store).await < 1 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let second = orders(directory.path(), &store, &["a", "b"]).await;
    let other = rusqlite::Connection::open(&path).expect("opens");
    let rename = |from: &str, to: &str| {
        other
            .execute_batch(&format!("ALTER TABLE {from} RENAME TO {to}"))
            .expect("renamed");
    };
    rename("source_state", "away");
    order.send(second).expect("it listens");
    tokio::time::sleep(Duration::from_millis(300)).await;
    rename("away", "source_state");
    while asked(&store).await < 2 {
        assert!(!worker.is_finished(), "it gave up");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.send(()).expect("it runs");
    worker.await.expect("no panic").expect("no failure");
}

/// An answer that brought nothing new is in the store within half a minute, and before the worker ends.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_changed_is_stored_soon_and_at_the_end() {
    let directory = TempDir::new().expect("a directory");
    let settings = Settings::at(directory.path().join("x.db"));
    let store = store::open(&settings, Opening::Thorough).expect("opens");
    let by_hand = Arc::new(ManualClock::at(SystemClock.now()));
    let clock: Arc<dyn Clock> = by_hand.clone();
    let metrics = Metrics::started("0", by_hand.now());
    let ordered = orders_by(directory.path(), &store, &["a"], clock.clone(), &metrics).await;
    let (_order, ordered) = watch::channel(ordered);
    let (unasked, _first_pass) = watch::channel(usize::MAX);
    let (changed, _changes) = mpsc::channel(1);
    let (stop, stopped) = oneshot::channel::<()>();
    let reports = Reports {
        unasked,
        changed,
        metrics: metrics.clone(),
    };
    let worker = tokio::spawn(work(ordered, store.clone(), clock, reports, GRACE, async {
        let _ = stopped.await;
    }));
    let until_polled = async |outcome: &str, times: u32| {
        let line = format!("mainstem_polls_total{{outcome=\"{outcome}\"}} {times}\n");
        while !metrics.exposition(by_hand.now()).contains(&line) {
            assert!(!worker.is_finished(), "it gave up");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let last = async || {
        let states = store.source_states().await.expect("readable");
        states[0].1.history.last_attempt
    };
    until_polled("fresh", 1).await;
    let first = last().await;
    by_hand.advance(Duration::from_secs(7200));
    let second = by_hand.now();
    until_polled("not_modified", 1).await;
    assert_eq!(last().await, first, "it waits for others to be stored with");
    by_hand.advance(Duration::from_secs(25));
    while last().await != Some(second) {
        assert!(!worker.is_finished(), "it gave up");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    by_hand.advance(Duration::from_secs(7200));
    let third = by_hand.now();
    until_polled("not_modified", 2).await;
    stop.send(()).expect("it runs");
    worker.await.expect("no panic").expect("no failure");
    assert_eq!(last().await, Some(third));
}
