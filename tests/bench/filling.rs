//! A store filled with made entries: what the benchmarks of a large one work on.

use std::time::Duration;

use mainstem::dedupe::settle_document;
use mainstem::model::{
    Due, Entry, LastOutcome, Location, Outcome, RefreshRecord, Source, SourceId, SourceState,
    Timestamp,
};

/// Sources that take turns.
pub(crate) const SOURCES: usize = 200;
/// Words of a text: about a kilobyte and a half.
const WORDS: usize = 230;

pub(crate) fn now() -> Timestamp {
    // A million entries end before today.
    "2025-03-02T10:00:00Z".parse().expect("a moment")
}

pub(crate) fn source(nth: usize) -> Source {
    Source {
        id: SourceId::new(&format!("s{nth}")).expect("an id"),
        location: Location::Url(format!("https://{nth}.example/rss").parse().expect("a URL")),
        title: None,
        tags: Vec::new(),
        priority: 0,
        first_items: None,
        daily_items: None,
        identity: None,
        formerly: None,
    }
}

/// A refresh that brought them as soon as they were published.
pub(crate) fn record(nth: usize, entries: Vec<Entry>) -> RefreshRecord {
    let source = source(nth);
    let newest = entries.iter().filter_map(|entry| entry.published).max();
    let at = newest.unwrap_or_else(now);
    RefreshRecord {
        source: source.id,
        location: source.location,
        at,
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
        entries: settle_document(entries, at).entries,
        first_items: None,
        daily_items: None,
        window: Duration::from_secs(7 * 24 * 3600),
    }
}

/// Seconds between two entries: a million in a year.
const GAP: i64 = 31;

/// SplitMix64, and entries made of it, one after the other in time.
pub(crate) struct Numbers {
    state: u64,
    entries: i64,
}

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: seed,
            entries: 0,
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mainstem::text::mix(self.state)
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

    pub(crate) fn entry(&mut self, nth: usize) -> Entry {
        let id = self.next();
        self.entries += 1;
        let paragraphs: Vec<String> = (0..5).map(|_| self.words(WORDS / 5)).collect();
        Entry {
            guid: Some(format!("tag:{id:x}-{nth}")),
            url: format!("https://site.example/{id:x}").parse().ok(),
            title: self.words(9),
            html: Some(format!("<p>{}</p>", paragraphs.join("</p><p>"))),
            text: paragraphs.join("\n"),
            published: Some(now() + chrono::TimeDelta::seconds(self.entries * GAP)),
            ..Entry::default()
        }
    }
}
