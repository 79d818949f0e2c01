//! Pace: the next request is no earlier than the longest of what we, the server and the feed wish.
//!
//! - `max-age` minus `Age` on 200, 304 and 429; `Expires`; `Retry-After` as seconds and as date on 429, 503 and 3xx.
//! - RSS `ttl`, `skipHours`, `skipDays`, `sy:updatePeriod` and `sy:updateFrequency`.
//! - They bind where `every` is shorter; where it is longer, `every` binds; jitter only lengthens.
//! - Absurd values are clamped: freshness, `ttl` and `sy:` to a day, `Retry-After` to seven; twenty digits do not overflow.
//! - A feed that skips every hour, or every day, is still asked.
//! - The plan survives restarts and `kill -9`; `sources` says what decided.
//! - A wish binds its own URL, not its host; but for a 429 (`hosts.rs`).
//! - One request per URL and poll, however often it is configured.
//! - At most `per_host` in flight at one host, `host_gap` between two requests, hops of redirects included.
//! - A slow host holds up nobody else. After a 429 its host is asked one at a time until an answer is good.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use mainstem::clock::{Clock, SystemClock};
use serde_json::Value;

use super::assert_all;
use super::{LOCAL, MERGED, TEXT, feed, refresh, source, sources, titles};
use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Door, Origin, PATIENCE, response, rss_with};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const TWENTY: &str = "99999999999999999999";

fn now() -> DateTime<Utc> {
    SystemClock.now()
}

/// A date of HTTP so many seconds from now.
fn http_date(seconds: i64) -> String {
    httpdate::fmt_http_date((now() + TimeDelta::seconds(seconds)).into())
}

/// A feed with this in its channel.
fn asking(channel: &str) -> Vec<u8> {
    rss_with(channel, &[("1", "1", TEXT)])
}

fn sy(inner: &str) -> Vec<u8> {
    String::from_utf8(asking(inner))
        .expect("UTF-8")
        .replace(
            "<rss ",
            "<rss xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\" ",
        )
        .into_bytes()
}

fn ok(headers: &[(&str, &str)]) -> Vec<u8> {
    response("200 OK", headers, &feed())
}

fn busy(headers: &[(&str, &str)]) -> Vec<u8> {
    response("429 Too Many Requests", headers, b"")
}

fn later(headers: &[(&str, &str)]) -> Vec<u8> {
    response("503 Service Unavailable", headers, b"")
}

fn ttl(minutes: &str) -> Vec<u8> {
    response("200 OK", &[], &asking(&format!("<ttl>{minutes}</ttl>")))
}

fn period(period: &str, frequency: &str) -> Vec<u8> {
    let asks = format!(
        "<sy:updatePeriod>{period}</sy:updatePeriod><sy:updateFrequency>{frequency}</sy:updateFrequency>"
    );
    response("200 OK", &[], &sy(&asks))
}

type Answer = Box<dyn Fn() -> Vec<u8> + Send + Sync>;

