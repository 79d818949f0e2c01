//! `cargo bench --bench compare -- [STORED] [--keep DIR]`: what comparing costs a new entry, without the database and with it.
//!
//! Without: text to words, shingles and keys, and the judgement of one copy. With: the real store takes batches of 20 entries,
//! once as they are and once with the same bytes where nothing is compared (no text, a longer summary); the difference is
//! what comparing costs, lookups and keys included. Three in ten entries are copies, one in ten is an issue of a series. Beside an empty store and beside one of STORED entries (default 50,000)
//! in the same run; entries come one after the other in time, a million in a year. CPU µs an entry, of the whole process. `--keep`: where the store with compared entries stays, for
//! `--bench latency`.

use std::path::PathBuf;
use std::sync::Arc;

use mainstem::dedupe::{Boilerplate, read};
use mainstem::model::{Entry, Source};
use mainstem::store::{self, Opening, Settings, Store};

mod filling;

use filling::{Numbers, SOURCES, now, record, source};

/// Entries in one refresh.
const BATCH: usize = 20;
/// Entries that are measured.
const MEASURED: usize = 10_000;

#[expect(clippy::print_stdout, reason = "what it measured is its result")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let stored = arguments
        .iter()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(50_000);
    let kept: Option<PathBuf> = arguments
        .iter()
        .position(|argument| argument == "--keep")
        .and_then(|at| arguments.get(at + 1))
        .map(PathBuf::from);
    let mut numbers = Numbers::new(7);
    let texts: Vec<Entry> = (0..MEASURED).map(|nth| numbers.entry(nth)).collect();
    let chain = cpu(|| {
        let mut known = Boilerplate::default();
        let source = source(0).id;
        for entry in &texts {
            let reading = read(&entry.title, &entry.text, None);
            reading.learn(&mut known, &source, entry.published);
            let trimmed = reading.repeated(&known);
            std::hint::black_box(reading.prepare(trimmed).keys());
        }
    });
    println!(
        "without the database: {:.0} µs an entry",
        each(chain, MEASURED)
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        println!("stored     plain µs   compared µs   comparing µs");
        let mut both = Vec::new();
        for compared in [false, true] {
            let directory = tempfile::TempDir::new().expect("a directory");
            let at = match &kept {
                Some(kept) if compared => kept.as_path(),
                _ => directory.path(),
            };
            let bench = Bench::open(at).await;
            let mut numbers = Numbers::new(11);
            numbers.mixed = true;
            let empty = bench.take(&mut numbers, MEASURED, compared).await;
            bench.take(&mut numbers, stored, compared).await;
            let full = bench.take(&mut numbers, MEASURED, compared).await;
            if compared {
                bench.say_size(at);
            }
            both.push((empty, full));
            bench.store.close().await.expect("closes");
        }
        for (name, plain, compared) in [(0, both[0].0, both[1].0), (stored, both[0].1, both[1].1)] {
            println!(
                "{name:9} {plain:10.0} {compared:13.0} {:14.0}",
                compared - plain
            );
        }
    });
}

struct Bench {
    store: Arc<dyn Store>,
}

impl Bench {
    async fn open(at: &std::path::Path) -> Self {
        let store = store::open(&Settings::at(at.join("x.db")), Opening::Quick).expect("opens");
        let sources: Vec<Arc<Source>> = (0..SOURCES).map(|nth| Arc::new(source(nth))).collect();
        store
            .register_sources(&sources, now())
            .await
            .expect("registers");
        Self { store }
    }

    /// Stores so many entries; CPU µs an entry.
    async fn take(&self, numbers: &mut Numbers, count: usize, compared: bool) -> f64 {
        let mut spent = 0.0;
        for batch in 0..count / BATCH {
            let entries: Vec<Entry> = (0..BATCH).map(|nth| numbers.entry(nth)).collect();
            let entries = entries.into_iter().map(|entry| match compared {
                true => entry,
                false => Entry {
                    summary: Some(entry.text),
                    text: String::new(),
                    ..entry
                },
            });
            let record = record(batch % SOURCES, entries.collect());
            let before = seconds();
            self.store.apply(record.into()).await.expect("applies");
            spent += seconds() - before;
        }
        each(spent, count)
    }

    #[expect(clippy::print_stdout, reason = "what it measured is its result")]
    fn say_size(&self, at: &std::path::Path) {
        let db = rusqlite::Connection::open(at.join("x.db")).expect("opens");
        let one = |sql: &str| -> i64 { db.query_row(sql, [], |row| row.get(0)).expect("a number") };
        let entries = one("SELECT count(*) FROM entries");
        let keys = one("SELECT count(*) FROM near_keys")
            + one("SELECT COALESCE(sum(length(keys) / 4), 0) FROM near_fresh");
        let bytes = one("SELECT sum(pgsize) FROM dbstat WHERE name IN ('near_keys', 'near_fresh')");
        println!(
            "keys: {:.1} an entry, {:.1} bytes a key, {:.0} bytes an entry",
            keys as f64 / entries as f64,
            bytes as f64 / keys as f64,
            bytes as f64 / entries as f64
        );
    }
}

fn cpu(work: impl FnOnce()) -> f64 {
    let before = seconds();
    work();
    seconds() - before
}

/// User and system time of this process, all threads.
fn seconds() -> f64 {
    let mut total = 0.0;
    for task in std::fs::read_dir("/proc/self/task")
        .expect("threads")
        .flatten()
    {
        let line = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        let on_cpu: f64 = line
            .split(' ')
            .next()
            .and_then(|nanoseconds| nanoseconds.parse().ok())
            .unwrap_or(0.0);
        total += on_cpu / 1e9;
    }
    total
}

fn each(seconds: f64, count: usize) -> f64 {
    seconds * 1e6 / count as f64
}
