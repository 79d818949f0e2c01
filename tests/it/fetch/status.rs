//! Status: what an answer means for the next request.
//!
//! - Failures back off: the own interval, doubled with each, a day at most; one success resets it. So for 4xx, 5xx, loops,
//!   timeouts, cut bodies, what is no feed, and a server that is not there.
//! - 410 stops, says so, and keeps the entries; `--force` asks all the same.
//! - 301 and 308 are remembered once the target gave a valid feed, and only the permanent prefix of a chain; 302, 303 and 307
//!   never. The old address is asked again when the new one fails.
//! - Ten hops are followed, eleven are not; a loop is seen at once. What names no single place, or no place, is not followed.
//! - `Retry-After` on a redirect is waited for, then the redirect is followed.
//! - Every source failing at the same moment is our own network: no penalty, one message; one answer from anybody, and it is not;
//!   the silence of those who were in trouble before says nothing.
//! - 204, 205 and 206 are no documents.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::Duration;

use chrono::{DateTime, Utc};
use mainstem::clock::{Clock, SystemClock};

use super::{
    LOCAL, MERGED, Rows, assert_all, desk, feed, feed_of, outcomes, refresh, source, sources,
    summary, titles,
};
use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Origin, Reply, response};

fn to(status: &str, location: &str) -> Vec<u8> {
    response(status, &[("Location", location)], b"")
}

/// An address on loopback where nobody listens, nor will: no test has a server there.
fn nobody(host: &str) -> String {
    let listener = TcpListener::bind((host, 0)).expect("a port");
    format!("http://{}/", listener.local_addr().expect("an address"))
}

/// Answers that are failures, by path, with their summary.
const FAILURES: [(&str, &str); 14] = [
    ("/400", "failed status 400"),
    ("/401", "failed status 401"),
    ("/403", "failed status 403"),
    ("/404", "failed status 404"),
    ("/429", "throttled 429"),
    ("/451", "failed status 451"),
    ("/500", "failed status 500"),
    ("/502", "failed status 502"),
    ("/503", "failed status 503"),
    ("/loop", "failed loop 302"),
    ("/silent", "failed timeout"),
    ("/cut", "failed truncated 200"),
    ("/page", "failed not_a_feed 200"),
    ("/broken", "failed parse 200"),
];

fn failing(path: &str) -> Reply {
    match path {
        "/loop" => to("302 Found", "/loop").into(),
        "/silent" => Reply::default().silence(),
        "/cut" => {
            let whole = response("200 OK", &[], &feed());
            whole[..whole.len() - 20].to_vec().into()
        }
        "/page" => response("200 OK", &[], b"<!DOCTYPE html><title>Not here</title>").into(),
        "/broken" => response(
            "200 OK",
            &[],
            b"<?xml version=\"1.0\"?><rss version=\"2.0\"><<<",
        )
        .into(),
        status => response(&format!("{} Trouble", &status[1..]), &[], b"").into(),
    }
}

/// Seconds until each source's next turn, as told a moment ago.
fn waits(rows: &Rows) -> BTreeMap<String, i64> {
    let now = SystemClock.now();
    let wait = |row: &serde_json::Value| {
        let due = row["next_due"].as_str().expect("a turn");
        (due.parse::<DateTime<Utc>>().expect("a moment") - now).num_seconds()
    };
    rows.iter()
        .map(|(id, row)| (id.clone(), wait(row)))
        .collect()
}

#[test]
fn failures_back_off_and_one_success_ends_it() {
    const FAILED: usize = 3;
    let origin = Origin::start(|asked| match asked.nth {
        FAILED | 5 => Reply::from(response("200 OK", &[], &feed_of(&asked.nth.to_string()))),
        _ => failing(&asked.path),
    });
    let mut tables = String::new();
    for (path, _) in FAILURES {
        tables.push_str(&source(
            &path[1..],
            &origin.url(path),
            "every = \"1h\"\ntimeout = \"1s\"",
        ));
    }
    let desk = Desk::new(&format!("{LOCAL}per_host = 20\n{tables}{MERGED}"));
    let mut wrong = Vec::new();
    for poll in 0..FAILED + 2 {
        let rows = refresh(&desk);
        let (waits, known) = (waits(&rows), sources(&desk));
        for (path, expected) in FAILURES {
            let id = &path[1..];
            let failures = match poll {
                FAILED => 0,
                poll if poll > FAILED => 1,
                poll => poll + 1,
            };
            let hours = [1, 1, 2, 4][failures];
            let (least, most) = (hours * 3600 - 60, hours * 3600 + 301);
            let (row, wait) = (&rows[id], waits[id]);
            let expected = if failures == 0 { "fresh 200" } else { expected };
            let because = if failures == 0 {
                "every 1h".to_owned()
            } else {
                format!("back-off after {failures} failure")
            };
            let right = summary(row) == expected
                && (least..=most).contains(&wait)
                && row["because"]
                    .as_str()
                    .unwrap_or_default()
                    .starts_with(&because)
                && known[id]["errors"] == failures;
            if !right {
                wrong.push(format!(
                    "{id}, poll {poll}: {} in {wait} s because {}, {} errors",
                    summary(row),
                    row["because"],
                    known[id]["errors"]
                ));
            }
        }
    }
    assert_all(&wrong);
}

