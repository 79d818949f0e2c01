//! Several handles on one store: they see each other's commits, make no story twice, and only one is a daemon's.

use std::collections::BTreeMap;
use std::sync::Arc;

use mainstem::model::Applied;
use mainstem::store::{self, Membership, Opening, Store, StoreError};

use super::bench::{Bench, LONG, at, entries, entry, out, record, rules, source, when_free};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    what_one_process_commits_the_other_sees,
    another_process_is_noticed_and_our_own_commits_are_not,
    commits_of_another_process_are_counted_and_our_own_are_not,
    two_refreshes_at_once_make_one_story,
    two_processes_at_once_make_one_story,
    two_processes_that_bring_the_same_bring_it_once,
    a_second_daemon_is_refused,
    a_reader_sees_one_moment,
    a_caller_that_goes_away_cancels_nothing,
    two_processes_make_a_new_store_together,
}

async fn what_one_process_commits_the_other_sees(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let other = bench.another();
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    let seen = other.changed_stories(10).await.expect("reads");
    assert_eq!(seen, bench.changed().await);
    bench.keep_all("o", 2).await;
    assert_eq!(other.changed_stories(10).await.expect("reads"), []);
    let story = &seen[0];
    let none = vec![Membership {
        taken_back: BTreeMap::new(),
        story: story.id,
        revision: story.revision,
        kept: vec![(out("o"), vec![])],
    }];
    let kept = other.keep(none, &rules([1; 16]), true, at(3)).await;
    kept.expect("keeps");
    assert_eq!(bench.shown("o").await, []);
    other.close().await.expect("closes");
    assert_eq!(
        bench.apply("a", 4, vec![entry("2", "Two", "")]).await.new,
        1
    );
}

async fn another_process_is_noticed_and_our_own_commits_are_not(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let other = bench.another();
    let noticed = async || bench.store.changed_elsewhere().await.expect("looks");
    let _ = noticed().await;
    assert!(!noticed().await);
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    assert!(!noticed().await, "it was ours");
    let applied = other.apply(Arc::new(record("a", 2, entries(10..12)))).await;
    assert_eq!(applied.expect("applies").new, 2);
    assert!(noticed().await);
    assert!(!noticed().await, "it is told once");
    other.source_states().await.expect("reads");
    assert!(!noticed().await, "reading is no change");
}

async fn commits_of_another_process_are_counted_and_our_own_are_not(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let other = bench.another();
    let count = async || bench.store.commits_elsewhere().await.expect("counts");
    let mut known = count().await;
    for nth in 1..4 {
        let minute = i64::from(nth);
        bench
            .apply("a", minute, vec![entry("1", "One", LONG)])
            .await;
        assert_eq!(count().await, known, "it was ours");
        let brought = record("a", minute, entries(10..11 + nth));
        other.apply(Arc::new(brought)).await.expect("applies");
        let now = count().await;
        assert!(now > known, "{now} is no more than {known}");
        assert_eq!(count().await, now);
        known = now;
    }
    bench.store.close().await.expect("closes");
    assert!(bench.store.commits_elsewhere().await.is_err());
}

