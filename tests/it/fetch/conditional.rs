//! Conditional requests (RFC 9110 §13, RFC 9111 §4.3, RFC 3229 with the `feed` convention).
//!
//! - Every poll after one that gave a validator is conditional, in every process that follows.
//! - `ETag` and `Last-Modified` go back byte for byte; none is invented; each for itself.
//! - A 200 replaces both, one without drops them; a 304 may renew either, a bare one keeps both.
//! - A failure keeps what was known; what came with a body that was cut, undecodable or no feed is never stored.
//! - They belong to the URL that gave them: never sent to another hop, nor to the old address.
//! - `--force` asks without them. A new source at a known address gets the document whole.
//! - A 304 nobody asked for is a soft error: the entries stay.
//! - `A-IM: feed` is offered only with an `ETag`; a 226 adds and never removes, and is refused unasked or of another kind.
//! - After `kill -9` between the answer and the store there are no validators without entries.

use std::time::Duration;

use super::{LOCAL, MERGED, desk, feed_of, outcomes, refresh, source, summary, titles};
use super::{assert_all, sources};
use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Door, Origin, Reply, raw_response, response};

type Bytes = &'static [u8];
/// Status and headers of one answer; a 200 comes with a new feed.
type Given = (&'static str, &'static [(&'static str, Bytes)]);
/// `If-None-Match` and `If-Modified-Since`.
type Sent = (Option<Bytes>, Option<Bytes>);

const NOTHING: Sent = (None, None);
const BOTH: Sent = (Some(b"\"a\""), Some(b"Mon, 02 Mar 2026 10:00:00 GMT"));
const OK: &str = "200 OK";
const SAME: &str = "304 Not Modified";
const A: (&str, Bytes) = ("ETag", b"\"a\"");
const B: (&str, Bytes) = ("ETag", b"W/\"b\"");
const MARCH: (&str, Bytes) = ("Last-Modified", b"Mon, 02 Mar 2026 10:00:00 GMT");
const EARLIER: (&str, Bytes) = ("Last-Modified", b"Sun, 01 Feb 2026 10:00:00 GMT");

/// The rule, what the server gives poll by poll, and what is sent from the second poll on.
const TURNS: &[(&str, &[Given], &[Sent])] = &[
    (
        "none is invented",
        &[(OK, &[("Date", b"Mon, 02 Mar 2026 10:00:00 GMT")])],
        &[NOTHING, NOTHING],
    ),
    (
        "both go back, poll after poll",
        &[(OK, &[A, MARCH]), (SAME, &[])],
        &[BOTH, BOTH, BOTH],
    ),
    (
        "an ETag alone",
        &[(OK, &[A]), (SAME, &[])],
        &[(BOTH.0, None), (BOTH.0, None)],
    ),
    (
        "a date alone",
        &[(OK, &[MARCH]), (SAME, &[])],
        &[(None, BOTH.1), (None, BOTH.1)],
    ),
    (
        "a 200 without drops both",
        &[(OK, &[A, MARCH]), (OK, &[])],
        &[BOTH, NOTHING, NOTHING],
    ),
    (
        "a 200 with one drops the other",
        &[(OK, &[A, MARCH]), (OK, &[B])],
        &[BOTH, (Some(b"W/\"b\""), None)],
    ),
    (
        "every 200 replaces",
        &[(OK, &[A, MARCH]), (OK, &[B, EARLIER])],
        &[BOTH, (Some(B.1), Some(EARLIER.1))],
    ),
    (
        "a date may move backwards",
        &[(OK, &[MARCH]), (OK, &[EARLIER])],
        &[(None, Some(MARCH.1)), (None, Some(EARLIER.1))],
    ),
    (
        "a 304 renews the ETag",
        &[(OK, &[A, MARCH]), (SAME, &[B]), (SAME, &[])],
        &[BOTH, (Some(B.1), BOTH.1), (Some(B.1), BOTH.1)],
    ),
    (
        "a 304 renews the date",
        &[(OK, &[A, MARCH]), (SAME, &[EARLIER])],
        &[BOTH, (BOTH.0, Some(EARLIER.1))],
    ),
    (
        "a 304 may give what was not there",
        &[(OK, &[A]), (SAME, &[MARCH])],
        &[(BOTH.0, None), BOTH],
    ),
    (
        "an error keeps them",
        &[
            (OK, &[A, MARCH]),
            ("500 Internal Server Error", &[B]),
            ("404 Not Found", &[B]),
        ],
        &[BOTH, BOTH, BOTH],
    ),
    (
        "an empty one is none",
        &[(OK, &[("ETag", b""), ("Last-Modified", b"")])],
        &[NOTHING],
    ),
];

const POLLS: usize = 4;

/// Answers each path by the case it stands for; the last answer goes on.
fn by_turn(asked: &Asked) -> Vec<u8> {
    let case: usize = asked.path[1..].parse().expect("a number");
    let turns = TURNS[case].1;
    let (status, headers) = turns[asked.nth.min(turns.len() - 1)];
    let body = match status {
        OK => feed_of(&format!("{case}-{}", asked.nth)),
        _ => Vec::new(),
    };
    raw_response(status, headers, &body)
}

#[test]
fn validators_go_back_as_they_came_and_as_long_as_they_hold() {
    let origin = Origin::start(by_turn);
    let ids: Vec<String> = (0..TURNS.len()).map(|case| format!("/{case}")).collect();
    let desk = desk(&origin, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    for _ in 0..POLLS {
        refresh(&desk);
    }
    let (asked, mut wrong) = (origin.asked(), Vec::new());
    for (case, (rule, _, sent)) in TURNS.iter().enumerate() {
        let polls: Vec<&Asked> = asked
            .iter()
            .filter(|asked| asked.path == format!("/{case}"))
            .collect();
        assert_eq!(polls.len(), POLLS, "{rule}");
        let expected = std::iter::once(&NOTHING).chain(*sent);
        for (nth, (asked, expected)) in polls.iter().zip(expected).enumerate() {
            let found = (
                asked.bytes("if-none-match"),
                asked.bytes("if-modified-since"),
            );
            if found != *expected {
                wrong.push(format!(
                    "{rule}: poll {nth} sent {found:?} in place of {expected:?}"
                ));
            }
        }
    }
    assert_all(&wrong);
}

const ETAGS: &[Bytes] = &[
    b"\"strong\"",
    b"W/\"weak\"",
    b"w/\"weak in lower case\"",
    b"unquoted",
    b"\"with  two spaces\"",
    b"not closed\"",
    b"\"\"",
    b"\"a\\\"b\"",
    b"\"caf\xC3\xA9\"",
    b"\"latin \xE9\xFF\"",
    b"\"a\", \"b\"",
    b"*",
    b"W/",
    b"\"gzip\";x=1",
    b"\"tab\there\"",
    b"-1",
];
const DATES: &[Bytes] = &[
    b"Mon, 02 Mar 2026 10:00:00 GMT",
    b"Thu, 01 Jan 1970 00:00:00 GMT",
    b"Monday, 02-Mar-26 10:00:00 GMT",
    b"Mon Mar  2 10:00:00 2026",
    b"Mon, 02 Mar 2026 10:00:00 +0100",
    b"mon, 2 mar 2026 10:00:00 gmt",
    b"2026-03-02T10:00:00Z",
    b"yesterday",
    b"0",
    b"-1",
    b"Fri, 31 Feb 2026 25:61:00 GMT",
    b"lundi 2 mars, 10 h \xE0 Gen\xE8ve",
];

#[test]
fn odd_validators_go_back_byte_for_byte() {
    let origin = Origin::start(|asked| {
        let (kind, nth) = asked.path[1..].split_once('-').expect("kind and number");
        let nth: usize = nth.parse().expect("a number");
        let long = vec![b'x'; 9000];
        let header: (&str, &[u8]) = match kind {
            "e" => ("ETag", ETAGS[nth]),
            "d" => ("Last-Modified", DATES[nth]),
            _ => ("ETag", &long),
        };
        raw_response(OK, &[header], &feed_of("1"))
    });
    let paths: Vec<String> = (0..ETAGS.len())
        .map(|nth| format!("/e-{nth}"))
        .chain((0..DATES.len()).map(|nth| format!("/d-{nth}")))
        .chain(["/long-0".to_owned()])
        .collect();
    let desk = desk(
        &origin,
        &paths.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    refresh(&desk);
    refresh(&desk);
    let again: Vec<Asked> = origin
        .asked()
        .into_iter()
        .filter(|asked| asked.nth == 1)
        .collect();
    assert_eq!(again.len(), paths.len());
    let sent = |path: &str, name: &str| {
        let asked = again.iter().find(|asked| asked.path == path);
        asked.and_then(|asked| asked.bytes(name).map(<[u8]>::to_vec))
    };
    for (nth, etag) in ETAGS.iter().enumerate() {
        assert_eq!(
            sent(&format!("/e-{nth}"), "if-none-match").as_deref(),
            Some(*etag)
        );
        assert_eq!(sent(&format!("/e-{nth}"), "if-modified-since"), None);
    }
    for (nth, date) in DATES.iter().enumerate() {
        assert_eq!(
            sent(&format!("/d-{nth}"), "if-modified-since").as_deref(),
            Some(*date)
        );
        assert_eq!(sent(&format!("/d-{nth}"), "if-none-match"), None);
    }
    assert_eq!(
        sent("/long-0", "if-none-match"),
        None,
        "9,000 bytes are an attack"
    );
}

/// The same bytes with other validators: nothing new, but the validators are.
#[test]
fn known_bytes_renew_the_validators_all_the_same() {
    let origin = Origin::start(|asked| match asked.nth {
        0 => raw_response(OK, &[A], &feed_of("1")),
        1 => raw_response(OK, &[B], &feed_of("1")),
        _ => raw_response(OK, &[], &feed_of("1")),
    });
    let desk = desk(&origin, &["/a"]);
    let found: Vec<String> = (0..4).flat_map(|_| outcomes(&desk)).collect();
    assert_eq!(
        found,
        [
            "a fresh 200",
            "a not_modified 200",
            "a not_modified 200",
            "a not_modified 200"
        ]
    );
    let sent: Vec<_> = origin
        .asked()
        .iter()
        .map(|asked| asked.bytes("if-none-match").map(<[u8]>::to_vec))
        .collect();
    assert_eq!(sent, [None, Some(A.1.to_vec()), Some(B.1.to_vec()), None]);
}

/// Bodies that give no feed, each with validators that must never be seen again.
fn spoilt(path: &str) -> Reply {
    let body = feed_of("new");
    let bad: &[(&str, &[u8])] = &[
        ("ETag", b"\"bad\""),
        ("Last-Modified", b"Tue, 03 Mar 2026 10:00:00 GMT"),
    ];
    let with = |more: (&'static str, &'static [u8])| [bad, &[more]].concat();
    let whole = raw_response(OK, bad, &body);
    match path {
        "/cut" => whole[..whole.len() - 30].to_vec().into(),
        "/undecodable" => raw_response(OK, &with(("Content-Encoding", b"compress")), &body).into(),
        "/page" => raw_response(OK, bad, b"<!DOCTYPE html><html><body>Log in</body></html>").into(),
        "/empty" => raw_response(OK, bad, b"").into(),
        "/unparsable" => raw_response(OK, bad, b"<?xml version=\"1.0\"?><rss><channel><<<").into(),
        "/too-large" => raw_response(OK, bad, &vec![b' '; 200_000]).into(),
        _ => Reply::default().send(raw_response("204 No Content", bad, b"")),
    }
}

const SPOILT: [&str; 7] = [
    "/cut",
    "/undecodable",
    "/page",
    "/empty",
    "/unparsable",
    "/too-large",
    "/nothing",
];

#[test]
fn validators_are_stored_only_with_a_complete_document() {
    // The first answer is spoilt, then good, then spoilt again.
    let origin = Origin::start(|asked| match asked.nth {
        1 => Reply::from(raw_response(OK, &[A, MARCH], &feed_of(&asked.path[1..]))),
        _ => spoilt(&asked.path),
    });
    let desk = desk(&origin, &SPOILT);
    let failed = |desk: &Desk| {
        refresh(desk)
            .values()
            .filter(|row| row["outcome"] == "failed")
            .count()
    };
    assert_eq!(failed(&desk), SPOILT.len());
    assert_eq!(failed(&desk), 0);
    assert_eq!(failed(&desk), SPOILT.len());
    assert_eq!(failed(&desk), SPOILT.len());
    for asked in origin.asked() {
        let found = (
            asked.bytes("if-none-match"),
            asked.bytes("if-modified-since"),
        );
        let expected = if asked.nth < 2 { NOTHING } else { BOTH };
        assert_eq!(found, expected, "{} {}", asked.path, asked.nth);
    }
    assert_eq!(titles(&desk).len(), SPOILT.len(), "the entries stay");
}

#[test]
fn they_are_sent_to_the_address_that_gave_them_and_to_no_other() {
    let origin = Origin::start(|asked| {
        let to = |status: &'static str, to: &'static str| {
            raw_response(
                status,
                &[("Location", to.as_bytes()), ("ETag", b"\"hop\"")],
                b"",
            )
        };
        match (asked.path.as_str(), asked.nth) {
            ("/for-now", 0..2) => to("302 Found", "/first"),
            ("/for-now", _) => to("302 Found", "/second"),
            ("/moved", _) => to("301 Moved Permanently", "/target"),
            ("/target", 2) => response("404 Not Found", &[], b""),
            (path, nth) => raw_response(
                OK,
                &[("ETag", format!("\"{path}\"").as_bytes())],
                &feed_of(&format!("{path}{nth}")),
            ),
        }
    });
    let desk = desk(&origin, &["/for-now", "/moved"]);
    for _ in 0..5 {
        refresh(&desk);
    }
    let mut found: Vec<String> = origin
        .asked()
        .iter()
        .map(|asked| {
            format!(
                "{} {} {}",
                asked.path,
                asked.nth,
                asked.header("if-none-match").unwrap_or("-")
            )
        })
        .collect();
    found.sort();
    let expected = [
        "/first 0 -",
        "/first 1 \"/first\"",
        "/for-now 0 -",
        "/for-now 1 -",
        "/for-now 2 -",
        "/for-now 3 -",
        "/for-now 4 -",
        "/moved 0 -",
        "/moved 1 -",
        "/second 0 -",
        "/second 1 \"/second\"",
        "/second 2 \"/second\"",
        "/target 0 -",
        "/target 1 \"/target\"",
        "/target 2 \"/target\"",
        "/target 3 \"/target\"",
        "/target 4 \"/target\"",
    ];
    assert_eq!(found, expected);
}

#[test]
fn who_insists_or_is_new_gets_the_document_whole() {
    let origin = Origin::start(|_| raw_response(OK, &[A, MARCH], &feed_of("1")));
    let one = source("one", &origin.url("/a"), "");
    let desk = Desk::new(&format!("{LOCAL}{one}{MERGED}"));
    refresh(&desk);
    desk.run(&["refresh", "--force"]);
    let two = source("two", &origin.url("/a"), "");
    desk.configure(&format!("{LOCAL}{one}{two}{MERGED}"));
    refresh(&desk);
    refresh(&desk);
    let sent: Vec<bool> = origin
        .asked()
        .iter()
        .map(|asked| asked.header("if-none-match").is_some())
        .collect();
    assert_eq!(sent, [false, false, false, true]);
    assert_eq!(titles(&desk), ["1", "1"], "both have the entry");
}

#[test]
fn an_unasked_304_is_a_soft_error() {
    let origin = Origin::start(|asked| match asked.nth {
        0 => response(OK, &[], &feed_of("kept")),
        1 => raw_response(SAME, &[A], b""),
        _ => response(OK, &[], &feed_of("later")),
    });
    let desk = desk(&origin, &["/a"]);
    assert_eq!(outcomes(&desk), ["a fresh 200"]);
    assert_eq!(outcomes(&desk), ["a failed status 304"]);
    assert_eq!(titles(&desk), ["kept"]);
    assert_eq!(sources(&desk)["a"]["errors"], 1);
    assert_eq!(outcomes(&desk), ["a fresh 200"]);
    assert_eq!(origin.asked()[2].header("if-none-match"), None);
    assert_eq!(sources(&desk)["a"]["errors"], 0);
}

/// The rule, the first answer, the 226, its summary, and the titles then.
type Delta = (
    &'static str,
    &'static [(&'static str, Bytes)],
    &'static [(&'static str, Bytes)],
    &'static str,
    &'static [&'static str],
);

