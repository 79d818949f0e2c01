//! The set arrives at the real binary in rounds; what a subscriber saw is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use super::plan::SOURCES;
use super::{Entry, Kind};

/// Entries that a source's feed shows; more where a round brings more, for nothing may be missed.
const SHOWN: usize = 60;

/// The class of what its sources have before the first round, which is not counted.
pub(crate) const BACKLOG: &str = "backlog";

/// How the set arrives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) rounds: usize,
    /// Every entry comes up to an hour later, by this seed.
    pub(crate) shuffle: Option<u64>,
    /// Each source is refreshed by a command of its own, in another order each round; else all of them by one command.
    pub(crate) in_turn: bool,
    /// In the middle the process that stores is killed, and its pass repeated.
    pub(crate) killed: bool,
}

/// What a subscriber of one output saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// For each item id the first entry that it showed, and all it showed later.
    items: BTreeMap<String, Vec<usize>>,
    /// Entries that were named as an update of what was shown.
    named: BTreeSet<usize>,
}

/// One kind of case: how many, and which of them went wrong.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) cases: usize,
    pub(crate) wrong: Vec<usize>,
}

/// What went wrong, by class.
#[derive(Debug, Default)]
pub(crate) struct Score {
    pub(crate) hidden: BTreeMap<String, Tally>,
    pub(crate) copies: BTreeMap<String, Tally>,
    pub(crate) updates: BTreeMap<String, Tally>,
    /// Of the updates, those that came as an item of their own.
    pub(crate) announced: usize,
}

pub(crate) const OUTPUTS: [&str; 3] = ["near", "exact", "off"];

/// Lets the set arrive; what subscribers of the three outputs saw.
pub(crate) fn arrive(
    at: &Path,
    entries: &[Entry],
    arrival: Arrival,
) -> BTreeMap<&'static str, Seen> {
    configure(at);
    let mut order: Vec<usize> = (0..entries.len()).collect();
    let mut dice = super::lexicon::Dice::new(arrival.shuffle.unwrap_or(0));
    let late: Vec<usize> = entries
        .iter()
        .map(|entry| entry.arrives + arrival.shuffle.map_or(0, |_| dice.between(0, 60)))
        .collect();
    let is_backlog = |nth: &usize| entries[*nth].class == BACKLOG;
    order.sort_by_key(|nth| (!is_backlog(nth), late[*nth]));
    let backlog = order.iter().filter(|nth| is_backlog(nth)).count();
    let size = (order.len() - backlog).div_ceil(arrival.rounds);
    let by_name: BTreeMap<(usize, &str), usize> = entries
        .iter()
        .enumerate()
        .map(|(nth, entry)| ((entry.source, entry.guid.as_str()), nth))
        .collect();
    let mut seen: BTreeMap<&'static str, Seen> = BTreeMap::new();
    for round in 0..=arrival.rounds {
        let before = if round == 0 {
            0
        } else {
            backlog + (round - 1) * size
        };
        let arrived = &order[..(backlog + round * size).min(order.len())];
        let now = arrived.last().map_or(0, |nth| late[*nth]);
        for source in 0..SOURCES {
            std::fs::write(
                at.join(format!("s{source}.feed")),
                feed(source, entries, arrived, before, now),
            )
            .expect("writable");
        }
        if arrival.killed && round == arrival.rounds / 2 {
            kill_in_the_middle(at);
        }
        if arrival.in_turn {
            // Each takes its turn, and another begins each round.
            for turn in 0..SOURCES {
                let source = format!("s{}", (turn * 5 + round) % SOURCES);
                refresh(at, &[&source]);
            }
        } else {
            refresh(at, &[]);
        }
        for output in OUTPUTS {
            look(at, output, &by_name, seen.entry(output).or_default());
        }
    }
    seen
}

fn mainstem(at: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mainstem"));
    command
        .current_dir(at)
        .env_clear()
        .args(["-c", "c.toml"])
        .args(arguments);
    command
}