#[test]
fn the_back_off_is_capped_and_no_source_is_given_up() {
    let origin = Origin::start(|_| response("500 Internal Server Error", &[], b""));
    let often = source("often", &origin.url("/often"), "every = \"6h\"");
    let rarely = source("rarely", &origin.url("/rarely"), "every = \"3d\"");
    let desk = Desk::new(&format!("{LOCAL}{often}{rarely}"));
    let mut known = Vec::new();
    for _ in 0..7 {
        let rows = refresh(&desk);
        known.push((
            waits(&rows)["often"] / 3600 + 1,
            waits(&rows)["rarely"] / 3600 + 1,
        ));
    }
    // Within the hour that jitter may take: 6 h, 12 h, then a day; three days are longer than a day already.
    let (often, rarely): (Vec<i64>, Vec<i64>) = known.into_iter().unzip();
    for (found, expected) in often.iter().zip([6, 12, 24, 24, 24, 24, 24]) {
        assert!((expected..=expected + 1).contains(found), "{often:?}");
    }
    assert!(
        rarely.iter().all(|hours| (72..=73).contains(hours)),
        "{rarely:?}"
    );
}

#[test]
fn gone_stops_says_so_and_keeps_the_entries() {
    let origin = Origin::start(|asked| match (asked.path.as_str(), asked.nth) {
        ("/gone", 1..=2) => response("410 Gone", &[], b""),
        (path, _) => response("200 OK", &[("ETag", "\"a\"")], &feed_of(&path[1..])),
    });
    let keys = "every = \"50ms\"";
    let tables = [
        source("gone", &origin.url("/gone"), keys),
        source("healthy", &origin.url("/healthy"), keys),
    ];
    let desk = Desk::new(&format!("{LOCAL}{}{MERGED}", tables.concat()));
    let daemon = desk.start();
    daemon.until_logged(|event| event["outcome"] == "gone");
    let event = daemon
        .log()
        .into_iter()
        .find(|event| event["outcome"] == "gone")
        .expect("just seen");
    assert_eq!(
        (&event["level"], &event["source"]),
        (&"WARN".into(), &"gone".into()),
        "{event}"
    );
    origin.until("/healthy", origin.count("/healthy") + 10);
    drop(daemon);
    assert_eq!(origin.count("/gone"), 2, "neither again by itself");
    assert_eq!(refresh(&desk)["gone"]["outcome"], serde_json::Value::Null);
    assert_eq!(origin.count("/gone"), 2, "nor because somebody asks");
    let row = &sources(&desk)["gone"];
    assert_eq!(
        (summary(row), &row["next_due"]),
        ("gone 410".to_owned(), &serde_json::Value::Null)
    );
    assert!(
        row["message"]
            .as_str()
            .is_some_and(|message| message.contains("gone for good")),
        "{row}"
    );
    assert!(
        row["because"]
            .as_str()
            .is_some_and(|because| because.contains("410")),
        "{row}"
    );
    assert_eq!(titles(&desk), ["gone", "healthy"]);
    desk.run(&["refresh", "--force", "gone"]);
    assert_eq!(origin.count("/gone"), 3, "who insists is not kept from it");
    desk.run(&["refresh", "--force", "gone"]);
    assert_eq!(
        summary(&sources(&desk)["gone"]),
        "fresh 200",
        "and it may be back"
    );
    refresh(&desk);
    assert_eq!(origin.count("/gone"), 5);
}