fn answer(give: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Answer {
    Box::new(give)
}

/// The rule, the answer, its own `every`, seconds until the next turn (at least, and about), and why then.
type Wish = (&'static str, Answer, &'static str, i64, i64, &'static str);

#[expect(clippy::too_many_lines, reason = "the cases are a table")]
fn wishes() -> Vec<Wish> {
    vec![
        (
            "max-age",
            answer(|| ok(&[("Cache-Control", "public, max-age=600")])),
            "1s",
            600,
            600,
            "max-age",
        ),
        (
            "max-age minus Age",
            answer(|| ok(&[("Cache-Control", "max-age=600"), ("Age", "100")])),
            "1s",
            500,
            500,
            "max-age",
        ),
        (
            "in any case and quoted",
            answer(|| ok(&[("Cache-Control", "Max-Age=\"600\"")])),
            "1s",
            600,
            600,
            "max-age",
        ),
        (
            "max-age before Expires",
            answer(|| {
                ok(&[
                    ("Cache-Control", "max-age=600"),
                    ("Expires", &http_date(60)),
                ])
            }),
            "1s",
            600,
            600,
            "max-age",
        ),
        (
            "max-age of twenty digits",
            answer(|| ok(&[("Cache-Control", &format!("max-age={TWENTY}"))])),
            "1s",
            DAY,
            DAY,
            "max-age",
        ),
        (
            "max-age of a year",
            answer(|| ok(&[("Cache-Control", "max-age=31536000")])),
            "1s",
            DAY,
            DAY,
            "max-age",
        ),
        (
            "Age of twenty digits",
            answer(|| ok(&[("Cache-Control", "max-age=600"), ("Age", TWENTY)])),
            "1s",
            1,
            1,
            "every 1s",
        ),
        (
            "max-age that is no number",
            answer(|| ok(&[("Cache-Control", "max-age=soon")])),
            "1s",
            1,
            1,
            "every 1s",
        ),
        (
            "Expires",
            answer(|| ok(&[("Date", &http_date(0)), ("Expires", &http_date(900))])),
            "1s",
            899,
            901,
            "Expires",
        ),
        (
            "Expires by the server's clock",
            answer(|| ok(&[("Date", &http_date(5000)), ("Expires", &http_date(5900))])),
            "1s",
            899,
            901,
            "Expires",
        ),
        (
            "Expires in the past",
            answer(|| ok(&[("Expires", &http_date(-900))])),
            "1s",
            1,
            1,
            "every 1s",
        ),
        (
            "Expires: 0",
            answer(|| ok(&[("Expires", "0")])),
            "1s",
            1,
            1,
            "every 1s",
        ),
        (
            "Expires in a hundred years",
            answer(|| ok(&[("Expires", &http_date(100 * 365 * DAY))])),
            "1s",
            DAY,
            DAY,
            "Expires",
        ),
        (
            "429, seconds",
            answer(|| busy(&[("Retry-After", "700")])),
            "1s",
            700,
            700,
            "Retry-After",
        ),
        (
            "429, date",
            answer(|| busy(&[("Retry-After", &http_date(700))])),
            "1s",
            699,
            701,
            "Retry-After",
        ),
        (
            "429, max-age minus Age",
            answer(|| busy(&[("Cache-Control", "max-age=600"), ("Age", "100")])),
            "1s",
            500,
            500,
            "",
        ),
        (
            "429, the longer of both",
            answer(|| busy(&[("Retry-After", "100"), ("Cache-Control", "max-age=600")])),
            "1s",
            600,
            600,
            "",
        ),
        (
            "503, seconds",
            answer(|| later(&[("Retry-After", "700")])),
            "1s",
            700,
            700,
            "Retry-After",
        ),
        (
            "503, date",
            answer(|| later(&[("Retry-After", &http_date(700))])),
            "1s",
            699,
            701,
            "Retry-After",
        ),
        (
            "301, seconds",
            answer(|| {
                response(
                    "301 Moved Permanently",
                    &[("Location", "/no"), ("Retry-After", "700")],
                    b"",
                )
            }),
            "1s",
            700,
            700,
            "Retry-After",
        ),
        (
            "302, seconds",
            answer(|| {
                response(
                    "302 Found",
                    &[("Location", "/no"), ("Retry-After", "700")],
                    b"",
                )
            }),
            "1s",
            700,
            700,
            "Retry-After",
        ),
        (
            "307, date",
            answer(|| {
                response(
                    "307 Temporary Redirect",
                    &[("Location", "/no"), ("Retry-After", &http_date(700))],
                    b"",
                )
            }),
            "1s",
            699,
            701,
            "Retry-After",
        ),
        (
            "Retry-After of twenty digits",
            answer(|| busy(&[("Retry-After", TWENTY)])),
            "1s",
            7 * DAY,
            7 * DAY,
            "Retry-After",
        ),
        (
            "Retry-After of a year",
            answer(|| later(&[("Retry-After", &http_date(365 * DAY))])),
            "1s",
            7 * DAY,
            7 * DAY,
            "Retry-After",
        ),
        (
            "Retry-After: 0",
            answer(|| busy(&[("Retry-After", "0")])),
            "1h",
            HOUR,
            HOUR,
            "back-off",
        ),
        (
            "Retry-After in the past",
            answer(|| later(&[("Retry-After", &http_date(-700))])),
            "1h",
            HOUR,
            HOUR,
            "back-off",
        ),
        (
            "Retry-After in words",
            answer(|| later(&[("Retry-After", "next Tuesday")])),
            "1h",
            HOUR,
            HOUR,
            "back-off",
        ),
        (
            "a negative Retry-After",
            answer(|| busy(&[("Retry-After", "-700")])),
            "1h",
            HOUR,
            HOUR,
            "back-off",
        ),
        (
            "429 alone",
            answer(|| busy(&[])),
            "1h",
            HOUR,
            HOUR,
            "back-off",
        ),
        (
            "500 with Retry-After",
            answer(|| response("500 Internal Server Error", &[("Retry-After", "700")], b"")),
            "1s",
            700,
            700,
            "Retry-After",
        ),
        ("ttl", answer(|| ttl("10")), "1s", 600, 600, "ttl"),
        (
            "ttl with blanks",
            answer(|| ttl(" 10 ")),
            "1s",
            600,
            600,
            "ttl",
        ),
        (
            "ttl of a year",
            answer(|| ttl("525600")),
            "1s",
            DAY,
            DAY,
            "ttl",
        ),
        (
            "ttl of twenty digits",
            answer(|| ttl(TWENTY)),
            "1s",
            DAY,
            DAY,
            "ttl",
        ),
        ("ttl: 0", answer(|| ttl("0")), "1s", 1, 1, "every 1s"),
        (
            "a negative ttl",
            answer(|| ttl("-10")),
            "1s",
            1,
            1,
            "every 1s",
        ),
        (
            "ttl in words",
            answer(|| ttl("often")),
            "1s",
            1,
            1,
            "every 1s",
        ),
        (
            "hourly",
            answer(|| {
                response(
                    "200 OK",
                    &[],
                    &sy("<sy:updatePeriod>hourly</sy:updatePeriod>"),
                )
            }),
            "1s",
            HOUR,
            HOUR,
            "sy:updatePeriod",
        ),
        (
            "hourly, twice",
            answer(|| period(" Hourly\n", " 2 ")),
            "1s",
            HOUR / 2,
            HOUR / 2,
            "sy:updatePeriod",
        ),
        (
            "daily, four times",
            answer(|| period("daily", "4")),
            "1s",
            6 * HOUR,
            6 * HOUR,
            "sy:updatePeriod",
        ),
        (
            "weekly",
            answer(|| period("weekly", "1")),
            "1s",
            DAY,
            DAY,
            "sy:updatePeriod",
        ),
        (
            "a frequency of nought",
            answer(|| period("hourly", "0")),
            "1s",
            HOUR,
            HOUR,
            "sy:updatePeriod",
        ),
        (
            "a frequency of twenty digits",
            answer(|| period("hourly", TWENTY)),
            "1s",
            1,
            HOUR,
            "",
        ),
        (
            "a period nobody knows",
            answer(|| period("fortnightly", "1")),
            "1s",
            1,
            1,
            "every 1s",
        ),
        (
            "the longest of all",
            answer(|| {
                response(
                    "200 OK",
                    &[("Cache-Control", "max-age=300")],
                    &sy("<ttl>10</ttl><sy:updatePeriod>hourly</sy:updatePeriod>"),
                )
            }),
            "1s",
            HOUR,
            HOUR,
            "sy:updatePeriod",
        ),
        (
            "the longest of all",
            answer(|| {
                response(
                    "200 OK",
                    &[("Cache-Control", "max-age=7200")],
                    &sy("<ttl>10</ttl><sy:updatePeriod>hourly</sy:updatePeriod>"),
                )
            }),
            "1s",
            2 * HOUR,
            2 * HOUR,
            "max-age",
        ),
        (
            "our own interval, where it is longer",
            answer(|| {
                response(
                    "200 OK",
                    &[("Cache-Control", "max-age=300")],
                    &asking("<ttl>10</ttl>"),
                )
            }),
            "2h",
            2 * HOUR,
            2 * HOUR,
            "every 2h",
        ),
    ]
}

/// Seconds from `from` to a row's next turn.
fn wait(row: &Value, from: DateTime<Utc>) -> i64 {
    let due = row["next_due"]
        .as_str()
        .unwrap_or_else(|| panic!("no turn: {row}"));
    let due: DateTime<Utc> = due.parse().expect("a moment");
    // Milliseconds are cut where moments are kept.
    (due - from + TimeDelta::milliseconds(1)).num_seconds()
}

/// What is wrong with the next turn of a row: too early, or later than jitter makes it. Both moments enclose the request.
fn misplaced(
    row: &Value,
    [before, after]: [DateTime<Utc>; 2],
    [least, about]: [i64; 2],
    because: &str,
) -> Option<String> {
    let (early, late) = (wait(row, before), wait(row, after));
    let wrong = early < least
        || late > about + about / 10 + 1
        || !row["because"]
            .as_str()
            .unwrap_or_default()
            .contains(because);
    wrong.then(|| format!("{early} to {late} s in place of {least} to {about}, because {} in place of {because:?}", row["because"]))
}

#[test]
fn the_longest_wish_decides_when_a_source_is_asked_next() {
    let wishes = Arc::new(wishes());
    let script = wishes.clone();
    let origin = Origin::at("0.0.0.0", move |asked| {
        let nth: usize = asked.path[1..].parse().expect("a number");
        script[nth].1()
    });
    // Each at a host of its own: a 429 binds the host.
    let url = |nth: usize| origin.url_at(&format!("127.0.2.{}", nth + 1), &format!("/{nth}"));
    let tables: String = wishes
        .iter()
        .enumerate()
        .map(|(nth, wish)| {
            source(
                &nth.to_string(),
                &url(nth),
                &format!("every = \"{}\"", wish.2),
            )
        })
        .collect();
    let desk = Desk::new(&format!("{LOCAL}per_host = 8\n{tables}"));
    let before = now();
    let said = refresh(&desk);
    let around = [before, now()];
    let kept = sources(&desk);
    let mut wrong = Vec::new();
    for (nth, (rule, _, _, least, about, because)) in wishes.iter().enumerate() {
        let row = &said[&nth.to_string()];
        if let Some(what) = misplaced(row, around, [*least, *about], because) {
            wrong.push(format!("{rule}: {what}"));
        }
        // The same is told by a process that comes later.
        let told = &kept[&nth.to_string()];
        assert_eq!(told["because"], row["because"], "{rule}");
        assert_eq!(
            told["next_due"].as_str().map(|at| &at[..19]),
            row["next_due"].as_str().map(|at| &at[..19]),
            "{rule}"
        );
    }
    assert_eq!(origin.count("/no"), 0);
    assert_all(&wrong);
}

type Headers = &'static [(&'static str, &'static str)];

/// What a 304 says of freshness, after a 200 that said 100 seconds.
#[test]
fn a_304_says_how_long_too() {
    type Case = (&'static str, Headers, i64, &'static str);
    let cases: [Case; 5] = [
        (
            "max-age",
            &[("Cache-Control", "max-age=600")],
            600,
            "max-age",
        ),
        (
            "less Age",
            &[("Cache-Control", "max-age=600"), ("Age", "100")],
            500,
            "max-age",
        ),
        ("as it stood", &[], 100, "max-age"),
        (
            "stale already",
            &[("Cache-Control", "max-age=0")],
            1,
            "every 1s",
        ),
        (
            "twenty digits",
            &[("Cache-Control", "max-age=99999999999999999999")],
            DAY,
            "max-age",
        ),
    ];
    let origin = Origin::start(move |asked| {
        let nth: usize = asked.path[1..].parse().expect("a number");
        match asked.nth {
            0 => ok(&[("ETag", "\"a\""), ("Cache-Control", "max-age=100")]),
            _ => response("304 Not Modified", cases[nth].1, b""),
        }
    });
    let tables: String = (0..cases.len())
        .map(|nth| {
            source(
                &nth.to_string(),
                &origin.url(&format!("/{nth}")),
                "every = \"1s\"",
            )
        })
        .collect();
    let desk = Desk::new(&format!("{LOCAL}{tables}"));
    refresh(&desk);
    let before = now();
    let rows = refresh(&desk);
    let around = [before, now()];
    let wrong: Vec<String> = cases
        .iter()
        .enumerate()
        .filter_map(|(nth, (rule, _, about, because))| {
            let row = &rows[&nth.to_string()];
            assert_eq!(row["outcome"], "not_modified", "{rule}");
            misplaced(row, around, [*about, *about], because).map(|what| format!("{rule}: {what}"))
        })
        .collect();
    assert_all(&wrong);
}

/// Hours and days that a feed skips, as it writes them.
fn skips(element: &str, inner: &str, values: impl Iterator<Item = String>) -> Vec<u8> {
    let values: String = values
        .map(|value| format!("<{inner}>{value}</{inner}>"))
        .collect();
    asking(&format!("<{element}>{values}</{element}>"))
}

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const SKIPPING: [&str; 6] = [
    "one-hour",
    "no-hour",
    "no-hour-24",
    "one-day",
    "no-day",
    "nonsense",
];

/// Feeds that skip all but one hour or day, all of them, or none that exists; in the order of `SKIPPING`.
fn skipping(hour: u32, day: &str) -> [Vec<u8>; 6] {
    let hours = |hours: &mut dyn Iterator<Item = u32>| {
        skips("skipHours", "hour", hours.map(|hour| hour.to_string()))
    };
    let days =
        |days: &mut dyn Iterator<Item = &str>| skips("skipDays", "day", days.map(str::to_owned));
    let nonsense = ["25", "-1", "noon", TWENTY].into_iter().map(str::to_owned);
    [
        hours(&mut (0..24).filter(|one| *one != hour)),
        hours(&mut (0..24)),
        hours(&mut (1..=24)),
        days(&mut DAYS.into_iter().filter(|one| *one != day)),
        days(&mut DAYS.into_iter()),
        skips("skipHours", "hour", nonsense),
    ]
}

#[test]
fn skipped_hours_and_days_are_kept_and_never_silence_a_source() {
    let open = |hours: i64| now() + TimeDelta::hours(hours);
    let (hour, day) = (open(5).hour(), open(48).format("%A").to_string());
    let bodies = skipping(hour, &day);
    let origin = Origin::start(move |asked| {
        let nth = SKIPPING.iter().position(|id| *id == &asked.path[1..]);
        response("200 OK", &[], &bodies[nth.expect("one of them")])
    });
    let table = |id: &&str| source(id, &origin.url(&format!("/{id}")), "every = \"1s\"");
    let desk = Desk::new(&format!(
        "{LOCAL}{}",
        SKIPPING.iter().map(table).collect::<String>()
    ));
    let rows = refresh(&desk);
    let after = now();
    let due = |id: &str| {
        let due = rows[id]["next_due"].as_str().expect("a turn");
        due.parse::<DateTime<Utc>>().expect("a moment")
    };
    let because = |id: &str| rows[id]["because"].as_str().expect("a reason").to_owned();
    assert_eq!(due("one-hour").hour(), hour, "{}", because("one-hour"));
    assert_eq!(
        due("one-day").format("%A").to_string(),
        day,
        "{}",
        because("one-day")
    );
    assert!(because("one-hour").contains("skipHours") && because("one-day").contains("skipDays"));
    for id in ["no-hour", "no-hour-24", "no-day"] {
        let wait = due(id) - after;
        assert!(
            wait > TimeDelta::hours(1) && wait < TimeDelta::hours(25),
            "{id}: {wait}"
        );
        assert!(because(id).contains("skip"), "{}", because(id));
    }
    assert!(
        because("nonsense").contains("every 1s"),
        "{}",
        because("nonsense")
    );
}

/// Answers with which a source that is due every 50 ms must not be asked again.
fn binding(path: &str) -> Option<Vec<u8>> {
    let hour = |away: i64| (now() + TimeDelta::hours(away)).hour();
    Some(match path {
        "/max-age" => ok(&[("Cache-Control", "max-age=600")]),
        "/expires" => ok(&[("Expires", &http_date(600))]),
        "/busy" => busy(&[("Retry-After", "600")]),
        "/busy-date" => busy(&[("Retry-After", &http_date(600))]),
        "/later" => later(&[("Retry-After", "600")]),
        "/moving" => response(
            "302 Found",
            &[("Location", "/healthy"), ("Retry-After", "600")],
            b"",
        ),
        "/twenty" => busy(&[("Retry-After", TWENTY)]),
        "/ttl" => ttl("10"),
        "/sy" => period("hourly", "1"),
        "/skip" => response(
            "200 OK",
            &[],
            &skips(
                "skipHours",
                "hour",
                (0..24)
                    .filter(|one| *one != hour(12))
                    .map(|one| one.to_string()),
            ),
        ),
        "/gone" => response("410 Gone", &[], b""),
        _ => return None,
    })
}

const BINDING: [&str; 11] = [
    "/max-age",
    "/expires",
    "/busy",
    "/busy-date",
    "/later",
    "/moving",
    "/twenty",
    "/ttl",
    "/sy",
    "/skip",
    "/gone",
];

/// Waits until the store knows of every source.
fn until_stored(desk: &Desk) {
    let began = Instant::now();
    while sources(desk).values().any(|row| row["outcome"].is_null()) {
        assert!(began.elapsed() < PATIENCE, "not all are stored");
    }
}

/// A wish binds below `every`, its own URL alone, and in whatever process comes next.
#[test]
fn wishes_bind_the_daemon_across_restarts_and_kill_9() {
    let origin = Origin::at("0.0.0.0", |asked| {
        binding(&asked.path).unwrap_or_else(|| ok(&[("ETag", "\"a\"")]))
    });
    let mut tables = source(
        "healthy",
        &origin.url_at("127.0.0.1", "/healthy"),
        "every = \"50ms\"",
    );
    for (nth, path) in BINDING.iter().enumerate() {
        let url = match binding(path) {
            // A 429 binds its host, which is therefore its own.
            Some(answer) if answer.starts_with(b"HTTP/1.1 429") => {
                origin.url_at(&format!("127.0.2.{}", nth + 1), path)
            }
            _ => origin.url_at("127.0.0.1", path),
        };
        tables.push_str(&source(&path[1..], &url, "every = \"50ms\""));
    }
    let desk = Desk::new(&format!("{LOCAL}per_host = 4\n{tables}"));
    for (round, kill) in [true, false, true].into_iter().enumerate() {
        let daemon = desk.start();
        for path in BINDING {
            origin.until(path, 1);
        }
        origin.until("/healthy", 15 * (round + 1));
        until_stored(&desk);
        if kill {
            drop(daemon);
        } else {
            assert_eq!(daemon.stop(), Some(0));
        }
    }
    for path in BINDING {
        assert_eq!(origin.count(path), 1, "{path}");
    }
}

/// A turn that has not come is not asked for after a restart: the plan follows from the last request.
#[test]
fn the_plan_survives_a_restart_where_nobody_wishes_anything() {
    let origin = Origin::start(|_| ok(&[]));
    let keys = |every: &str| format!("every = \"{every}\"");
    let tables = [
        source("often", &origin.url("/often"), &keys("50ms")),
        source("rarely", &origin.url("/rarely"), &keys("1h")),
    ];
    let desk = Desk::new(&format!("{LOCAL}{}", tables.concat()));
    let due = |desk: &Desk| sources(desk)["rarely"]["next_due"].clone();
    let mut known = None;
    for round in 1..=3 {
        let daemon = desk.start();
        origin.until("/rarely", 1);
        origin.until("/often", 10 * round);
        until_stored(&desk);
        drop(daemon);
        let due = due(&desk);
        assert_eq!(known.get_or_insert(due.clone()), &due);
    }
    assert_eq!(origin.count("/rarely"), 1);
}

#[test]
fn a_url_configured_twice_is_asked_once() {
    let origin = Origin::start(|asked| ok(&[("ETag", &format!("\"{}\"", asked.nth))]));
    let (plain, fragment) = (origin.url("/a"), origin.url("/a#b"));
    let tables = [
        source("one", &plain, "every = \"1h\""),
        source("two", &plain, "every = \"2h\""),
        source("three", &fragment, "every = \"3h\""),
        source("other-key", &plain, "headers = { X-Key = \"k\" }"),
    ];
    let desk = Desk::new(&format!("{LOCAL}{}{MERGED}", tables.concat()));
    let rows = refresh(&desk);
    assert!(
        rows.values().all(|row| row["outcome"] == "fresh"),
        "{rows:?}"
    );
    assert_eq!(origin.count("/a"), 2, "one for all, one with a key");
    refresh(&desk);
    assert_eq!(origin.count("/a"), 4);
    assert_eq!(titles(&desk), ["1", "1", "1", "1"]);
}

/// The same in the daemon, where each has its own rhythm.
#[test]
fn a_url_configured_twice_is_polled_once() {
    let origin = Origin::start(|_| ok(&[]));
    let mut tables = source("often", &origin.url("/often"), "every = \"50ms\"");
    for id in ["one", "two", "three"] {
        tables.push_str(&source(id, &origin.url("/a"), "every = \"1h\""));
    }
    let desk = Desk::new(&format!("{LOCAL}{tables}{MERGED}"));
    let daemon = desk.start();
    origin.until("/a", 1);
    origin.until("/often", 10);
    until_stored(&desk);
    drop(daemon);
    assert_eq!(origin.count("/a"), 1);
    let rows = sources(&desk);
    assert!(
        ["one", "two", "three"]
            .iter()
            .all(|id| rows[*id]["entries"] == 1),
        "{rows:?}"
    );
}

/// Three may be in flight: the server answers nobody until three are, so a fourth would be seen.
#[test]
fn at_most_per_host_requests_are_in_flight_at_one_host() {
    let busiest = Arc::new(AtomicUsize::new(0));
    let (count, three) = (busiest.clone(), Door::default());
    let origin = Origin::start(move |asked| {
        count.fetch_max(asked.in_flight, Ordering::SeqCst);
        if asked.in_flight == 3 {
            three.open();
        }
        assert!(three.pass(), "three were never in flight");
        std::thread::sleep(Duration::from_millis(30));
        ok(&[])
    });
    let tables: String = (0..12)
        .map(|nth| source(&format!("s{nth}"), &origin.url(&format!("/{nth}")), ""))
        .collect();
    let desk = Desk::new(&format!("{LOCAL}per_host = 3\n{tables}"));
    assert!(refresh(&desk).values().all(|row| row["outcome"] == "fresh"));
    assert_eq!(busiest.load(Ordering::SeqCst), 3);
}

/// A source's own limit binds its whole host, and hosts are told apart.
#[test]
fn the_smallest_limit_of_a_host_binds_it() {
    let script = |asked: &Asked| {
        std::thread::sleep(Duration::from_millis(20));
        assert!(asked.in_flight <= 4);
        ok(&[])
    };
    let (strict, free) = (
        Origin::at("127.0.0.2", script),
        Origin::at("127.0.0.3", script),
    );
    let mut tables = source("strict", &strict.url("/strict"), "per_host = 1");
    for nth in 0..5 {
        tables.push_str(&source(
            &format!("t{nth}"),
            &strict.url(&format!("/{nth}")),
            "per_host = 1",
        ));
        tables.push_str(&source(
            &format!("f{nth}"),
            &free.url(&format!("/{nth}")),
            "",
        ));
    }
    let desk = Desk::new(&format!("{LOCAL}per_host = 4\n{tables}"));
    assert!(refresh(&desk).values().all(|row| row["outcome"] == "fresh"));
    assert!(strict.asked().iter().all(|asked| asked.in_flight == 1));
}

/// The gap lies between the starts of requests, hops included; measured at the server, where a thread may be late.
#[test]
fn requests_at_one_host_keep_their_gap() {
    const GAP: Duration = Duration::from_millis(200);
    let origin = Origin::start(|asked| match asked.path.as_str() {
        "/0" => response("302 Found", &[("Location", "/hop")], b""),
        _ => ok(&[]),
    });
    let tables: String = (0..4)
        .map(|nth| source(&format!("s{nth}"), &origin.url(&format!("/{nth}")), ""))
        .collect();
    let desk = Desk::new(&format!("{}{tables}", LOCAL.replace("\"0s\"", "\"200ms\"")));
    assert!(refresh(&desk).values().all(|row| row["outcome"] == "fresh"));
    let asked = origin.asked();
    assert_eq!(asked.len(), 5);
    let whole = asked[4].at - asked[0].at;
    assert!(whole >= GAP * 4 - GAP / 2, "five requests within {whole:?}");
    assert!(
        asked.iter().all(|asked| asked.in_flight == 1),
        "the answer is there long before the next request"
    );
}

/// The slow host answers only after everybody else has been asked and answered.
#[test]
fn a_slow_host_holds_up_nobody() {
    let (done, count) = (Door::default(), AtomicUsize::new(0));
    let wait = done.clone();
    let slow = Origin::at("127.0.0.2", move |_| {
        assert!(wait.pass(), "the others waited");
        ok(&[])
    });
    let healthy = Origin::at("127.0.0.3", move |_| {
        if count.fetch_add(1, Ordering::SeqCst) == 9 {
            done.open();
        }
        ok(&[])
    });
    let mut tables = String::new();
    for nth in 0..10 {
        tables.push_str(&source(
            &format!("a-slow-{nth}"),
            &slow.url(&format!("/{nth}")),
            "",
        ));
        tables.push_str(&source(
            &format!("b-healthy-{nth}"),
            &healthy.url(&format!("/{nth}")),
            "",
        ));
    }
    let desk = Desk::new(&format!(
        "{LOCAL}per_host = 2\nconcurrency = 4\ntimeout = \"50s\"\n{tables}"
    ));
    assert!(refresh(&desk).values().all(|row| row["outcome"] == "fresh"));
}

/// Four at once, all told 429; then one at a time through three errors, until one is good; then at least two at once.
#[test]
fn after_a_429_a_host_is_asked_one_at_a_time_until_an_answer_is_good() {
    let (four, again) = (Door::default(), Door::default());
    let origin = Origin::start(move |asked| match asked.number {
        0..4 => {
            if asked.number == 3 {
                four.open();
            }
            assert!(four.pass(), "four were never in flight");
            busy(&[])
        }
        4..7 => {
            std::thread::sleep(Duration::from_millis(50));
            response("404 Not Found", &[], b"")
        }
        7 => {
            std::thread::sleep(Duration::from_millis(50));
            ok(&[])
        }
        _ => {
            if asked.in_flight >= 2 {
                again.open();
            }
            assert!(again.pass(), "still one at a time");
            ok(&[])
        }
    });
    let tables: String = (0..14)
        .map(|nth| source(&format!("s{nth}"), &origin.url(&format!("/{nth}")), ""))
        .collect();
    let desk = Desk::new(&format!(
        "{LOCAL}per_host = 4\ntimeout = \"{}s\"\n{tables}",
        PATIENCE.as_secs() * 2
    ));
    let rows = refresh(&desk);
    assert_eq!(
        rows.values()
            .filter(|row| row["outcome"] == "fresh")
            .count(),
        7
    );
    let in_flight: Vec<usize> = origin.asked()[4..8]
        .iter()
        .map(|asked| asked.in_flight)
        .collect();
    assert_eq!(in_flight, [1, 1, 1, 1]);
}
