//! How often the log tells of a source: when its condition changes, and once a day while trouble lasts.
//!
//! Every poll is a process of its own, so what is known of a source's condition comes from the store alone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Origin, Reply, head, response, rss};

/// The sources, one for each way to fail; the last one is throttled.
const SOURCES: [&str; 10] = [
    "missing",
    "forbidden",
    "broken",
    "page",
    "empty",
    "cut",
    "garbage",
    "elsewhere",
    "busy",
    "lost",
];
const DAY_MS: i64 = 24 * 3600 * 1000;

/// What the origin does.
const BROKEN: usize = 0;
const OTHERWISE_BROKEN: usize = 1;
const WELL: usize = 2;

fn answer(asked: &Asked, mode: usize) -> Reply {
    let html = b"<!doctype html><html><body>Hello</body></html>";
    let fail = |status| response(status, &[], b"no").into();
    match (mode, asked.path.trim_start_matches('/')) {
        (WELL, path) => response("200 OK", &[], &rss(&[(path, path, "Words")])).into(),
        (OTHERWISE_BROKEN, "page" | "empty" | "cut" | "garbage" | "elsewhere" | "busy") => {
            fail("500 Internal Server Error")
        }
        (OTHERWISE_BROKEN, _) => response("200 OK", &[], html).into(),
        (_, "missing") => fail("404 Not Found"),
        (_, "forbidden") => fail("403 Forbidden"),
        (_, "broken") => fail("500 Internal Server Error"),
        (_, "page") => response("200 OK", &[], html).into(),
        (_, "empty") => response("200 OK", &[], b"").into(),
        (_, "cut") => Reply::from(head("200 OK", &[("Content-Length", b"1000")])).send("<rss>"),
        (_, "garbage") => response("200 OK", &[("Content-Encoding", "gzip")], b"no gzip").into(),
        (_, "elsewhere") => {
            response("302 Found", &[("Location", "http://127.0.0.1:25/")], b"").into()
        }
        (_, "busy") => fail("429 Too Many Requests"),
        _ => fail("502 Bad Gateway"),
    }
}

/// The lines of one poll of every source that an operator sees without `-v`, by source.
fn poll(desk: &Desk) -> Vec<Value> {
    let output = desk.run(&["-v", "--log-format", "json", "refresh", "--force"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines = said
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect(line));
    lines
        .filter(|line| line["source"].is_string() && line["level"] != "DEBUG")
        .collect()
}

/// The same as if so much time had passed since the last poll.
fn let_pass(desk: &Desk, milliseconds: i64) {
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    db.execute(
        "UPDATE source_state SET attempt_at = attempt_at - ?1, success_at = success_at - ?1",
        [milliseconds],
    )
    .expect("writable");
}

fn count(lines: &[Value]) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for line in lines {
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        *counts.entry((text("source"), text("message"))).or_default() += 1;
    }
    counts
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how many polls there are is for whoever measures to say"
)]
fn a_source_in_trouble_is_told_of_when_its_condition_changes_and_once_a_day() {
    // Figures for a real day's polls: POLLS=288.
    let polls: i64 = std::env::var("POLLS").map_or(12, |polls| polls.parse().expect("a number"));
    let mode = Arc::new(AtomicUsize::new(WELL));
    let now = mode.clone();
    let origin = Origin::start(move |asked| answer(asked, now.load(Ordering::SeqCst)));
    let sources = SOURCES.map(|id| {
        let url = origin.url(&format!("/{id}"));
        format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\n")
    });
    let desk = Desk::new(&format!(
        "[fetch]\nhost_gap = \"0s\"\nper_host = 10\nallow_addresses = [\"127.0.0.1\"]\n{}[[output]]\nid = \"o\"\n",
        sources.concat()
    ));

    // All is well once, then two days of polls: the change, and a reminder for each day that has passed.
    poll(&desk);
    mode.store(BROKEN, Ordering::SeqCst);
    let mut lines = Vec::new();
    for _ in 0..polls {
        let_pass(&desk, 2 * DAY_MS / polls);
        lines.extend(poll(&desk));
    }
    eprintln!(
        "{} lines of {} sources in {polls} polls each",
        lines.len(),
        SOURCES.len()
    );
    let counts = count(&lines);
    for id in SOURCES {
        let of = |message: &str| counts.get(&(id.to_owned(), message.to_owned())).copied();
        assert_eq!(of("source in trouble"), Some(1), "{id}: {counts:?}");
        assert_eq!(of("source still in trouble"), Some(2), "{id}: {counts:?}");
    }
    assert_eq!(counts.len(), 2 * SOURCES.len(), "{counts:?}");

    // Another way to fail, for those whose class changes; then they work again, and go on doing so.
    mode.store(OTHERWISE_BROKEN, Ordering::SeqCst);
    let otherwise = count(&[poll(&desk), poll(&desk)].concat());
    assert!(otherwise.values().all(|count| *count == 1), "{otherwise:?}");
    assert_eq!(otherwise.len(), SOURCES.len(), "{otherwise:?}");
    mode.store(WELL, Ordering::SeqCst);
    let well = count(&[poll(&desk), poll(&desk)].concat());
    for id in SOURCES {
        let recovered = (id.to_owned(), "source works again".to_owned());
        assert_eq!(well.get(&recovered), Some(&1), "{well:?}");
    }
    assert_eq!(well.len(), SOURCES.len(), "{well:?}");
    assert_eq!(count(&poll(&desk)), BTreeMap::new(), "nothing is new");
}

#[test]
fn an_unchanged_source_is_no_news() {
    let origin = Origin::start(|asked| match asked.header("if-none-match") {
        Some(_) => response("304 Not Modified", &[], b""),
        None => response(
            "200 OK",
            &[("ETag", "\"1\"")],
            &rss(&[("1", "One", "Words")]),
        ),
    });
    let desk = Desk::new(&format!(
        "[fetch]\nhost_gap = \"0s\"\nallow_addresses = [\"127.0.0.1\"]\n[[source]]\nid = \"a\"\nurl = \"{}\"\nevery = \"100ms\"\n",
        origin.url("/a")
    ));
    let daemon = desk.start();
    while origin.asked().len() < 6 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let log = daemon.log();
    let lines: Vec<&Value> = log.iter().filter(|line| line["source"] == "a").collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["message"], "refreshed");
}