/// Has each source bring the same release at once, each through one of the stores.
async fn bring(stores: &[Arc<dyn Store>], ids: &[String]) {
    let tasks: Vec<_> = ids
        .iter()
        .zip(stores.iter().cycle())
        .map(|(id, store)| {
            let release = entry(id, "Road stays open", LONG);
            let (store, record) = (store.clone(), Arc::new(record(id, 1, vec![release])));
            tokio::spawn(async move { store.apply(record).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("ends").expect("applies");
    }
}

fn eight() -> Vec<String> {
    (0..8).map(|number| format!("s{number}")).collect()
}

async fn with_eight(engine: &Engine) -> (Bench, Vec<String>) {
    let ids = eight();
    let bench = Bench::on(engine, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    (bench, ids)
}

async fn assert_one_story(bench: &Bench) {
    let stories = bench.stories().await;
    let members: Vec<usize> = stories.iter().map(|story| story.members.len()).collect();
    assert_eq!(members, [8]);
}

async fn two_refreshes_at_once_make_one_story(engine: &Engine) {
    let (bench, ids) = with_eight(engine).await;
    bring(std::slice::from_ref(&bench.store), &ids).await;
    assert_one_story(&bench).await;
}

async fn two_processes_at_once_make_one_story(engine: &Engine) {
    let (bench, ids) = with_eight(engine).await;
    bring(&[bench.store.clone(), bench.another()], &ids).await;
    assert_one_story(&bench).await;
}

async fn two_processes_that_bring_the_same_bring_it_once(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let other = bench.another();
    let brought = Arc::new(record("a", 1, entries(0..20)));
    let (one, two) = tokio::join!(
        bench.store.apply(brought.clone()),
        other.apply(brought.clone())
    );
    let mut applied = [one, two].map(|applied| applied.expect("applies").new);
    applied.sort_unstable();
    assert_eq!(applied, [0, 20]);
    assert_eq!(bench.stories().await.len(), 20);
    let again = other.apply(brought).await.expect("applies");
    assert_eq!(again, Applied::default());
}

async fn a_second_daemon_is_refused(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let second = store::open(&bench.settings, Opening::Thorough).map(drop);
    let refused = second.expect_err("it is refused");
    assert!(matches!(refused, StoreError::InUse { .. }), "{refused:?}");
    let (said, process) = (refused.to_string(), std::process::id());
    assert!(said.contains(&format!("process {process}")), "{said}");
    assert!(!refused.is_trouble());
    // A command may work beside it.
    let command = bench.another();
    command.source_states().await.expect("reads");
    command.close().await.expect("closes");
    // The lock ends with the store that holds it.
    let Bench {
        store,
        settings,
        directory,
    } = bench;
    store.close().await.expect("closes");
    drop(store);
    let next = when_free(|| store::open(&settings, Opening::Thorough));
    next.close().await.expect("closes");
    drop(directory);
}

async fn a_reader_sees_one_moment(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.register_outputs(&[("o", 1), ("p", 1)]).await;
    // Each commit brings two stories.
    let writer = async {
        for nth in 0..30_u32 {
            bench
                .apply("a", i64::from(nth), entries(2 * nth..2 * nth + 2))
                .await;
        }
    };
    let reader = async {
        let mut last = 0;
        while last < 60 {
            let count = bench.stories().await.len();
            assert!(count % 2 == 0 && count >= last, "{count} after {last}");
            last = count;
        }
    };
    tokio::join!(writer, reader);
}

async fn a_caller_that_goes_away_cancels_nothing(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let store = bench.store.clone();
    let applying = tokio::spawn(async move {
        let record = record("a", 1, entries(0..500));
        store.apply(Arc::new(record)).await
    });
    tokio::task::yield_now().await;
    applying.abort();
    let gone = applying.await;
    let count = bench.stories().await.len();
    assert!(count == 500 || count == 0, "whole or not at all: {count}");
    if gone.is_ok() {
        assert_eq!(count, 500);
    }
    // Whatever became of it, to repeat it is right.
    bench.apply("a", 1, entries(0..500)).await;
    assert_eq!(bench.stories().await.len(), 500);
}

async fn two_processes_make_a_new_store_together(engine: &Engine) {
    let directory = tempfile::TempDir::new().expect("a directory");
    let settings = (engine.place)(&directory);
    let opening: Vec<_> = (0..4)
        .map(|_| {
            let settings = settings.clone();
            tokio::task::spawn_blocking(move || store::open(&settings, Opening::Quick))
        })
        .collect();
    let mut stores = Vec::new();
    for opening in opening {
        stores.push(opening.await.expect("ends").expect("opens"));
    }
    let registered = stores[0]
        .register_sources(&[source("a", None)], at(0))
        .await;
    registered.expect("registers");
    for store in stores {
        assert_eq!(store.source_states().await.expect("reads").len(), 1);
        store.close().await.expect("closes");
    }
}
