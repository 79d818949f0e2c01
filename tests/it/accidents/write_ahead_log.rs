//! The write-ahead log stays small beside readers that never rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mainstem::model::Entry;
use mainstem::store::StoreLocation;
use rusqlite::Connection;

use crate::store_contract::{Bench, entry, record};

/// What the log must stay below.
const BOUND: u64 = 64 * 1024 * 1024;
/// Bytes of each entry written.
const ENTRY_BYTES: usize = 400_000;
/// Written in all: twice the bound.
const ENTRIES: usize = 250;
/// Between two of them: what is written faster than a disk takes it is another matter.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a reader holds its snapshot.
const HELD: Duration = Duration::from_millis(40);

/// Reads in short transactions, one after the other, until it is told to end.
fn read(path: &std::path::Path, offset: Duration, ended: &AtomicBool) {
    let db = Connection::open(path).expect("opens");
    std::thread::sleep(offset);
    while !ended.load(Ordering::Relaxed) {
        let snapshot = db.unchecked_transaction().expect("begins");
        let count: Result<i64, _> =
            snapshot.query_row("SELECT count(*) FROM sources", [], |row| row.get(0));
        count.expect("reads");
        std::thread::sleep(HELD);
    }
}

fn large(nth: usize) -> Entry {
    let mut entry = entry(&nth.to_string(), &format!("Number {nth}"), "short");
    entry.html = Some("x".repeat(ENTRY_BYTES));
    entry
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_stays_small_beside_readers_that_never_rest() {
    let bench = Bench::new(&["a"]).await;
    let path = bench.directory.path().join("x.db");
    let location = StoreLocation::from(path.clone());
    let ended = Arc::new(AtomicBool::new(false));
    // At every moment one of them holds a snapshot.
    let readers: Vec<_> = (0..3)
        .map(|nth| {
            let (path, ended) = (path.clone(), ended.clone());
            std::thread::spawn(move || read(&path, HELD * nth / 3, &ended))
        })
        .collect();
    let mut largest = 0;
    for nth in 0..ENTRIES {
        let record = record("a", i64::try_from(nth).expect("small"), vec![large(nth)]);
        bench.store.apply(record.into()).await.expect("applies");
        let sizes = location.sizes();
        let log = sizes.iter().find(|(part, _)| *part == "wal");
        largest = largest.max(log.expect("a part of it").1);
        tokio::time::sleep(PAUSE).await;
    }
    ended.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.join().expect("reads");
    }
    assert!(largest < BOUND, "{largest} bytes");
}