/// The rule, the chain (each answer leads to the next place; the last is `feed`, or a status), and what the next poll asks first.
const CHAINS: &[(&str, &[&str], &str, &str)] = &[
    ("301 is remembered", &["301"], "feed", "1"),
    ("308 is remembered", &["308"], "feed", "1"),
    ("302 never", &["302"], "feed", "0"),
    ("303 never", &["303"], "feed", "0"),
    ("307 never", &["307"], "feed", "0"),
    (
        "a whole permanent chain",
        &["301", "308", "301"],
        "feed",
        "3",
    ),
    ("only its permanent prefix", &["301", "302"], "feed", "1"),
    (
        "nothing behind a temporary one",
        &["302", "301"],
        "feed",
        "0",
    ),
    (
        "a prefix before two",
        &["308", "301", "307", "301"],
        "feed",
        "2",
    ),
    ("not to a 404", &["301"], "404", "0"),
    ("not to a 500", &["308"], "500", "0"),
    ("not to a web page", &["301"], "page", "0"),
    ("not to what cannot be read", &["301"], "broken", "0"),
    ("not to a body cut short", &["301"], "cut", "0"),
    ("not to nothing", &["301"], "204", "0"),
];

fn chained(asked: &Asked) -> Reply {
    let mut parts = asked.path[1..]
        .split('/')
        .map(|part| part.parse::<usize>().expect("a number"));
    let (case, hop) = (parts.next().expect("a case"), parts.next().expect("a hop"));
    let (_, chain, end, _) = CHAINS[case];
    match (chain.get(hop), end) {
        (Some(status), _) => to(
            &format!("{status} Over There"),
            &format!("/{case}/{}", hop + 1),
        )
        .into(),
        (None, "feed") => response("200 OK", &[], &feed()).into(),
        (None, end) => failing(&format!("/{end}")),
    }
}

#[test]
fn only_the_permanent_prefix_of_a_chain_is_remembered_and_only_for_a_feed() {
    let origin = Origin::start(chained);
    let tables: String = (0..CHAINS.len())
        .map(|case| source(&format!("c{case}"), &origin.url(&format!("/{case}/0")), ""))
        .collect();
    let desk = Desk::new(&format!("{LOCAL}{tables}"));
    let rows = refresh(&desk);
    let before = origin.asked().len();
    refresh(&desk);
    let again = origin.paths()[before..].to_vec();
    let mut wrong = Vec::new();
    for (case, (rule, _, end, next)) in CHAINS.iter().enumerate() {
        let prefix = format!("/{case}/");
        let first = again
            .iter()
            .find(|path| path.starts_with(&prefix))
            .expect("asked again");
        let row = &rows[&format!("c{case}")];
        let expected = match (*end, *next) {
            ("feed", "0") => "fresh",
            ("feed", _) => "moved",
            _ => "failed",
        };
        let told = row["message"]
            .as_str()
            .unwrap_or_default()
            .contains(&format!("/{case}/{next}"));
        if first != &format!("{prefix}{next}")
            || row["outcome"] != expected
            || (expected == "moved" && !told)
        {
            wrong.push(format!(
                "{rule}: {} and then {first}: {}",
                summary(row),
                row["message"]
            ));
        }
    }
    assert_all(&wrong);
}

#[test]
fn a_new_address_that_fails_is_forgotten_and_the_old_one_asked() {
    let fails = [
        "/404", "/500", "/410", "/cut", "/page", "/broken", "/silent", "/loop",
    ];
    let origin = Origin::start(|asked| match asked.path.strip_prefix("/new") {
        None => Reply::from(to("301 Moved Permanently", &format!("/new{}", asked.path))),
        Some(path) if asked.nth == 1 => failing(path),
        Some(path) => response("200 OK", &[], &feed_of(&format!("{path}{}", asked.nth))).into(),
    });
    let tables: String = fails
        .iter()
        .map(|path| source(&path[1..], &origin.url(path), "timeout = \"1s\""))
        .collect();
    let desk = Desk::new(&format!("{LOCAL}{tables}"));
    let told: Vec<Rows> = (0..4).map(|_| refresh(&desk)).collect();
    for path in fails {
        let (id, new) = (&path[1..], format!("/new{path}"));
        let outcomes: Vec<&str> = told
            .iter()
            .map(|rows| rows[id]["outcome"].as_str().expect("asked"))
            .collect();
        assert_eq!(outcomes, ["moved", "failed", "moved", "fresh"], "{path}");
        let looped = usize::from(path == "/loop");
        let asked: Vec<String> = origin
            .paths()
            .into_iter()
            .filter(|one| *one == path || *one == new || *one == "/loop")
            .collect();
        assert!(asked.len() >= 6 + looped, "{path}: {asked:?}");
        assert_eq!(
            origin.count(path),
            2 + looped,
            "{path}: the configured one, at first and after the failure"
        );
    }
}

