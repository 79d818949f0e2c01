//! Validators that would freeze a feed, and `validators = false`.
//!
//! - `validators = false` sends none, and unchanged bytes are nothing new.
//! - A `Last-Modified` later than its answer's `Date` or arrival is not sent back, from a store of the version before neither; an
//!   `ETag` beside it is.
//! - A source that says 304 against its own rhythm is asked once without validators, and then not for a week; after an upgrade the
//!   time begins with the first answer.

use rusqlite::Connection;

use super::{LOCAL, assert_all, desk, feed, feed_of, refresh, source, summary, titles};
use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Origin, raw_response, response, rss};

/// Both validators with each answer, and 304 to either.
fn conditional(asked: &Asked) -> Vec<u8> {
    let given = [
        ("ETag", b"\"a\"".as_slice()),
        ("Last-Modified", b"Mon, 02 Mar 2026 10:00:00 GMT"),
    ];
    let is_asked = ["if-none-match", "if-modified-since", "a-im"];
    match is_asked.iter().any(|name| asked.header(name).is_some()) {
        true => raw_response("304 Not Modified", &given, b""),
        false => raw_response("200 OK", &given, &feed()),
    }
}

#[test]
fn validators_may_be_switched_off() {
    let origin = Origin::start(conditional);
    let sources = source("off", &origin.url("/off"), "validators = false")
        + &source("on", &origin.url("/on"), "validators = true");
    let desk = Desk::new(&format!("{LOCAL}{sources}"));
    let found: Vec<String> = (0..3)
        .map(|_| {
            let rows = refresh(&desk);
            format!("{}, {}", summary(&rows["off"]), summary(&rows["on"]))
        })
        .collect();
    let again = "not_modified 200, not_modified 304";
    assert_eq!(found, ["fresh 200, fresh 200", again, again]);
}

