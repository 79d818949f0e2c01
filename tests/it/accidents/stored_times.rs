//! How stored times follow a step of the wall clock, step by step.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mainstem::clock::{Clock, ManualClock, Reading};
use mainstem::model::{History, SourceId};
use mainstem::store::{self, Alignment, Opening, Settings, Store};
use tempfile::TempDir;

fn start() -> DateTime<Utc> {
    "2026-03-01T12:00:00.123Z".parse().expect("a moment")
}

/// Sources of the store: id, when it was asked last, and until when it is to be left alone.
fn fill(path: &Path, sources: &[(&str, DateTime<Utc>, DateTime<Utc>)]) {
    let db = rusqlite::Connection::open(path).expect("opens");
    for (id, attempt, retry_after) in sources {
        db.execute(
            "INSERT INTO sources (id, location, added_at) VALUES (?1, ?1, 0)",
            [id],
        )
        .expect("inserted");
        db.execute(
            "INSERT INTO source_state (source, attempt_at, retry_after) VALUES (last_insert_rowid(), ?, ?)",
            [attempt.timestamp_millis(), retry_after.timestamp_millis()],
        )
        .expect("inserted");
    }
}

async fn history(store: &dyn Store, id: &str) -> History {
    let id = SourceId::new(id).expect("an id");
    let state = store.source_state(&id).await.expect("a state");
    state.history
}

#[tokio::test]
async fn sources_follow_a_step_once() {
    for step in [TimeDelta::days(30), -TimeDelta::hours(2)] {
        let directory = TempDir::new().expect("a directory");
        let path = directory.path().join("x.db");
        let store = store::open(&Settings::at(&path), Opening::Thorough).expect("opens");
        let clock = ManualClock::at(start());
        // A process in a sandbox sees the same clocks, but not which boot it is.
        let sandboxed = |clock: &ManualClock| Reading {
            boot: "process 1".into(),
            ..clock.read()
        };
        let hour = TimeDelta::hours(1);
        let date = "2026-03-01T13:00:00Z".parse().expect("a moment");
        fill(
            &path,
            &[
                ("relative", start() - hour, start() + hour),
                ("dated", start() - hour, date),
            ],
        );
        for reading in [clock.read(), sandboxed(&clock)] {
            let first = store.align_sources(reading).await.expect("aligned");
            assert!(!first.is_change(), "{first:?}");
        }

        clock.step(step);
        clock.advance(Duration::from_secs(1));
        fill(&path, &[("after", clock.now(), clock.now() + hour)]);
        let followed = store.align_sources(clock.read()).await.expect("aligned");
        assert_eq!(followed.stepped, Some(step));
        assert_eq!(followed.sources, 2, "{step}");
        for reading in [clock.read(), sandboxed(&clock)] {
            let again = store.align_sources(reading).await.expect("aligned");
            assert!(!again.is_change(), "{again:?}");
        }

        let relative = history(&*store, "relative").await;
        assert_eq!(relative.last_attempt, Some(start() - hour + step));
        assert_eq!(relative.retry_after, Some(start() + hour + step));
        let dated = history(&*store, "dated").await;
        assert_eq!(dated.last_attempt, Some(start() - hour + step));
        assert_eq!(dated.retry_after, Some(date), "the publisher named it");
        let after = history(&*store, "after").await;
        assert_eq!(after.last_attempt, Some(clock.now()), "it knew already");
    }
}

#[tokio::test]
async fn small_differences_add_up_to_a_step() {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("x.db");
    let store = store::open(&Settings::at(&path), Opening::Thorough).expect("opens");
    let clock = ManualClock::at(start());
    store.align_sources(clock.read()).await.expect("aligned");
    let mut followed = TimeDelta::zero();
    for _ in 0..4 {
        clock.step(TimeDelta::seconds(3));
        clock.advance(Duration::from_secs(600));
        let found = store.align_sources(clock.read()).await.expect("aligned");
        followed += found.stepped.unwrap_or_default();
    }
    assert_eq!(followed, TimeDelta::seconds(12));
}

#[tokio::test]
async fn after_another_boot_spacing_stays() {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("x.db");
    let store = store::open(&Settings::at(&path), Opening::Thorough).expect("opens");
    let clock = ManualClock::at(start());
    let minutes = |count| start() + TimeDelta::minutes(count);
    fill(
        &path,
        &[
            ("past", minutes(-30), minutes(-20)),
            ("first", minutes(20), minutes(30)),
            ("last", minutes(60), minutes(70)),
        ],
    );
    let found = store.align_sources(clock.read()).await.expect("aligned");
    assert_eq!(
        (found.stepped, found.ahead),
        (None, Some(TimeDelta::hours(1)))
    );
    for (id, attempt) in [("past", -30), ("first", -40), ("last", 0)] {
        let found = history(&*store, id).await.last_attempt;
        assert_eq!(found, Some(minutes(attempt)), "{id}");
    }
    let again = store.align_sources(clock.read()).await.expect("aligned");
    assert_eq!(again, Alignment::default());
}