const DELTAS: &[Delta] = &[
    (
        "adds, never removes",
        &[A],
        &[("IM", b"feed"), B],
        "fresh 226",
        &["new", "old"],
    ),
    (
        "in any case, with parameters",
        &[A],
        &[("IM", b"FEED;x=1"), B],
        "fresh 226",
        &["new", "old"],
    ),
    (
        "of another kind",
        &[A],
        &[("IM", b"vcdiff"), B],
        "failed status 226",
        &["old"],
    ),
    (
        "of two kinds",
        &[A],
        &[("IM", b"feed, gzip"), B],
        "failed status 226",
        &["old"],
    ),
    (
        "that says nothing",
        &[A],
        &[B],
        "failed status 226",
        &["old"],
    ),
    (
        "unasked: no validator",
        &[],
        &[("IM", b"feed"), B],
        "failed status 226",
        &["old"],
    ),
    (
        "unasked: a date alone",
        &[MARCH],
        &[("IM", b"feed"), B],
        "failed status 226",
        &["old"],
    ),
];

#[test]
fn a_delta_is_offered_where_it_costs_nothing_and_adds_only() {
    for (rule, first, second, expected, left) in DELTAS {
        let origin = Origin::start(move |asked| match asked.nth {
            0 => raw_response(OK, first, &feed_of("old")),
            1 => raw_response("226 IM Used", second, &feed_of("new")),
            _ => response(SAME, &[], b""),
        });
        let desk = desk(&origin, &["/a"]);
        refresh(&desk);
        assert_eq!(summary(&refresh(&desk)["a"]), *expected, "{rule}");
        assert_eq!(titles(&desk), *left, "{rule}");
        refresh(&desk);
        let asked = origin.asked();
        let offered: Vec<Option<&str>> = asked.iter().map(|asked| asked.header("a-im")).collect();
        let etag = first.iter().any(|(name, _)| *name == "ETag");
        assert_eq!(
            offered,
            [None, etag.then_some("feed"), etag.then_some("feed")],
            "{rule}"
        );
        let known = if expected.starts_with("fresh") {
            Some(B.1)
        } else {
            etag.then_some(A.1)
        };
        assert_eq!(asked[2].bytes("if-none-match"), known, "{rule}");
    }
}

