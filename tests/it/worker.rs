//! The loop over what is due, when the store fails it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mainstem::clock::{Clock, SystemClock};
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
    let mut text = String::new();
    for id in ids {
        text += &format!("[[source]]\nid = \"{id}\"\npath = \"{id}.xml\"\n");
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
    let fetcher = Fetcher::new(&config.fetch);
    Orders {
        refresher: Arc::new(Refresher::new(
            fetcher,
            store.clone(),
            Arc::new(SystemClock),
        )),
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
