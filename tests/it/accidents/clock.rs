//! A clock that was wrong: nobody is asked early, nobody is left alone, and what it has touched is set right.

use std::time::Duration;

use super::room::{Room, shim};
use crate::support::daemon::{Daemon, Desk};
use crate::support::origin::{Origin, response, rss};
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use mainstem::clock::{Clock, SystemClock};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// Sources that are asked every hour.
const SLOW: usize = 5;
/// How long polling is watched after a jump.
const WATCHED: Duration = Duration::from_secs(10);
/// Requests to a source that is asked every two seconds, in that time: one that waits for none is asked four or five times.
const LEAST: usize = 3;
const MOST: usize = 7;

/// What the daemon said of the clock.
fn warnings(daemon: &Daemon) -> Vec<String> {
    let said = |event: &serde_json::Value| {
        let message = event["message"].as_str()?;
        let is_warning = event["level"] == "WARN" && message.contains("clock");
        is_warning.then(|| message.to_owned())
    };
    daemon.log().iter().filter_map(said).collect()
}

/// One of the slow ones is asked at another host, which throttles.
fn sources(origin: &Origin, throttling: &Origin) -> String {
    let slow: String = (0..SLOW)
        .map(|nth| {
            let host = if nth == 0 { throttling } else { origin };
            let url = host.url(&format!("/slow{nth}"));
            format!("[[source]]\nid = \"slow{nth}\"\nurl = \"{url}\"\nevery = \"1h\"\n")
        })
        .collect();
    let quick = origin.url("/quick");
    format!(
        "[fetch]\nallow_addresses = [\"127.0.0.0/8\"]\nhost_gap = \"1ms\"\n\
         [[source]]\nid = \"quick\"\nurl = \"{quick}\"\nevery = \"2s\"\n{slow}\
         [[output]]\nid = \"all\"\ntitle = \"All\"\n"
    )
}

/// What happens between the two clocks.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Meanwhile {
    /// The daemon runs on.
    Nothing,
    /// It is told to reload after the jump.
    Reload,
    /// It is stopped before the jump and started after it.
    Restart,
    /// So is the machine.
    Reboot,
}

