//! Hosts: a host that refused (429), or has no request left for us, is left alone whole.
//!
//! - Nobody is asked there until its time is over: no neighbour, no other port, no redirect, no other process, no restart.
//! - The wait is `Retry-After`, else `x-ratelimit-reset`, up to seven days; else `host_gap` × 60, doubled up to an hour. A
//!   date is kept to the second.
//! - Waiting is nobody's failure, keeps the order of the queue and holds up no other host. `--force` overrides.
//! - The largest `host_gap` of a host's sources binds it, from the first request on and after a reload.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use mainstem::clock::{Clock, SystemClock};
use serde_json::Value;

use super::{LOCAL, Rows, assert_all, feed, refresh, rows, source, sources};
use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Origin, response};

const BUSY: &str = "429 Too Many Requests";

fn ok() -> Vec<u8> {
    response("200 OK", &[], &feed())
}

/// Accidents as they were found in the wild.
fn accident(name: &str) -> Vec<u8> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/accidents");
    std::fs::read(corpus.join(name)).expect("the corpus is there")
}

/// Seconds until a row's next turn.
fn wait(row: &Value) -> i64 {
    let due = row["next_due"].as_str().unwrap_or_else(|| panic!("{row}"));
    let due: DateTime<Utc> = due.parse().expect("a moment");
    (due - SystemClock.now() + TimeDelta::milliseconds(999)).num_seconds()
}

fn because(row: &Value) -> &str {
    row["because"].as_str().unwrap_or_default()
}

/// What the store keeps of a host: refusals in a row, if anything is kept.
fn refusals(desk: &Desk, host: &str) -> Option<u32> {
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    let read = db.query_row(
        "SELECT refusals FROM host_holds WHERE host = ?",
        [host],
        |row| row.get(0),
    );
    read.ok()
}

/// `tests/corpus/accidents/host-429`: six sources at one host, the first answer 200, all others a 429.
#[test]
fn six_sources_at_one_host_take_one_refusal() {
    let busy = accident("host-429/429.http");
    let origin = Origin::start(move |asked| match asked.number {
        0 => ok(),
        _ => busy.clone(),
    });
    let other = Origin::at("127.0.0.2", |_| ok());
    let mut tables = source("other", &other.url("/"), "");
    for nth in 0..6 {
        tables += &source(
            &format!("s{nth}"),
            &origin.url(&format!("/{nth}")),
            "every = \"1s\"",
        );
    }
    let desk = Desk::new(&format!("{}{tables}", LOCAL.replace("\"0s\"", "\"1s\"")));
    refresh(&desk);
    assert!(origin.asked().len() <= 2, "{:?}", origin.paths());
    refresh(&desk);
    let second = refresh(&desk);
    assert!(origin.asked().len() <= 2, "{:?}", origin.paths());
    assert_eq!(other.asked().len(), 3, "another host goes on");
    let told = sources(&desk);
    let waiting: Vec<&String> = told
        .keys()
        .filter(|id| second[*id]["outcome"].is_null())
        .collect();
    assert_eq!(waiting.len(), 6, "{second:?}");
    for id in waiting {
        let row = &told[id];
        assert!((590..=601).contains(&wait(row)), "{row}");
        let (failures, why) = match row["outcome"].as_str() {
            Some("throttled") => (1, "the server asked to wait"),
            _ => (0, "the host asked everybody to wait (429)"),
        };
        assert!(because(row).contains(why), "{row}");
        assert_eq!(because(&second[id]), because(row));
        assert_eq!(row["errors"], failures, "waiting is no failure: {row}");
    }
    let text = String::from_utf8(desk.run(&["refresh"]).stdout).expect("UTF-8");
    assert!(text.contains("not asked until 20"), "{text}");
    desk.run(&["refresh", "--force"]);
    assert_eq!(origin.asked().len(), 8, "who insists is not kept from it");
}

