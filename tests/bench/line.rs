//! `make bench`: the line's cost beside its floor, as ratios in one run.
//!
//! The floor is `feed-rs` reading the same bytes in memory and SQLite taking the
//! same rows: what nobody who uses the two can go below. The line is the real
//! binary on local files: cold (everything new), warm (the same bytes), changed
//! (one source in a hundred has a new entry). CPU seconds, user and system.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

const SOURCES: usize = 500;
const ENTRIES: usize = 20;
/// About two kilobytes an entry, as news feeds have them.
const PARAGRAPHS: usize = 6;

#[expect(clippy::print_stdout, reason = "what it measured is its result")]
fn main() {
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let at = directory.path();
    let mut configuration = String::new();
    let mut bytes = 0;
    for source in 0..SOURCES {
        let feed = feed(source, ENTRIES);
        bytes += feed.len();
        std::fs::write(at.join(format!("{source}.xml")), feed).expect("writable");
        let _ = writeln!(
            configuration,
            "[[source]]\nid = \"s{source}\"\npath = \"{source}.xml\""
        );
    }
    configuration.push_str("[[output]]\nid = \"merged\"\n");
    std::fs::write(at.join("c.toml"), configuration).expect("writable");

    let floor = cpu(|| floor(at));
    let cold = cpu(|| refresh(at));
    let warm = cpu(|| refresh(at));
    for source in (0..SOURCES).step_by(100) {
        std::fs::write(at.join(format!("{source}.xml")), feed(source, ENTRIES + 1))
            .expect("writable");
    }
    let changed = cpu(|| refresh(at));
    let each = |seconds: f64| seconds * 1e6 / SOURCES as f64;
    println!(
        "{SOURCES} sources, {ENTRIES} entries each, {:.1} MB",
        bytes as f64 / 1e6
    );
    println!("cycle     CPU µs a source   ratio to the floor");
    for (name, seconds) in [
        ("floor", floor),
        ("cold", cold),
        ("warm", warm),
        ("changed", changed),
    ] {
        println!("{name:8} {:16.0}   {:.2}", each(seconds), seconds / floor);
    }
}

/// Reads every file with feed-rs and writes its entries in transactions of a feed each, in a process's own thread.
fn floor(at: &Path) {
    let db = rusqlite::Connection::open(at.join("floor.db")).expect("opens");
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE e (s INTEGER, g TEXT, t TEXT, b TEXT, UNIQUE (s, g))")
        .expect("a table");
    for source in 0..SOURCES {
        let bytes = std::fs::read(at.join(format!("{source}.xml"))).expect("readable");
        let feed = feed_rs::parser::parse(bytes.as_slice()).expect("sound");
        db.execute_batch("BEGIN").expect("begins");
        let mut insert = db
            .prepare_cached("INSERT INTO e VALUES (?, ?, ?, ?)")
            .expect("prepares");
        for entry in feed.entries {
            let text = |text: Option<feed_rs::model::Text>| text.map(|text| text.content);
            insert
                .execute(rusqlite::params![
                    source as i64,
                    entry.id,
                    text(entry.title),
                    text(entry.summary)
                ])
                .expect("inserted");
        }
        db.execute_batch("COMMIT").expect("commits");
    }
}

fn refresh(at: &Path) {
    let ended = Command::new(env!("CARGO_BIN_EXE_mainstem"))
        .current_dir(at)
        .args(["-c", "c.toml", "refresh"])
        .output()
        .expect("the binary runs");
    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
}

/// CPU seconds of this process and its ended children.
fn cpu(work: impl FnOnce()) -> f64 {
    let spent = || -> f64 {
        let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
        let after_name = stat.rsplit(") ").next().expect("a name in parentheses");
        // utime, stime, cutime, cstime, in ticks of a hundredth of a second.
        let ticks: f64 = after_name
            .split(' ')
            .skip(11)
            .take(4)
            .map(|field| field.parse::<f64>().expect("a number"))
            .sum();
        ticks / 100.0
    };
    let before = spent();
    work();
    spent() - before
}

/// A feed of releases that no other source has.
fn feed(source: usize, entries: usize) -> String {
    let mut items = String::new();
    for number in 0..entries {
        let mut body = String::new();
        for paragraph in 0..PARAGRAPHS {
            let _ = write!(
                body,
                "<p>Report {number} of station {source}, part {paragraph}: the gauge at the {source}th bridge read {} on the hour, \
                 which is {} above what it read a day before; the keepers of the <a href=\"/g/{source}\">gauge {source}</a> expect \
                 reading {} by the evening and ask boats to keep to the middle of the channel until then.</p>",
                number * 7 + paragraph,
                number + source % 13,
                number * 11 + source
            );
        }
        let _ = write!(
            items,
            "<item><guid isPermaLink=\"false\">{source}-{number}</guid><title>Report {number} of station {source}</title>\
             <link>https://station{source}.example/{number}</link><pubDate>Tue, 21 Nov 2017 {:02}:00:00 +0000</pubDate>\
             <description><![CDATA[{body}]]></description></item>",
            number % 24
        );
    }
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Station {source}</title><link>https://station{source}.example/</link><description>Reports</description>{items}</channel></rss>"
    )
}