fn refresh(at: &Path, sources: &[&str]) {
    let done = mainstem(at, &[&["refresh"], sources].concat()).output();
    let done = done.expect("it runs");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Killed as soon as there is something to lose.
fn kill_in_the_middle(at: &Path) {
    let size = |name: &str| std::fs::metadata(at.join(name)).map_or(0, |file| file.len());
    let before = size("mainstem.db-wal");
    let mut child = mainstem(at, &["-q", "refresh"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    while size("mainstem.db-wal") <= before && child.try_wait().expect("ours").is_none() {
        std::thread::yield_now();
    }
    let _ = child.kill();
    let _ = child.wait();
}

fn configure(at: &Path) {
    let mut text = String::new();
    for source in 0..SOURCES {
        let _ = writeln!(
            text,
            "[[source]]\nid = \"s{source}\"\npath = \"s{source}.feed\"\nfirst_items = 0\ndaily_items = 0"
        );
    }
    for output in OUTPUTS {
        let _ = writeln!(
            text,
            "[[output]]\nid = \"{output}\"\nduplicates = \"{output}\"\nmax_entries = 100000"
        );
    }
    std::fs::write(at.join("c.toml"), text).expect("writable");
}

/// The newest entries of a source, in the format of its number; `before`: how many of all had arrived a round ago.
fn feed(source: usize, entries: &[Entry], arrived: &[usize], before: usize, now: usize) -> String {
    let is_own = |nth: &&usize| entries[**nth].source == source;
    let new = arrived.iter().skip(before).filter(is_own).count();
    let own = arrived.iter().rev().filter(is_own);
    let own: Vec<&Entry> = own.take(SHOWN.max(new)).map(|nth| &entries[*nth]).collect();
    let body = |entry: &Entry| match &entry.edited {
        Some((from, html)) if *from <= now => html.clone(),
        _ => entry.html.clone(),
    };
    let escaped = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;")
    };
    if source % 3 == 2 {
        let items: Vec<_> = own
            .iter()
            .map(|entry| {
                serde_json::json!({ "id": entry.guid, "url": entry.url, "title": entry.title, "content_html": body(entry),
                    "date_published": date(entry), "language": entry.language })
            })
            .collect();
        return serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "x", "items": items }).to_string();
    }
    let mut written = String::new();
    for entry in own {
        let (title, body) = (escaped(&entry.title), escaped(&body(entry)));
        let _ = match source % 3 {
            0 => write!(
                written,
                "<item><guid isPermaLink=\"false\">{}</guid><link>{}</link><title>{title}</title><description>{body}</description><pubDate>{}</pubDate></item>",
                entry.guid,
                escaped(&entry.url),
                date(entry)
            ),
            _ => write!(
                written,
                "<entry><id>{}</id><link href=\"{}\"/><title>{title}</title><content type=\"html\">{body}</content><published>{date}</published><updated>{date}</updated></entry>",
                entry.guid,
                escaped(&entry.url),
                date = date(entry)
            ),
        };
    }
    match source % 3 {
        0 => format!(
            "<rss version=\"2.0\"><channel><title>x</title><link>https://s{source}.example/</link><description>x</description>{written}</channel></rss>"
        ),
        _ => format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>urn:x:{source}</id><title>x</title><updated>2026-01-01T00:00:00Z</updated>{written}</feed>"
        ),
    }
}

/// When it was published; the first six days ago, as the window is on these dates. The same in every round.
fn date(entry: &Entry) -> String {
    static BEGAN: OnceLock<chrono::DateTime<chrono::Utc>> = OnceLock::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "once, so that the set lies in the window"
    )]
    let began = BEGAN.get_or_init(|| chrono::Utc::now() - chrono::TimeDelta::days(6));
    let minutes = i64::try_from(entry.published).expect("two days");
    let at = *began + chrono::TimeDelta::minutes(minutes);
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn look(at: &Path, output: &str, by_name: &BTreeMap<(usize, &str), usize>, seen: &mut Seen) {
    let printed = mainstem(at, &["print", output, "--format", "json"])
        .output()
        .expect("it runs");
    let document: serde_json::Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    let entry = |told: &serde_json::Value| {
        let source = told["source"].as_str()?.strip_prefix('s')?.parse().ok()?;
        by_name.get(&(source, told["guid"].as_str()?)).copied()
    };
    for item in document["items"].as_array().expect("items") {
        let shown = entry(&item["_mainstem"]).expect("one of ours");
        let shows = seen.items.entry(item["id"].to_string()).or_default();
        if shows.last() != Some(&shown) {
            shows.push(shown);
        }
        let copies = item["_mainstem"]["copies"].as_array().expect("copies");
        let updates = copies.iter().filter(|copy| copy["relation"] == "update");
        seen.named.extend(updates.filter_map(entry));
    }
}

impl Score {
    /// Counts what a subscriber saw against the labels.
    pub(crate) fn of(entries: &[Entry], seen: &Seen) -> Self {
        let mut score = Self::default();
        // The release that each item was about when it came, and the entry that it came with.
        let mut first_shown: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for shows in seen.items.values() {
            first_shown
                .entry(entries[shows[0]].release)
                .or_default()
                .push(shows[0]);
        }
        let ever: BTreeSet<usize> = seen.items.values().flatten().copied().collect();
        for (nth, entry) in entries.iter().enumerate() {
            if entry.class == BACKLOG {
                continue;
            }
            let shown = first_shown
                .get(&entry.release)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let class = entry
                .class
                .split(" #")
                .next()
                .unwrap_or_default()
                .to_owned();
            match entry.kind {
                Kind::First => {
                    let tally = score.hidden.entry(class).or_default();
                    tally.cases += 1;
                    if shown.is_empty() {
                        tally.wrong.push(nth);
                    }
                }
                Kind::Copy => {
                    let tally = score.copies.entry(class).or_default();
                    tally.cases += 1;
                    // Of several items of a version all but one are copies shown; a copy that came first stands for the release.
                    let same = |other: &&usize| entries[**other].version == entry.version;
                    let items: Vec<&usize> = shown.iter().filter(same).collect();
                    let original = items
                        .iter()
                        .any(|other| entries[**other].kind != Kind::Copy);
                    if items.contains(&&nth) && (original || items[0] != &nth) {
                        tally.wrong.push(nth);
                    }
                }
                Kind::Update => {
                    let tally = score.updates.entry(class).or_default();
                    tally.cases += 1;
                    let version = |other: &usize| {
                        entries[*other].release == entry.release
                            && entries[*other].version == entry.version
                    };
                    if shown.iter().any(version) {
                        score.announced += 1;
                    } else if !ever.iter().any(version) && !seen.named.contains(&nth) {
                        tally.wrong.push(nth);
                    }
                }
            }
        }
        score
    }

    pub(crate) fn wrong(tallies: &BTreeMap<String, Tally>) -> (usize, usize) {
        let wrong = tallies.values().map(|tally| tally.wrong.len()).sum();
        (wrong, tallies.values().map(|tally| tally.cases).sum())
    }
}