#[test]
fn a_jump_neither_hurries_nor_delays_anybody() {
    use Meanwhile::{Nothing, Reboot, Reload, Restart};
    // Seconds that the clock is off by at the first poll, and from then on.
    let cases = [
        (0, 90, Nothing),
        (0, HOUR, Nothing),
        (0, 30 * DAY, Nothing),
        (0, 30 * DAY, Reload),
        (0, 10 * YEAR, Restart),
        (0, -2 * HOUR, Nothing),
        (0, -2 * HOUR, Reload),
        (90, 0, Restart),
        (HOUR, 0, Nothing),
        (HOUR, 0, Reboot),
        (DAY, 0, Restart),
        (DAY, 0, Reboot),
        (10 * YEAR, 0, Reload),
        (10 * YEAR, 0, Reboot),
    ];
    let tried = cases.map(|case| std::thread::spawn(move || jump(case)));
    let failed: Vec<String> = tried
        .into_iter()
        .filter_map(|tried| {
            let ended = tried.join();
            ended
                .unwrap_or_else(|_| Err("a case panicked, see above".to_owned()))
                .err()
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn jump(case: (i64, i64, Meanwhile)) -> Result<(), String> {
    let (first, later, meanwhile) = case;
    let feed = rss(&[("a", "A", "Words")]);
    let origin = Origin::start(move |_| response("200 OK", &[], &feed));
    // Relative to the request: no clock has a say in it.
    let throttling = Origin::at("127.0.0.2", |_| {
        response("429 Too Many Requests", &[("Retry-After", "3600")], b"")
    });
    let room = Room::new(&sources(&origin, &throttling), first);
    let mut daemon = room.start();
    origin.until("/quick", 1);
    let slow = |nth: usize| {
        (
            if nth == 0 { &throttling } else { &origin },
            format!("/slow{nth}"),
        )
    };
    for nth in 0..SLOW {
        let (host, path) = slow(nth);
        host.until(&path, 1);
    }
    // What was answered last is stored by now.
    std::thread::sleep(Duration::from_millis(500));
    match meanwhile {
        Meanwhile::Nothing | Meanwhile::Reload => room.step_to(later),
        Meanwhile::Restart | Meanwhile::Reboot => {
            assert_eq!(daemon.stop(), Some(0));
            if meanwhile == Meanwhile::Reboot {
                room.forget_boot();
            }
            room.step_to(later);
            daemon = room.start();
        }
    }
    let before = origin.count("/quick");
    if meanwhile == Meanwhile::Reload {
        std::thread::sleep(WATCHED / 10);
        daemon.signal("HUP");
    }
    std::thread::sleep(WATCHED);
    let quick = origin.count("/quick") - before;
    let early = (0..SLOW)
        .map(slow)
        .map(|(host, path)| host.count(&path) - 1);
    let early: usize = early.sum();
    let said = warnings(&daemon);
    if !(LEAST..=MOST).contains(&quick) || early > 0 || said.len() != 1 {
        return Err(format!(
            "{case:?}: {quick} polls of what is due every 2 s, {early} of what is not due, said: {said:?}"
        ));
    }
    let wrong = wrong_times(&room, SystemClock.now() + TimeDelta::seconds(later));
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(format!("{case:?}: {}", wrong.join("; "))),
    }
}

#[test]
fn a_jump_moves_what_waits_to_be_stored() {
    let tried =
        [2 * HOUR, -2 * HOUR].map(|step| std::thread::spawn(move || jump_beside_a_lock(step)));
    for tried in tried {
        let ended = tried.join().expect("it ends");
        assert_eq!(ended, Ok(()));
    }
}

/// The clock is stepped while another process holds the lock of the store, and answers wait in memory.
fn jump_beside_a_lock(step: i64) -> Result<(), String> {
    // Under way while the lock is taken.
    let first_is_late = |nth: usize| {
        if nth == 0 {
            std::thread::sleep(Duration::from_secs(1));
        }
    };
    let feed = rss(&[("a", "A", "Words")]);
    let origin = Origin::start(move |asked| {
        first_is_late(asked.nth);
        response("200 OK", &[], &feed)
    });
    let throttling = Origin::at("127.0.0.2", move |asked| {
        first_is_late(asked.nth);
        response("429 Too Many Requests", &[("Retry-After", "3600")], b"")
    });
    let all_at_once = "host_gap = \"1ms\"\nper_host = 8";
    let configuration = sources(&origin, &throttling).replace("host_gap = \"1ms\"", all_at_once);
    let room = Room::new(&configuration, 0);
    let daemon = room.start();
    throttling.until("/slow0", 1);
    for path in ["/quick", "/slow1", "/slow2", "/slow3", "/slow4"] {
        origin.until(path, 1);
    }
    let other = rusqlite::Connection::open(room.desk.path("mainstem.db")).expect("opens");
    other.busy_timeout(Duration::from_secs(60)).expect("set");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    daemon.until("/readyz", |answer| answer.text().contains("held its lock"));
    room.step_to(step);
    other.execute_batch("COMMIT").expect("unlocked");
    let before = origin.count("/quick");
    std::thread::sleep(WATCHED);
    let quick = origin.count("/quick") - before;
    let slow = (1..SLOW).map(|nth| origin.count(&format!("/slow{nth}")));
    let early = slow.sum::<usize>() + throttling.count("/slow0") - SLOW;
    if !(LEAST..=MOST).contains(&quick) || early > 0 {
        return Err(format!(
            "{step}: {quick} polls of what is due every 2 s, {early} of what is not due, said: {:?}",
            warnings(&daemon)
        ));
    }
    let wrong = wrong_times(&room, SystemClock.now() + TimeDelta::seconds(step));
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(format!("{step}: {}", wrong.join("; "))),
    }
}

/// Stored times of the future, and sources that are due earlier or later than their interval says.
fn wrong_times(room: &Room, now: DateTime<Utc>) -> Vec<String> {
    let future = room.future(now).into_iter();
    let mut wrong: Vec<String> = future
        .map(|column| format!("{column} lies in the future"))
        .collect();
    let reports = room.run(&["sources", "--json"]);
    let reports: Vec<serde_json::Value> = serde_json::from_str(&reports).expect("an array");
    for source in &reports {
        let due = source["next_due"].as_str().expect("a due time");
        let wait = due.parse::<DateTime<Utc>>().expect("RFC 3339") - now;
        let expected = match source["id"].as_str() {
            // That it had nothing new is stored within half a minute.
            Some("quick") => TimeDelta::seconds(-35)..TimeDelta::seconds(5),
            // An hour, jitter, less what has passed.
            _ => TimeDelta::minutes(50)..TimeDelta::minutes(70),
        };
        if !expected.contains(&wait) {
            wrong.push(format!("{source} is due in {wait}"));
        }
    }
    wrong
}

#[test]
fn the_wild_case_is_polled_within_its_interval() {
    let origin = Origin::start(|asked| {
        // Neither dates nor the order of the document say which is newer: only when they were first seen.
        let old = ("old", "Read under the wrong clock", "Words of the old one");
        let new = (
            "new",
            "Read under the right clock",
            "Other text than before",
        );
        let feed = match asked.nth {
            0 => rss(&[old]),
            _ => rss(&[old, new]),
        };
        response("200 OK", &[], &feed)
    });
    let desk = Desk::new(&format!(
        "[fetch]\nallow_addresses = [\"127.0.0.1/32\"]\nhost_gap = \"1ms\"\n[[source]]\nid = \"s\"\nurl = \"{}\"\nevery = \"2s\"\n\
         [[output]]\nid = \"all\"\ntitle = \"All\"\n",
        origin.url("/s")
    ));
    let shim = shim("shift_clock").display().to_string();
    let ahead = [("LD_PRELOAD", shim.as_str()), ("SHIFT_S", "3600")];
    assert!(desk.run_in(&ahead, &["refresh"]).status.success());
    let daemon = desk.start();
    std::thread::sleep(WATCHED);
    let asked = origin.count("/s") - 1;
    assert!(asked >= LEAST, "asked {asked} times in {WATCHED:?}");

    // The entry without a date stands below what came later, and nothing is dated in the future.
    let served = daemon.until("/all.json", |answer| {
        answer.text().contains("the right clock")
    });
    let document: serde_json::Value = serde_json::from_slice(&served.body).expect("JSON");
    let titles = document["items"].as_array().expect("items").iter();
    let titles: Vec<_> = titles.filter_map(|item| item["title"].as_str()).collect();
    assert_eq!(
        titles,
        ["Read under the right clock", "Read under the wrong clock"]
    );
    let now = SystemClock.now() + TimeDelta::seconds(1);
    let modified = served.header("last-modified").expect("Last-Modified");
    let modified = DateTime::parse_from_rfc2822(modified).expect("a date");
    assert!(modified <= now, "Last-Modified: {modified}");
    let atom = daemon.ask("GET", "/all.atom", &[]).text();
    for updated in atom.split("<updated>").skip(1) {
        let (updated, _) = updated.split_once('<').expect("an end");
        let updated: DateTime<Utc> = updated.parse().expect("RFC 3339");
        assert!(updated <= now, "{updated} in {atom}");
    }
}

#[test]
fn a_source_is_not_due_in_2_s_for_ever() {
    let origin = Origin::start(|_| response("200 OK", &[], &rss(&[("a", "A", "Words")])));
    let room = Room::new(&sources(&origin, &origin), HOUR);
    room.run(&["refresh"]);
    room.step_to(0);
    let said = room.run(&["sources"]);
    assert!(said.contains("the clock was ahead"), "{said}");
}

#[test]
fn a_clock_that_is_behind_changes_no_place() {
    let origin = Origin::start(|_| {
        let minute = SystemClock.now() - TimeDelta::minutes(10);
        let date = minute.with_second(0).expect("a second").to_rfc2822();
        let feed = rss(&[("a", "A", "Words"), ("b", "B", "Others")]);
        let feed = String::from_utf8(feed).expect("UTF-8");
        let feed = feed.replace("</item>", &format!("<pubDate>{date}</pubDate></item>"));
        response("200 OK", &[], feed.as_bytes())
    });
    let room = Room::new(&sources(&origin, &origin), 0);
    room.run(&["refresh"]);
    let places = || {
        let db = rusqlite::Connection::open(room.desk.path("mainstem.db")).expect("opens");
        let mut read = db
            .prepare("SELECT ordered_at FROM entries ORDER BY entry")
            .expect("a statement");
        let rows = read
            .query_map([], |row| row.get::<_, i64>(0))
            .expect("rows");
        rows.collect::<Result<Vec<_>, _>>().expect("numbers")
    };
    let before = places();
    room.step_to(-30 * DAY);
    let daemon = room.start();
    origin.until("/quick", 3);
    assert_eq!(places(), before);
    let said = warnings(&daemon);
    assert!(
        matches!(said.as_slice(), [said] if said.contains("behind")),
        "{said:?}"
    );
}

/// A date is a moment of the wall clock: one that was ahead when it was named takes nothing from it.
#[test]
fn a_date_that_a_host_names_stays_when_the_clock_is_put_right() {
    let date = (SystemClock.now() + TimeDelta::hours(2))
        .with_nanosecond(0)
        .expect("a second");
    let written = date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let origin = Origin::start(move |_| {
        response("429 Too Many Requests", &[("Retry-After", &written)], b"")
    });
    let (one, two) = (origin.url("/one"), origin.url("/two"));
    let desk = Desk::new(&format!(
        "[fetch]\nallow_addresses = [\"127.0.0.1/32\"]\n[[source]]\nid = \"one\"\nurl = \"{one}\"\n[[source]]\nid = \"two\"\nurl = \"{two}\"\n"
    ));
    let shim = shim("shift_clock").display().to_string();
    let ahead = [("LD_PRELOAD", shim.as_str()), ("SHIFT_S", "3600")];
    desk.run_in(&ahead, &["refresh", "one"]);
    assert_eq!(origin.count("/one"), 1);
    let due = || {
        let told = desk.run(&["sources", "--json"]);
        let rows: Vec<serde_json::Value> = serde_json::from_slice(&told.stdout).expect("an array");
        let two = rows.into_iter().find(|row| row["id"] == "two");
        let due = two.expect("a source")["next_due"].clone();
        due.as_str().expect("a time").parse::<DateTime<Utc>>()
    };
    assert_eq!(due(), Ok(date), "before anything was corrected");
    desk.run(&["refresh", "two"]);
    assert_eq!(origin.count("/two"), 0);
    assert_eq!(due(), Ok(date), "and after it");
}

#[test]
fn cron_follows_the_wall_clock() {
    // To three seconds before an hour that is ahead, or has passed.
    let tried = [1, 0].map(|hours| std::thread::spawn(move || cron(hours)));
    for tried in tried {
        tried.join().expect("the hour was kept");
    }
}

fn cron(hours: i64) {
    let into_hour = || i64::from(SystemClock.now().num_seconds_from_midnight()) % HOUR;
    let origin = Origin::start(|_| response("200 OK", &[], &rss(&[("a", "A", "Words")])));
    let configuration = format!(
        "[fetch]\nallow_addresses = [\"127.0.0.1/32\"]\n[[source]]\nid = \"s\"\nurl = \"{}\"\ncron = \"0 * * * *\"\n",
        origin.url("/s")
    );
    // It begins at half past an hour.
    let room = Room::new(&configuration, 30 * MINUTE - into_hour());
    let _daemon = room.start();
    origin.until("/s", 1);
    std::thread::sleep(Duration::from_millis(500));
    room.step_to(hours * HOUR - into_hour() - 3);
    std::thread::sleep(WATCHED);
    assert_eq!(origin.count("/s"), 2, "{hours}");
}