/// `Date` and `Last-Modified` of an answer, and whether the latter is sent back.
type Dated = (&'static str, Option<&'static str>, &'static str, bool);

const LATER: &str = "Sat, 16 Nov 2041 19:11:00 GMT";
const DATED: &[Dated] = &[
    ("no-date", None, LATER, false),
    ("date", Some("Mon, 02 Mar 2026 10:00:00 GMT"), LATER, false),
    ("both-ahead", Some(LATER), LATER, false),
    (
        "after-date",
        Some("Mon, 02 Mar 2026 10:00:00 GMT"),
        "Tue, 03 Mar 2026 10:00:00 GMT",
        false,
    ),
    (
        "by-a-moment",
        Some("Mon, 02 Mar 2026 10:00:00 GMT"),
        "Mon, 02 Mar 2026 10:00:03 GMT",
        true,
    ),
    (
        "same",
        Some("Mon, 02 Mar 2026 10:00:00 GMT"),
        "Mon, 02 Mar 2026 10:00:00 GMT",
        true,
    ),
    (
        "before",
        Some("Mon, 02 Mar 2026 10:00:00 GMT"),
        "Sun, 01 Feb 2026 10:00:00 GMT",
        true,
    ),
    ("no-date-past", None, "Sun, 01 Feb 2026 10:00:00 GMT", true),
    (
        "two-digits",
        None,
        "Saturday, 16-Nov-41 19:11:00 GMT",
        false,
    ),
    ("asctime", None, "Sat Nov 16 19:11:00 2041", false),
    ("with-zone", None, "Sat, 16 Nov 2041 19:11:00 +0000", false),
    ("iso", None, "2041-11-16T19:11:00Z", false),
    ("unreadable", None, "soon", true),
    ("bad-date", Some("today"), LATER, false),
];

#[test]
fn a_date_of_the_future_is_no_validator() {
    // Such a server says 304 to whatever date it is asked with, and has something new for everybody else.
    let origin = Origin::start(|asked| {
        let case = DATED.iter().find(|case| asked.path[1..] == *case.0);
        let (_, date, changed, _) = case.expect("a case");
        let mut given = vec![("Last-Modified", *changed)];
        given.extend(date.map(|date| ("Date", date)));
        match asked.header("if-modified-since") {
            Some(_) => response("304 Not Modified", &given[1..], b""),
            None => {
                let guids: Vec<String> = (0..=asked.nth).map(|nth| nth.to_string()).collect();
                let entries: Vec<_> = guids
                    .iter()
                    .map(|guid| (&**guid, &**guid, "Text"))
                    .collect();
                response("200 OK", &given, &rss(&entries))
            }
        }
    });
    let paths: Vec<String> = DATED.iter().map(|case| format!("/{}", case.0)).collect();
    let desk = desk(
        &origin,
        &paths.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    for _ in 0..3 {
        refresh(&desk);
    }
    let stored = super::sources(&desk);
    let mut wrong = Vec::new();
    for (id, _, _, is_sent) in DATED {
        let expected = if *is_sent { 1 } else { 3 };
        let found = &stored[*id]["entries"];
        if *found != expected {
            wrong.push(format!("{id}: {found} entries, must be {expected}"));
        }
    }
    assert_all(&wrong);
}

/// An `ETag` beside it is one all the same; and what a version before has stored is not sent.
#[test]
fn a_stored_date_of_the_future_is_not_sent() {
    let origin = Origin::start(|asked| {
        let etag: &[(&str, &str)] = match asked.path.as_str() {
            "/both" => &[("ETag", "\"a\""), ("Last-Modified", LATER)],
            _ => &[],
        };
        match asked.header("if-none-match") {
            Some(_) => response("304 Not Modified", etag, b""),
            None => response("200 OK", etag, &feed_of("1")),
        }
    });
    let desk = desk(&origin, &["/both", "/date"]);
    refresh(&desk);
    {
        let db = Connection::open(desk.path("mainstem.db")).expect("opens");
        let written = db.execute(
            "UPDATE source_state SET last_modified = CAST(?1 AS BLOB), validator_url = ?2 || \
             (SELECT '/' || id FROM sources WHERE sources.source = source_state.source)",
            [LATER, &origin.url("")],
        );
        assert_eq!(written.expect("written"), 2);
    }
    for _ in 0..2 {
        let rows = refresh(&desk);
        assert_eq!(summary(&rows["both"]), "not_modified 304");
        assert_eq!(summary(&rows["date"]), "not_modified 200");
    }
    for asked in origin.asked() {
        assert_eq!(asked.header("if-modified-since"), None, "{}", asked.path);
    }
}

const DAY_MS: i64 = 24 * 3600 * 1000;

/// A server that answers 304 whatever is published, unless it is asked without validators.
fn stuck(asked: &Asked) -> Vec<u8> {
    let given = [("ETag", "\"a\"")];
    match asked.header("if-none-match") {
        Some(_) => response("304 Not Modified", &given, b""),
        None if asked.path == "/same" => response("200 OK", &given, &feed_of("same")),
        None => response("200 OK", &given, &feed_of(&asked.nth.to_string())),
    }
}

#[test]
fn a_304_against_the_sources_rhythm_is_doubted_once() {
    let origin = Origin::start(stuck);
    let desk = desk(&origin, &["/news", "/same"]);
    refresh(&desk);
    // Some days without a whole document, as the store has them.
    let wait = |days: i64| {
        let db = Connection::open(desk.path("mainstem.db")).expect("opens");
        let changed = db.execute(
            "UPDATE source_state SET whole_at = whole_at - ?1, last_new_at = last_new_at - ?1",
            [days * DAY_MS],
        );
        assert_eq!(changed.expect("written"), 2);
    };
    let poll = || {
        let rows = refresh(&desk);
        format!("{}, {}", summary(&rows["news"]), summary(&rows["same"]))
    };
    let trusted = "not_modified 304, not_modified 304";
    assert_eq!(poll(), trusted);
    wait(5);
    assert_eq!(poll(), trusted, "less than a week, and no rhythm is known");
    wait(5);
    assert_eq!(
        poll(),
        "fresh 200, not_modified 200",
        "asked without validators"
    );
    assert_eq!(poll(), trusted, "once");
    wait(6);
    let rows = refresh(&desk);
    let same = summary(&rows["same"]);
    assert_eq!(same, "not_modified 304", "not again before a week");
    // What is new to the rhythm: it published every hour until three days ago.
    {
        let db = Connection::open(desk.path("mainstem.db")).expect("opens");
        let now = "unixepoch() * 1000";
        let sql = format!(
            "UPDATE source_state SET mean_gap = 3600, last_new_at = {now} - {}, whole_at = {now} - {}",
            3 * DAY_MS,
            3 * DAY_MS - 3_600_000
        );
        assert_eq!(db.execute(&sql, []).expect("written"), 2);
    }
    assert_eq!(
        poll(),
        "fresh 200, not_modified 200",
        "silent against its rhythm"
    );
    wait(4);
    let rows = refresh(&desk);
    let same = summary(&rows["same"]);
    assert_eq!(
        same, "not_modified 304",
        "it was right: believed for a week"
    );
    assert!(titles(&desk).len() >= 3);
}

/// After an upgrade nobody is doubted at once.
#[test]
fn the_time_begins_with_the_first_answer() {
    let origin = Origin::start(stuck);
    let desk = desk(&origin, &["/a"]);
    refresh(&desk);
    let state = |sql: &str| -> Option<i64> {
        let db = Connection::open(desk.path("mainstem.db")).expect("opens");
        if !sql.is_empty() {
            db.execute(sql, []).expect("written");
        }
        db.query_row("SELECT whole_at FROM source_state", [], |row| row.get(0))
            .expect("a row")
    };
    let old = "UPDATE source_state SET whole_at = NULL, last_new_at = last_new_at - 8640000000, attempt_at = attempt_at - 8640000000";
    assert_eq!(state(old), None);
    assert_eq!(summary(&refresh(&desk)["a"]), "not_modified 304");
    assert!(state("").is_some());
    assert_eq!(summary(&refresh(&desk)["a"]), "not_modified 304");
}