#[test]
fn ten_hops_are_followed_and_eleven_are_not() {
    let origin = Origin::start(|asked| {
        let mut parts = asked.path[1..].split('/');
        let (kind, hop): (&str, u32) = (
            parts.next().expect("a kind"),
            parts.next().map_or(0, |hop| hop.parse().expect("a number")),
        );
        match (kind, hop) {
            ("ten", 10) | ("eleven", 11) => response("200 OK", &[], &feed()),
            ("itself", _) => to("301 Moved Permanently", "/itself"),
            ("fragment", _) => to("302 Found", &format!("#{hop}")),
            ("circle", 2) => to("302 Found", "/circle"),
            (kind, hop) => to("302 Found", &format!("/{kind}/{}", hop + 1)),
        }
    });
    let desk = desk(
        &origin,
        &["/circle", "/eleven", "/fragment", "/itself", "/ten"],
    );
    let expected = [
        "circle failed loop 302",
        "eleven failed loop 302",
        "fragment failed loop 302",
        "itself failed loop 301",
        "ten fresh 200",
    ];
    assert_eq!(outcomes(&desk), expected);
    let count = |kind: &str| {
        origin
            .paths()
            .iter()
            .filter(|path| path.starts_with(kind))
            .count()
    };
    assert_eq!(
        [
            count("/ten"),
            count("/itself"),
            count("/fragment"),
            count("/circle")
        ],
        [11, 1, 1, 3]
    );
    assert!(count("/eleven") <= 11, "the eleventh is not followed");
}

/// Answers of the 300s that lead nowhere.
const NOWHERE: [(&str, &str, &str); 13] = [
    ("300", "300 Multiple Choices", "/feed"),
    ("304", "304 Not Modified", "/feed"),
    ("305", "305 Use Proxy", "/feed"),
    ("306", "306 Switch Proxy", "/feed"),
    ("399", "399 Whatever", "/feed"),
    ("data", "302 Found", "data:text/xml,<rss/>"),
    ("empty", "302 Found", ""),
    ("file", "301 Moved Permanently", "file:///etc/passwd"),
    ("ftp", "302 Found", "ftp://127.0.0.1/feed"),
    ("gopher", "307 Temporary Redirect", "gopher://127.0.0.1/"),
    ("javascript", "302 Found", "javascript:alert(1)"),
    ("no-address", "302 Found", "http://"),
    ("no-port", "302 Found", "http://127.0.0.1:99999/"),
];

