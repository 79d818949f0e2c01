//! The keys of similar texts: whatever tier they are in, a copy finds its release.

use std::time::Duration;

use mainstem::dedupe::VERSION;
use mainstem::model::Layer;
use mainstem::store::{self, Opening, Settings};
use rusqlite::Connection;

use crate::store_contract::{Bench, at, entry};

const WEEK: i64 = 7 * 24 * 60;
/// Entries in the log that set a merge off, and more.
const LONG_LOG: u32 = 9_000;

/// Words of the n-th release; no two share any.
fn words(nth: usize) -> Vec<String> {
    let letter = |n: usize| char::from(b"bdfghklmnprstvwz"[n % 16]);
    let word = |place: usize| {
        format!(
            "{}a{}e{}o{}",
            letter(nth),
            letter(nth / 16),
            letter(place),
            letter(place / 16)
        )
    };
    (0..60).map(word).collect()
}

fn title(nth: usize) -> String {
    words(nth)[..6].join(" ")
}

/// Source a sends the n-th release.
async fn send(bench: &Bench, nth: usize, minute: i64) {
    let release = entry(&format!("a{nth}"), &title(nth), &words(nth).join(" "));
    assert_eq!(bench.apply("a", minute, vec![release]).await.new, 1);
}

/// Whether source b's copy of it, in other words here and there, is recognized.
async fn is_recognized(bench: &Bench, nth: usize, minute: i64) -> bool {
    let mut words = words(nth);
    words[40] = format!("other{minute}");
    let copy = entry(&format!("b{nth}-{minute}"), &title(nth), &words.join(" "));
    let applied = bench.apply("b", minute, vec![copy]).await;
    assert_eq!(applied.new, 1);
    applied.duplicates == 1
}

impl Bench {
    fn look(&self) -> Connection {
        Connection::open(self.directory.path().join("x.db")).expect("opens")
    }

    /// Rows of a table.
    fn count(&self, table: &str) -> i64 {
        let query = format!("SELECT count(*) FROM {table}");
        let count = self.look().query_row(&query, [], |row| row.get(0));
        count.expect("readable")
    }

    /// As another process would.
    async fn reopen(&mut self) {
        self.store.close().await.expect("closes");
        let path = self.directory.path().join("x.db");
        self.store = store::open(&Settings::at(&path), Opening::Quick).expect("opens");
    }

    /// Keys of entries that are long gone, two each: enough for a merge.
    fn lengthen_log(&self) {
        let mut db = self.look();
        let rows = db.transaction().expect("begins");
        let week = at(0).timestamp() / (7 * 24 * 3600);
        for nth in 0..LONG_LOG {
            let keys = [nth * 2, nth * 2 + 1].map(u32::to_le_bytes).concat();
            rows.execute(
                "INSERT INTO near_fresh (entry, week, keys) VALUES (?, ?, ?)",
                rusqlite::params![1_000_000 + i64::from(nth), week, keys],
            )
            .expect("writes");
        }
        rows.commit().expect("commits");
    }
}

#[tokio::test]
async fn a_copy_is_recognized_from_the_log_through_a_merge_and_from_the_tree() {
    let mut bench = Bench::new(&["a", "b"]).await;
    for nth in 0..20 {
        send(&bench, nth, 1).await;
    }
    assert_eq!(bench.count("near_keys"), 0, "all are in the log");
    assert!(is_recognized(&bench, 0, 2).await);
    bench.lengthen_log();
    let (mut nth, mut stages) = (1, Vec::new());
    while nth < 18 {
        assert!(is_recognized(&bench, nth, 3).await, "{nth} {stages:?}");
        stages.push((bench.count("near_keys"), bench.count("near_fresh")));
        nth += 1;
        if stages.len() == 2 {
            // A merge that is cut short begins again.
            bench.reopen().await;
        }
    }
    let is_midway = |(tree, log): &(i64, i64)| *tree > 0 && *log > i64::from(LONG_LOG);
    assert!(
        stages.iter().filter(|stage| is_midway(stage)).count() > 2,
        "{stages:?}"
    );
    let (tree, log) = stages[stages.len() - 1];
    assert!(tree >= i64::from(LONG_LOG) * 2 && log < 20, "{stages:?}");
    bench.reopen().await;
    assert!(is_recognized(&bench, 18, 4).await, "in another process");
    let stories = bench.stories().await;
    let copies = stories.iter().flat_map(|story| &story.members[1..]);
    assert!(
        copies.clone().count() == 19 && copies.clone().all(|copy| copy.layer == Some(Layer::Near))
    );
}