/// The same over `kill -9` and a polite stop; the name counts, whatever the port.
#[test]
fn a_host_is_left_alone_over_restarts_and_on_every_port() {
    let busy = Origin::start(|_| response(BUSY, &[("Retry-After", "600")], b""));
    let neighbour = Origin::start(|_| ok());
    let other = Origin::at("127.0.0.2", |_| ok());
    let tables = [
        source("busy", &busy.url("/busy"), "every = \"50ms\""),
        source("other", &other.url("/other"), "every = \"50ms\""),
    ];
    let desk = Desk::new(&format!("{LOCAL}{}", tables.concat()));
    refresh(&desk);
    let late = source("neighbour", &neighbour.url("/a"), "every = \"50ms\"");
    desk.configure(&format!("{LOCAL}{}{late}", tables.concat()));
    for round in 1..=3 {
        let daemon = desk.start();
        other.until("/other", 10 * round);
        if round == 2 {
            assert_eq!(daemon.stop(), Some(0));
        }
    }
    assert_eq!((busy.asked().len(), neighbour.asked().len()), (1, 0));
    assert_eq!(sources(&desk)["neighbour"]["errors"], 0);
}

/// A daemon hears of a refusal that another process was given.
#[test]
fn a_hold_is_shared_by_processes() {
    let refuse = Arc::new(AtomicBool::new(false));
    let refuses = refuse.clone();
    let origin = Origin::start(move |_| match refuses.load(Ordering::SeqCst) {
        true => response(BUSY, &[("Retry-After", "600")], b""),
        false => ok(),
    });
    let other = Origin::at("127.0.0.2", |_| ok());
    let tables = [
        source("often", &origin.url("/often"), "every = \"3s\""),
        source("rarely", &origin.url("/rarely"), "every = \"1h\""),
        source("other", &other.url("/other"), "every = \"300ms\""),
    ];
    let desk = Desk::new(&format!("{LOCAL}{}", tables.concat()));
    let daemon = desk.start();
    origin.until("/often", 1);
    origin.until("/rarely", 1);
    refuse.store(true, Ordering::SeqCst);
    desk.run(&["refresh", "rarely"]);
    let asked = origin.count("/often");
    let heard = other.asked().len();
    other.until("/other", heard + 20);
    assert_eq!(origin.count("/often"), asked, "{:?}", daemon.log());
}