#[test]
fn what_names_no_place_is_not_followed() {
    let origin = Origin::start(|asked| {
        let case = NOWHERE.iter().find(|case| case.0 == &asked.path[1..]);
        case.map_or_else(
            || response("302 Found", &[], b""),
            |case| to(case.1, case.2),
        )
    });
    let paths: Vec<String> = NOWHERE
        .iter()
        .map(|case| format!("/{}", case.0))
        .chain(["/nothing".to_owned()])
        .collect();
    let desk = desk(
        &origin,
        &paths.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let rows = refresh(&desk);
    let mut wrong = Vec::new();
    for (id, row) in &rows {
        let expected: &[&str] = match id.as_str() {
            "304" => &["status"],
            // An empty reference is the address itself.
            "empty" => &["loop", "redirect"],
            _ => &["redirect"],
        };
        if row["outcome"] != "failed"
            || !expected.contains(&row["class"].as_str().unwrap_or_default())
        {
            wrong.push(format!("{id}: {}", summary(row)));
        }
    }
    assert_all(&wrong);
    assert_eq!(origin.count("/feed"), 0);
}

#[test]
fn locations_are_references() {
    let origin = Origin::start(|asked| match asked.path.as_str() {
        "/a/relative" => to("302 Found", "feed-1"),
        "/a/absolute-path" => to("302 Found", "/a/feed-2#part"),
        "/a/up" => to("302 Found", "../a/./feed-3?x=1"),
        "/a/network" => to(
            "302 Found",
            &format!("//{}/a/feed-4", asked.header("host").expect("a host")),
        ),
        "/a/utf-8" => to("302 Found", "/a/caf\u{e9}"),
        _ => response("200 OK", &[], &feed()),
    });
    let ids = ["relative", "absolute-path", "up", "network", "utf-8"];
    let tables: String = ids
        .iter()
        .map(|id| source(id, &origin.url(&format!("/a/{id}")), ""))
        .collect();
    let desk = Desk::new(&format!("{LOCAL}{tables}"));
    assert!(refresh(&desk).values().all(|row| row["outcome"] == "fresh"));
    for path in [
        "/a/feed-1",
        "/a/feed-2",
        "/a/feed-3?x=1",
        "/a/feed-4",
        "/a/caf%C3%A9",
    ] {
        assert_eq!(origin.count(path), 1, "{path} of {:?}", origin.paths());
    }
}

#[test]
fn a_redirect_that_asks_to_wait_is_followed_afterwards() {
    let origin = Origin::start(|asked| match asked.path.as_str() {
        "/a" => response(
            "302 Found",
            &[("Location", "/feed"), ("Retry-After", "1")],
            b"",
        ),
        _ => response("200 OK", &[], &feed()),
    });
    let desk = desk(&origin, &["/a"]);
    assert_eq!(outcomes(&desk), ["a throttled 302"]);
    std::thread::sleep(Duration::from_millis(1200));
    assert_eq!(outcomes(&desk), ["a fresh 200"]);
    assert_eq!(origin.paths(), ["/a", "/a", "/feed"]);
}

#[test]
fn what_holds_no_document_is_no_answer() {
    let origin = Origin::start(|asked| match &asked.path[1..] {
        "206" => response(
            "206 Partial Content",
            &[("Content-Range", "bytes 0-9/100")],
            &feed(),
        ),
        status => response(&format!("{status} Odd"), &[], b""),
    });
    let desk = desk(
        &origin,
        &["/201", "/204", "/205", "/206", "/299", "/418", "/599"],
    );
    for row in refresh(&desk).values() {
        assert_eq!(
            (&row["outcome"], &row["class"]),
            (&"failed".into(), &"status".into()),
            "{row}"
        );
    }
}

/// Log lines of one pass that speak of our own network.
fn network_said(desk: &Desk) -> Vec<String> {
    let ended = desk.run(&["--log-format", "json", "refresh"]);
    let log = String::from_utf8_lossy(&ended.stderr).into_owned();
    log.lines()
        .filter(|line| line.contains("our own network"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_source_failing_at_once_is_our_own_network() {
    let hosts = ["127.0.9.2", "127.0.9.3", "127.0.9.4", "127.0.9.5"];
    let origin = Origin::at("127.0.0.6", |_| response("404 Not Found", &[], b""));
    let well =
        Origin::start(|asked| response("200 OK", &[("ETag", "\"a\"")], &feed_of(&asked.path[1..])));
    let up: String = (0..12)
        .map(|nth| source(&format!("s{nth}"), &well.url(&format!("/{nth}")), ""))
        .collect();
    let down: String = (0..12)
        .map(|nth| source(&format!("s{nth}"), &nobody(hosts[nth % 4]), ""))
        .collect();
    let desk = Desk::new(&format!("{LOCAL}{up}{MERGED}"));
    assert!(network_said(&desk).is_empty());
    desk.configure(&format!("{LOCAL}{down}{MERGED}"));
    for _ in 0..2 {
        let said = network_said(&desk);
        assert_eq!(said.len(), 1, "one message for all: {said:#?}");
        assert!(said[0].contains("ERROR"), "{said:?}");
    }
    for (id, row) in sources(&desk) {
        assert_eq!(
            (&row["errors"], &row["outcome"]),
            (&0.into(), &"failed".into()),
            "{id}: {row}"
        );
        assert!(
            row["because"]
                .as_str()
                .is_some_and(|because| because.contains("our own network")),
            "{id}: {row}"
        );
    }
    assert_eq!(titles(&desk).len(), 12, "the entries stay");
    // One that answers, be it an error, shows that the network carries.
    desk.configure(&format!(
        "{LOCAL}{down}{}{MERGED}",
        source("other", &origin.url("/"), "")
    ));
    assert!(network_said(&desk).is_empty());
    assert!(sources(&desk).values().all(|row| row["errors"] == 1));
    // Those who were in trouble before say nothing of the network, however many they are.
    desk.configure(&format!("{LOCAL}{down}{MERGED}"));
    assert!(network_said(&desk).is_empty());
    assert!(sources(&desk).values().all(|row| row["errors"] == 2));
}