#[tokio::test]
async fn what_is_too_old_to_meet_anything_is_forgotten_and_nothing_else() {
    let bench = Bench::new(&["a", "b"]).await;
    send(&bench, 0, 0).await;
    bench.lengthen_log();
    for nth in 1..12 {
        send(&bench, nth, 10 * WEEK).await;
    }
    let old = bench.count("near_keys");
    assert!(old > i64::from(LONG_LOG), "merged: {old}");
    let reach = Duration::from_secs(4 * 7 * 24 * 3600);
    let mut steps = 0;
    while !bench
        .store
        .forget_keys(reach, 5_000, at(11 * WEEK))
        .await
        .expect("forgets")
    {
        steps += 1;
    }
    assert!(steps > 1, "a slice a time");
    let left = bench.count("near_keys");
    assert!(left < 12 * 16, "{left} of {old}");
    for nth in 1..12 {
        assert!(is_recognized(&bench, nth, 10 * WEEK + 5).await, "{nth}");
    }
    assert!(
        bench
            .store
            .forget_keys(reach, 5_000, at(11 * WEEK))
            .await
            .expect("nothing to do")
    );
}

#[tokio::test]
async fn keys_of_another_version_are_made_anew() {
    let mut bench = Bench::new(&["a", "b"]).await;
    for nth in 0..7 {
        send(&bench, nth, 1).await;
    }
    let keys = |bench: &Bench| -> Vec<(i64, Vec<u8>)> {
        let db = bench.look();
        let mut rows = db
            .prepare("SELECT entry, keys FROM near_fresh ORDER BY entry")
            .expect("reads");
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.expect("reads")
            .collect::<Result<_, _>>()
            .expect("reads")
    };
    let before = keys(&bench);
    assert_eq!(before.len(), 7);
    assert_eq!(
        bench.store.rebuild_keys(100).await.expect("looks"),
        0,
        "it is of this version"
    );
    bench.reopen().await;
    bench
        .look()
        .execute_batch(
            "UPDATE versions SET version = 0 WHERE name = 'texts'; UPDATE near_fresh SET keys = x'00000000';
             UPDATE entries SET content_hash = zeroblob(16), words = 0; INSERT INTO near_keys VALUES (7, 1)",
        )
        .expect("an older one's");
    bench.reopen().await;
    assert!(!is_recognized(&bench, 0, 2).await, "older keys say nothing");
    assert_eq!(bench.store.rebuild_keys(3).await.expect("rebuilds"), 3);
    bench.reopen().await;
    // It goes on where it was.
    let mut rest = 0;
    loop {
        match bench.store.rebuild_keys(3).await.expect("rebuilds") {
            0 => break,
            count => rest += count,
        }
    }
    assert_eq!(rest, 5);
    assert_eq!(
        (keys(&bench)[..7].to_vec(), bench.count("near_keys")),
        (before, 0)
    );
    let version = "SELECT version FROM versions WHERE name = 'texts'";
    let version: i64 = bench
        .look()
        .query_row(version, [], |row| row.get(0))
        .expect("reads");
    assert_eq!(version, i64::from(VERSION));
    for nth in 1..7 {
        assert!(is_recognized(&bench, nth, 3).await, "{nth}");
    }
    let broken = "SELECT count(*) FROM entries WHERE content_hash = zeroblob(16) OR words = 0";
    let broken: i64 = bench
        .look()
        .query_row(broken, [], |row| row.get(0))
        .expect("reads");
    assert_eq!(broken, 0);
}