/// What an answer says, its status, and for how many seconds its host is left alone.
type Case = (&'static str, &'static str, Vec<(&'static str, String)>, i64);

#[expect(clippy::too_many_lines, reason = "the cases are a table")]
fn cases() -> Vec<Case> {
    let after = |seconds: i64| SystemClock.now() + TimeDelta::seconds(seconds);
    let date = |seconds: i64| httpdate::fmt_http_date(after(seconds).into());
    let remaining = |left: &str, reset: String| {
        vec![
            ("x-ratelimit-remaining", left.to_owned()),
            ("x-ratelimit-reset", reset),
        ]
    };
    let day = 24 * 3600;
    vec![
        ("seconds", BUSY, vec![("Retry-After", "700".into())], 700),
        ("date", BUSY, vec![("Retry-After", date(700))], 700),
        (
            "reset in seconds",
            BUSY,
            vec![("x-ratelimit-reset", "700".into())],
            700,
        ),
        (
            "reset as epoch",
            BUSY,
            vec![("x-ratelimit-reset", after(700).timestamp().to_string())],
            700,
        ),
        (
            "reset by the draft's name",
            BUSY,
            vec![("RateLimit-Reset", "700".into())],
            700,
        ),
        (
            "Retry-After before reset",
            BUSY,
            vec![
                ("Retry-After", "700".into()),
                ("x-ratelimit-reset", "50".into()),
            ],
            700,
        ),
        (
            "a month",
            BUSY,
            vec![("Retry-After", (30 * day).to_string())],
            7 * day,
        ),
        (
            "reset in a month",
            BUSY,
            vec![("x-ratelimit-reset", after(30 * day).timestamp().to_string())],
            7 * day,
        ),
        (
            "reset in the past",
            BUSY,
            vec![("x-ratelimit-reset", after(-50).timestamp().to_string())],
            120,
        ),
        ("no word", BUSY, vec![], 120),
        ("nonsense", BUSY, vec![("Retry-After", "soon".into())], 120),
        ("none left", "200 OK", remaining("0", "700".into()), 700),
        (
            "none left, as Reddit says it",
            "200 OK",
            remaining("0.0", "700".into()),
            700,
        ),
        (
            "none left by the draft's name",
            "200 OK",
            vec![
                ("RateLimit-Remaining", "0".into()),
                ("RateLimit-Reset", "700".into()),
            ],
            700,
        ),
        (
            "none left, no word when",
            "200 OK",
            vec![("x-ratelimit-remaining", "0".into())],
            120,
        ),
        (
            "none left, as GitHub refuses",
            "403 Forbidden",
            remaining("0", after(700).timestamp().to_string()),
            700,
        ),
        ("one left", "200 OK", remaining("1", "700".into()), 0),
        (
            "503 is of the address alone",
            "503 Service Unavailable",
            vec![("Retry-After", "700".into())],
            0,
        ),
    ]
}

/// For each case a host of its own with two sources: one is told, the other must wait as long.
#[test]
fn a_host_is_left_alone_for_as_long_as_it_says() {
    let cases = Arc::new(cases());
    let script = cases.clone();
    let origin = Origin::at("0.0.0.0", move |asked: &Asked| {
        let Some(nth) = asked.path.strip_prefix("/told/") else {
            return ok();
        };
        let (_, status, headers, _) = &script[nth.parse::<usize>().expect("a number")];
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        response(status, &headers, &feed())
    });
    let url = |nth: usize, path: &str| {
        origin.url_at(&format!("127.0.1.{}", nth + 1), &format!("/{path}/{nth}"))
    };
    let (mut tables, mut first) = (
        String::new(),
        vec!["refresh".to_owned(), "--json".to_owned()],
    );
    for nth in 0..cases.len() {
        tables += &source(&format!("told-{nth}"), &url(nth, "told"), "every = \"1s\"");
        tables += &source(&format!("near-{nth}"), &url(nth, "near"), "every = \"1s\"");
        first.push(format!("told-{nth}"));
    }
    let desk = Desk::new(&format!("{}{tables}", LOCAL.replace("\"0s\"", "\"2s\"")));
    let first: Vec<&str> = first.iter().map(String::as_str).collect();
    desk.run(&first);
    let told: Rows = sources(&desk);
    let waits: Vec<i64> = (0..cases.len())
        .map(|nth| match &told[&format!("near-{nth}")] {
            row if row["next_due"].is_null() => 0,
            row => wait(row),
        })
        .collect();
    refresh(&desk);
    let mut wrong = Vec::new();
    for (nth, ((what, _, _, expected), wait)) in cases.iter().zip(waits).enumerate() {
        let is_asked = origin.count(&format!("/near/{nth}")) > 0;
        if (wait - expected).abs() > 60
            || (wait == 0) != (*expected == 0)
            || is_asked != (*expected == 0)
        {
            wrong.push(format!(
                "{what}: {wait} s in place of {expected}, asked: {is_asked}"
            ));
        }
    }
    assert_all(&wrong);
}

/// `host_gap` × 60, doubled with each refusal in a row; one good answer ends it; an hour is the most.
#[test]
fn a_host_that_names_no_time_is_left_alone_for_longer_each_time() {
    let origin = Origin::start(|asked| match asked.number {
        3 => ok(),
        // The last: what is kept of it stays as it is.
        4.. => response(BUSY, &[("Retry-After", "600")], b""),
        _ => response(BUSY, &[], b""),
    });
    let slow = Origin::at("127.0.0.2", |_| response(BUSY, &[], b""));
    let tables = [
        source("a", &origin.url("/a"), "every = \"10ms\""),
        source("b", &origin.url("/b"), "every = \"10ms\""),
        source("c", &origin.url("/c"), "every = \"10ms\""),
        source("d", &origin.url("/d"), "every = \"10ms\""),
        source("slow", &slow.url("/"), "host_gap = \"2m\""),
        source("near", &slow.url("/near"), "host_gap = \"2m\""),
    ];
    let desk = Desk::new(&format!(
        "{}per_host = 1\n{}",
        LOCAL.replace("\"0s\"", "\"10ms\""),
        tables.concat()
    ));
    desk.run(&["refresh", "slow"]);
    let rows = sources(&desk);
    assert!((3500..=3600).contains(&wait(&rows["near"])), "{rows:?}");
    let daemon = desk.start();
    let began = Instant::now();
    while origin.asked().len() < 5 {
        assert!(
            began.elapsed() < Duration::from_secs(40),
            "{:?}",
            daemon.log()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    while refusals(&desk, "127.0.0.1") != Some(1) {
        assert!(
            began.elapsed() < Duration::from_secs(40),
            "the good answer ended the count"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(daemon);
    let asked = origin.asked();
    let gaps: Vec<u128> = asked
        .windows(2)
        .map(|two| (two[1].at - two[0].at).as_millis())
        .collect();
    assert!(
        gaps[0] >= 580 && gaps[1] >= 1180 && gaps[2] >= 2380,
        "{gaps:?}"
    );
}

/// A redirect to a host that waits is not followed there, and is no failure; a 429 at the end of one binds the host that said it.
#[test]
fn a_redirect_leads_to_no_host_that_waits() {
    let busy = Origin::at("127.0.0.2", |_| {
        response(BUSY, &[("Retry-After", "600")], b"")
    });
    let target = busy.url("/end");
    let free = Origin::start(move |asked| match asked.path.as_str() {
        "/free" => ok(),
        _ => response("302 Found", &[("Location", &target)], b""),
    });
    let tables = [
        source("free", &free.url("/free"), ""),
        source("neighbour", &busy.url("/neighbour"), ""),
        source("one", &free.url("/one"), ""),
        source("two", &free.url("/two"), "every = \"1s\""),
    ];
    let desk = Desk::new(&format!("{LOCAL}{}", tables.concat()));
    desk.run(&["refresh", "one"]);
    let first = rows(
        &desk
            .run(&["refresh", "two", "free", "neighbour", "--json"])
            .stdout,
    );
    assert_eq!(busy.paths(), ["/end"]);
    assert_eq!(first["free"]["outcome"], "fresh", "{first:?}");
    assert_eq!((free.count("/one"), free.count("/two")), (1, 1));
    refresh(&desk);
    assert_eq!(busy.paths(), ["/end"]);
    assert_eq!(free.count("/two"), 1, "it leads nowhere until then");
    let told = sources(&desk);
    assert_eq!(
        (&told["two"]["errors"], &told["neighbour"]["errors"]),
        (&0.into(), &0.into())
    );
    assert!((590..=601).contains(&wait(&told["two"])), "{told:?}");
}

/// A host that waits is told of once, not again by every source that a redirect leads there.
#[test]
fn redirects_to_a_host_that_waits_are_no_news() {
    let busy = Origin::at("127.0.0.2", |_| {
        response(BUSY, &[("Retry-After", "600")], b"")
    });
    let target = busy.url("/end");
    let free = Origin::start(move |_| response("302 Found", &[("Location", &target)], b""));
    let tables: String = ["one", "two", "three"]
        .map(|id| source(id, &free.url(&format!("/{id}")), ""))
        .concat();
    let desk = Desk::new(&format!("{LOCAL}{tables}"));
    desk.run(&["refresh", "one", "--force"]);
    let told = desk.run(&["-v", "--log-format", "json", "refresh", "two", "three"]);
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert_eq!((free.count("/two"), free.count("/three")), (1, 1));
    assert_eq!(busy.paths(), ["/end"]);
    assert!(!told.contains("in trouble"), "{told}");
}

/// When a host may be asked again, one request goes alone, and the others follow in the order in which they were due.
#[test]
fn after_a_hold_the_queue_goes_on_in_its_order() {
    let origin = Origin::start(|asked| {
        std::thread::sleep(Duration::from_millis(30));
        match asked.number {
            12 => response(BUSY, &[("Retry-After", "2")], b""),
            _ => ok(),
        }
    });
    let tables: String = (0..12)
        .map(|nth| {
            source(
                &format!("s{nth}"),
                &origin.url(&format!("/s{nth}")),
                "every = \"1s\"",
            )
        })
        .collect();
    let desk = Desk::new(&format!("{LOCAL}per_host = 1\n{tables}"));
    for nth in [7, 2, 9, 0, 11, 4, 5, 10, 1, 8, 3, 6] {
        desk.run(&["refresh", &format!("s{nth}")]);
    }
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    let due = "SELECT '/' || id FROM source_state JOIN sources USING (source) ORDER BY due_at";
    let mut due = db.prepare(due).expect("reads");
    let due: Vec<String> = due
        .query_map([], |row| row.get(0))
        .and_then(Iterator::collect)
        .expect("reads");
    std::thread::sleep(Duration::from_millis(1500));
    let daemon = desk.start();
    let began = Instant::now();
    while origin.asked().len() < 24 {
        assert!(
            began.elapsed() < Duration::from_secs(40),
            "{:?}",
            daemon.log()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(daemon);
    let asked = origin.asked();
    let refused = &asked[12].path;
    let expected: Vec<&String> = due.iter().filter(|path| *path != refused).collect();
    let went: Vec<&String> = asked[13..24].iter().map(|asked| &asked.path).collect();
    assert_eq!(went, expected);
    assert!(asked[13].at - asked[12].at >= Duration::from_secs(2));
    assert_eq!(refusals(&desk, "127.0.0.1"), None, "a good answer ends it");
}

/// The longest gap among a host's sources holds between all of them, before its own source was ever asked.
#[test]
fn the_largest_gap_of_a_host_binds_it() {
    const GAP: Duration = Duration::from_millis(400);
    let origin = Origin::start(|_| ok());
    let gap = |nth: usize| match nth {
        3 => "host_gap = \"400ms\"\nevery = \"1h\"",
        _ => "host_gap = \"0s\"\nevery = \"1h\"",
    };
    let tables = |gaps: &dyn Fn(usize) -> &'static str| -> String {
        let table = |nth: usize| {
            source(
                &format!("s{nth}"),
                &origin.url(&format!("/{nth}")),
                gaps(nth),
            )
        };
        (0..4).map(table).collect()
    };
    let desk = Desk::new(&format!("{LOCAL}{}", tables(&gap)));
    let apart = |asked: &[Asked]| {
        let gaps: Vec<Duration> = asked.windows(2).map(|two| two[1].at - two[0].at).collect();
        assert!(gaps.iter().all(|gap| *gap >= GAP / 2), "{gaps:?}");
    };
    refresh(&desk);
    apart(&origin.asked());
    // After a reload as well: before it nobody asks for a gap.
    let none = |_| "every = \"1h\"";
    desk.configure(&format!("{LOCAL}{}", tables(&none)));
    let daemon = desk.start();
    let quick = |nth: usize| match nth {
        3 => "host_gap = \"400ms\"\nevery = \"1h\"",
        _ => "host_gap = \"0s\"\nevery = \"10ms\"",
    };
    desk.configure(&format!("{LOCAL}{}", tables(&quick)));
    daemon.signal("HUP");
    daemon.until_logged(|event| event["message"] == "reloaded");
    origin.until("/0", 4);
    drop(daemon);
    let asked = origin.asked();
    apart(&asked[asked.len() - 5..]);
}

/// `tests/corpus/accidents/retry-after-date`: the date that was named, not the last whole second before it.
#[test]
fn a_retry_after_date_is_kept_to_the_second() {
    let named = Arc::new(std::sync::Mutex::new(None));
    let noted = named.clone();
    let arrivals = Arc::new(std::sync::Mutex::new(Vec::new()));
    let arrived = arrivals.clone();
    let origin = Origin::start(move |asked| {
        let now = SystemClock.now();
        arrived.lock().expect("no panic").push(now);
        if asked.number > 0 {
            return ok();
        }
        // Three whole seconds from now, rounded up.
        let at = DateTime::from_timestamp(now.timestamp() + 4, 0).expect("a moment");
        *noted.lock().expect("no panic") = Some(at);
        response(
            BUSY,
            &[("Retry-After", &httpdate::fmt_http_date(at.into()))],
            b"",
        )
    });
    let keys = "every = \"1s\"\nmin_interval = \"1s\"";
    let desk = Desk::new(&format!("{LOCAL}{}", source("a", &origin.url("/a"), keys)));
    let daemon = desk.start();
    origin.until("/a", 2);
    drop(daemon);
    let named = named.lock().expect("no panic").expect("it was asked");
    let second = arrivals.lock().expect("no panic")[1];
    assert!(second >= named, "asked at {second}, before {named}");
}
