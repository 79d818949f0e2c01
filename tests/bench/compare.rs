//! `cargo bench --bench compare -- [STORED]`: what comparing costs a new entry, without the database and with it.
//!
//! Without: text to words, shingles and keys, and the judgement of one copy. With: the real store takes batches of 20 entries,
//! once as they are and once with the same bytes where nothing is compared (no text, a longer summary); the difference is
//! what comparing costs, lookups and keys included. Beside an empty store and beside one of STORED entries (default 50,000)
//! in the same run. CPU µs an entry, of the whole process.

use std::sync::Arc;
use std::time::Duration;

use mainstem::dedupe::{Boilerplate, read, settle_document};
use mainstem::model::{
    Due, Entry, LastOutcome, Location, Outcome, RefreshRecord, Source, SourceId, SourceState,
    Timestamp,
};
use mainstem::store::Store;
use mainstem::store::sqlite::{Opening, SqliteStore};

/// Entries in one refresh.
const BATCH: usize = 20;
/// Sources that take turns.
const SOURCES: usize = 200;
/// Entries that are measured.
const MEASURED: usize = 10_000;
/// Words of a text: about a kilobyte and a half.
const WORDS: usize = 230;

#[expect(clippy::print_stdout, reason = "what it measured is its result")]
fn main() {
    let stored = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(50_000);
    let mut numbers = Numbers(7);
    let texts: Vec<Entry> = (0..MEASURED).map(|nth| numbers.entry(nth)).collect();
    let chain = cpu(|| {
        let mut known = Boilerplate::default();
        for entry in &texts {
            let reading = read(&entry.title, &entry.text, None);
            known.learn(&reading.blocks);
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
            let bench = Bench::open(directory.path()).await;
            let mut numbers = Numbers(11);
            let empty = bench.take(&mut numbers, MEASURED, compared).await;
            bench.take(&mut numbers, stored, compared).await;
            let full = bench.take(&mut numbers, MEASURED, compared).await;
            if compared {
                bench.say_size(directory.path());
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
        let store = SqliteStore::open(&at.join("x.db"), Opening::Quick).expect("opens");
        let sources: Vec<Arc<Source>> = (0..SOURCES).map(|nth| Arc::new(source(nth))).collect();
        store
            .register_sources(&sources, now())
            .await
            .expect("registers");
        Self {
            store: Arc::new(store),
        }
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
            self.store.apply(record).await.expect("applies");
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

fn now() -> Timestamp {
    "2026-03-02T10:00:00Z".parse().expect("a moment")
}

fn source(nth: usize) -> Source {
    Source {
        id: SourceId::new(&format!("s{nth}")).expect("an id"),
        location: Location::Url(format!("https://{nth}.example/rss").parse().expect("a URL")),
        title: None,
        tags: Vec::new(),
        priority: 0,
        first_items: None,
        daily_items: None,
        formerly: None,
    }
}

fn record(nth: usize, entries: Vec<Entry>) -> RefreshRecord {
    let source = source(nth);
    RefreshRecord {
        source: source.id,
        location: source.location,
        at: now(),
        last: LastOutcome {
            outcome: Outcome::Fresh,
            class: None,
            status: Some(200),
            message: None,
        },
        state: SourceState::default(),
        due: Due {
            at: None,
            because: String::new(),
        },
        feed: None,
        entries: settle_document(entries, now()).entries,
        first_items: None,
        daily_items: None,
        window: Duration::from_secs(7 * 24 * 3600),
    }
}

/// SplitMix64, and entries made of it.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mainstem::text::mix(self.0)
    }

    /// Words of a language with a few common ones and many rare ones.
    fn word(&mut self) -> String {
        let rank = (self.next() % 1_000) * (self.next() % 1_000) / 1_000 * (self.next() % 50) / 49;
        let mut word = String::new();
        let mut letters = mainstem::text::mix(rank);
        for _ in 0..2 + letters % 3 {
            word.push(char::from(b"bdfgklmnprst"[(letters % 12) as usize]));
            word.push(char::from(b"aeiou"[(letters / 12 % 5) as usize]));
            letters /= 60;
        }
        word
    }

    fn words(&mut self, count: usize) -> String {
        let words: Vec<String> = (0..count).map(|_| self.word()).collect();
        words.join(" ")
    }

    fn entry(&mut self, nth: usize) -> Entry {
        let id = self.next();
        let paragraphs: Vec<String> = (0..5).map(|_| self.words(WORDS / 5)).collect();
        Entry {
            guid: Some(format!("tag:{id:x}-{nth}")),
            url: format!("https://site.example/{id:x}").parse().ok(),
            title: self.words(9),
            html: Some(format!("<p>{}</p>", paragraphs.join("</p><p>"))),
            text: paragraphs.join("\n"),
            published: Some(now() - chrono::TimeDelta::minutes((id % 10_000) as i64)),
            ..Entry::default()
        }
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
