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
    "2026-03-02T10:00:00Z".parse().expect("a moment")
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
        formerly: None,
    }
}

pub(crate) fn record(nth: usize, entries: Vec<Entry>) -> RefreshRecord {
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
pub(crate) struct Numbers(pub(crate) u64);

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

    pub(crate) fn entry(&mut self, nth: usize) -> Entry {
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