/// The document has been sent, the store cannot write yet, and the process dies.
#[test]
fn kill_9_between_answer_and_store_leaves_no_validators_without_entries() {
    let (arrived, locked) = (Door::default(), Door::default());
    let (seen, go) = (arrived.clone(), locked.clone());
    let origin = Origin::start(move |asked| {
        if asked.nth == 0 {
            seen.open();
            go.pass();
        }
        raw_response(OK, &[A, MARCH], &feed_of("1"))
    });
    let desk = desk(&origin, &["/a"]);
    let daemon = desk.start();
    assert!(arrived.pass());
    let other = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    other.busy_timeout(Duration::from_secs(30)).expect("set");
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("the store is ours");
    locked.open();
    // Long enough to read the answer and to stand before the store.
    std::thread::sleep(Duration::from_millis(300));
    drop(daemon);
    other.execute_batch("ROLLBACK").expect("given back");
    assert_eq!(outcomes(&desk), ["a fresh 200"]);
    assert_eq!(origin.asked()[1].header("if-none-match"), None);
    assert_eq!(titles(&desk), ["1"]);
}

/// Killed at any moment after the answer: who sends a validator has the entry that came with it.
#[test]
fn kill_9_at_any_moment_leaves_validators_and_entries_together() {
    let origin = Origin::start(|asked| {
        let given = format!("\"{}\"", asked.number);
        raw_response(
            OK,
            &[("ETag", given.as_bytes())],
            &feed_of(&asked.number.to_string()),
        )
    });
    let source = source("a", &origin.url("/a"), "every = \"20ms\"");
    let desk = Desk::new(&format!("{LOCAL}{source}{MERGED}"));
    for round in 0..10 {
        let before = origin.asked().len();
        let daemon = desk.start();
        origin.until("/a", before + 1 + round % 3);
        std::thread::sleep(Duration::from_millis(3 * round as u64));
        drop(daemon);
        let stored = titles(&desk);
        let count = origin.asked().len();
        refresh(&desk);
        let sent = origin.asked()[count]
            .header("if-none-match")
            .map(|etag| etag.trim_matches('"').to_owned());
        if let Some(sent) = sent {
            assert!(
                stored.contains(&sent),
                "round {round}: {sent} is not in {stored:?}"
            );
        }
    }
}
