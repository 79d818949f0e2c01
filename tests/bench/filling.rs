//! A store filled with made entries: what the benchmarks of a large one work on.

use std::collections::VecDeque;
use std::time::Duration;

use mainstem::dedupe::settle_document;
use mainstem::model::{
    Due, Entry, Extent, LastOutcome, Location, Outcome, RefreshRecord, Source, SourceId,
    SourceState, Timestamp,
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
        last: LastOutcome::new(Outcome::Fresh, Some(200)),
        state: SourceState::default(),
        due: Due {
            at: None,
            because: String::new(),
        },
        hosts: Vec::new(),
        extent: Some(Extent::Whole),
        feed: None,
        entries: settle_document(entries, at).entries,
        first_items: None,
        daily_items: None,
        deleted: Vec::new(),
        window: Duration::from_secs(7 * 24 * 3600),
    }
}

/// Seconds between two entries: a million in a year.
const GAP: i64 = 31;

/// Of a hundred mixed entries so many are copies of earlier ones, and so many issues of a series.
const COPIES: u64 = 30;
const ISSUES: u64 = 10;
/// How far back a copy's original lies at least, past the batch of one source, and how much further at most: some eight hours.
const BACK: usize = 20;
const SPAN: u64 = 980;
/// Releases that are kept to be copied: both together.
const KEPT: usize = 1_000;
/// Series that go on at once.
const SERIES: u64 = 20;

/// SplitMix64, and entries made of it, one after the other in time.
pub(crate) struct Numbers {
    state: u64,
    entries: i64,
    /// Whether what it makes is alike, as at a desk with many sources: comparing is dearest there. Three in ten entries are then
    /// copies of what another source had within the last hours, under another dateline, one in four of them cut and one in
    /// four under another headline; one in ten is an issue of a series, a template with other numbers and names.
    pub(crate) mixed: bool,
    /// Headline and paragraphs of entries that can be copied, the newest last.
    recent: VecDeque<(String, Vec<String>)>,
}

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: seed,
            entries: 0,
            mixed: false,
            recent: VecDeque::new(),
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
        let kind = if self.mixed { self.next() % 100 } else { 100 };
        let (title, paragraphs) = if kind < COPIES && self.recent.len() >= KEPT {
            self.copy()
        } else if (COPIES..COPIES + ISSUES).contains(&kind) {
            self.issue()
        } else {
            self.release()
        };
        self.entries += 1;
        Entry {
            guid: Some(format!("tag:{id:x}-{nth}")),
            url: format!("https://site.example/{id:x}").parse().ok(),
            title,
            html: Some(format!("<p>{}</p>", paragraphs.join("</p><p>"))),
            text: paragraphs.join("\n"),
            published: Some(now() + chrono::TimeDelta::seconds(self.entries * GAP)),
            ..Entry::default()
        }
    }

    fn release(&mut self) -> (String, Vec<String>) {
        let paragraphs: Vec<String> = (0..5).map(|_| self.words(WORDS / 5)).collect();
        let title = self.words(9);
        if self.mixed {
            self.recent.push_back((title.clone(), paragraphs.clone()));
            while self.recent.len() > KEPT {
                self.recent.pop_front();
            }
        }
        (title, paragraphs)
    }

    fn copy(&mut self) -> (String, Vec<String>) {
        let back = BACK + (self.next() % SPAN) as usize;
        let (mut title, mut paragraphs) = self.recent[self.recent.len() - 1 - back].clone();
        let (place, agency) = (self.word().to_uppercase(), self.word().to_uppercase());
        paragraphs[0] = format!("{place}, March 2 ({agency}) - {}", paragraphs[0]);
        match self.next() % 4 {
            0 => paragraphs.truncate(3),
            1 => title = self.words(9),
            _ => {}
        }
        (title, paragraphs)
    }

    fn issue(&mut self) -> (String, Vec<String>) {
        // The words of a template are those of its own numbers, whatever came before.
        let mut template = Self::new(1_000_000 + self.next() % SERIES);
        let (name, other) = (self.word(), self.word());
        let title = format!("{} {name}", template.words(6));
        let paragraphs = (0..5).map(|_| {
            let (before, after) = (
                template.words(WORDS / 10 - 2),
                template.words(WORDS / 10 - 2),
            );
            format!(
                "{before} {name} {} {after} {other} {}",
                self.next() % 900,
                self.next() % 90
            )
        });
        (title, paragraphs.collect())
    }
}
