//! What retention lets go, and when.
//!
//! - It runs in `refresh` and at the start of `run` when it is due, not only after an hour of uptime.
//! - An entry ages by the time in which its source was read: neither a clock that jumps nor a silence ages anything by it.
//! - What goes stays known: a source that brings it again brings nothing new.
//! - `max_size` lets the oldest go first, nothing that an output shows, and says so where that is not enough.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;

use crate::support::daemon::Desk;
use crate::support::origin::rss;

/// No output shows anything of it.
const UNSHOWN: &str = "[[output]]\nid = \"none\"\ninclude = [\"nobody writes this\"]\n";
const SOURCE: &str = "[[source]]\nid = \"a\"\npath = \"a.xml\"\n";
const DAY_SECONDS: i64 = 24 * 3600;

fn desk(store: &str, output: &str) -> Desk {
    Desk::new(&format!("[store]\n{store}\n{SOURCE}{output}"))
}

fn refresh(desk: &Desk) {
    refresh_at(desk, &[]);
}

fn refresh_at(desk: &Desk, environment: &[(&str, &str)]) {
    let ended = desk.run_in(environment, &["refresh"]);
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
}

fn database(desk: &Desk) -> Connection {
    Connection::open(desk.path("mainstem.db")).expect("opens")
}

/// The GUIDs of the entries of which only the identity is left.
fn stripped(desk: &Desk) -> Vec<String> {
    let db = database(desk);
    let mut rows = db
        .prepare("SELECT guid FROM entries WHERE expired_at IS NOT NULL ORDER BY entry")
        .expect("reads");
    let guids = rows.query_map([], |row| row.get(0)).expect("reads");
    guids.collect::<Result<_, _>>().expect("reads")
}

/// Entry 1 has left its source and was last seen there so long ago.
fn one_that_left(desk: &Desk, days: i64) {
    desk.write("a.xml", &rss(&[("1", "Weir", "Rebuilt in oak")]));
    refresh(desk);
    desk.write("a.xml", &rss(&[("2", "Ford", "Closed for the winter")]));
    refresh(desk);
    database(desk)
        .execute(
            "UPDATE entries SET last_seen = last_seen - ? WHERE guid = '1'",
            [days * DAY_SECONDS * 1000],
        )
        .expect("aged");
    forget_last_pass(desk);
}

/// Makes retention due, as an hour does.
fn forget_last_pass(desk: &Desk) {
    // Stores of schema 2 do not note it.
    let _ = database(desk).execute("UPDATE upkeep SET ended_at = NULL", []);
}

#[test]
fn refresh_lets_go_what_is_past_keep() {
    let desk = desk("keep = \"365d\"", UNSHOWN);
    one_that_left(&desk, 400);
    refresh(&desk);
    assert_eq!(stripped(&desk), ["1"]);
    desk.write(
        "a.xml",
        &rss(&[
            ("2", "Ford", "Closed for the winter"),
            ("1", "Weir", "Rebuilt in oak"),
        ]),
    );
    let again = desk.run(&["refresh", "--json"]);
    let lines: serde_json::Value = serde_json::from_slice(&again.stdout).expect("JSON");
    assert!(
        lines.to_string().contains("\"new\":0"),
        "what went is known still: {lines}"
    );
}

#[test]
fn what_is_not_yet_past_keep_stays() {
    let desk = desk("keep = \"365d\"", UNSHOWN);
    one_that_left(&desk, 364);
    refresh(&desk);
    assert_eq!(stripped(&desk), [""; 0]);
}

#[test]
fn run_lets_go_at_its_start_what_is_due() {
    let desk = desk("keep = \"365d\"", UNSHOWN);
    one_that_left(&desk, 400);
    let daemon = desk.start();
    daemon.until_logged(|event| {
        event["fields"]["message"]
            .as_str()
            .is_some_and(|message| message.contains("stripped"))
            || event["message"]
                .as_str()
                .is_some_and(|message| message.contains("stripped"))
    });
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(stripped(&desk), ["1"]);
}

/// A library that shifts the wall clock of a process by `SHIFT_S` seconds.
fn shifted_clock(desk: &Desk) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/accidents/clock-ahead/shift_clock.c");
    let library = desk.path("shift_clock.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .status();
    if built.is_ok_and(|status| status.success()) {
        return Some(library);
    }
    let _ = writeln!(
        std::io::stderr(),
        "skipped: there is no C compiler (cc) to build shift_clock.c with"
    );
    None
}

/// Makes what follows another start of the machine: within one, the boot clock tells that the time by which the wall clock is
/// shifted has not passed.
fn end_boot(desk: &Desk) {
    let forgotten = database(desk).execute("DELETE FROM clock", []);
    forgotten.expect("the store notes in which boot it was used");
}

#[test]
fn a_clock_that_jumps_and_a_source_that_was_silent_age_nothing_by_it() {
    // Where the clock stood at the three refreshes, in days from now; the last one reads a document that has not changed.
    let cases = [
        ("a clock that jumps ahead", [0, 0, 30], false),
        ("a clock that was set right at a start", [0, 0, 30], true),
        ("a daemon that was off for a year", [-400, -400, -35], true),
    ];
    for (case, days, is_off) in cases {
        let desk = desk("keep = \"8d\"", UNSHOWN);
        let Some(library) = shifted_clock(&desk) else {
            return;
        };
        let library = library.to_str().expect("UTF-8");
        let documents = [("1", "Weir"), ("2", "Ford"), ("2", "Ford")];
        for (day, (guid, title)) in days.into_iter().zip(documents) {
            desk.write("a.xml", &rss(&[(guid, title, "Rebuilt in oak")]));
            let shift = (day * DAY_SECONDS).to_string();
            refresh_at(&desk, &[("LD_PRELOAD", library), ("SHIFT_S", &shift)]);
            if is_off {
                end_boot(&desk);
            }
        }
        assert_eq!(stripped(&desk), [""; 0], "{case}");
        // The same entry goes when its source was read for as long: a day with each reading.
        let last = days[2];
        for day in 1..12 {
            end_boot(&desk);
            let shift = ((last + day) * DAY_SECONDS).to_string();
            refresh_at(&desk, &[("LD_PRELOAD", library), ("SHIFT_S", &shift)]);
        }
        assert_eq!(stripped(&desk), ["1"], "{case}");
    }
}

/// So many entries, the last of them the newest.
fn many(count: usize) -> Vec<u8> {
    // Texts that do not resemble each other.
    let text = |nth: usize| {
        let words =
            (0..400_usize).map(|word| format!("w{}", (nth * 7919 + word * 104_729) % 99_991));
        words.collect::<Vec<_>>().join(" ")
    };
    let entries: Vec<(String, String, String)> = (0..count)
        .map(|nth| (format!("g{nth:04}"), format!("Number {nth}"), text(nth)))
        .rev()
        .collect();
    let entries: Vec<(&str, &str, &str)> = entries
        .iter()
        .map(|(guid, title, text)| (guid.as_str(), title.as_str(), text.as_str()))
        .collect();
    rss(&entries)
}

/// Bytes of the store's pages that hold something.
fn used(desk: &Desk) -> i64 {
    let sql = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
    let read = database(desk).query_row(sql, [], |row| row.get(0));
    read.expect("reads")
}

const SHOWING: &str = "[[output]]\nid = \"merged\"\nmax_entries = 20\n";

/// A store with 600 entries of which an output shows 20, each seen a minute after the one before.
fn full_store() -> Desk {
    let unbounded =
        format!("[store]\nkeep = \"365d\"\n{SOURCE}first_items = 0\ndaily_items = 0\n{SHOWING}");
    let desk = Desk::new(&unbounded);
    desk.write("a.xml", &many(600));
    refresh(&desk);
    // Printing archives what lies behind the window.
    for _ in 0..4 {
        let _ = desk.json("merged");
    }
    desk.write("a.xml", &rss(&[("last", "The last", "Of all")]));
    refresh(&desk);
    database(&desk)
        .execute_batch(
            "UPDATE entries SET last_seen = last_seen - (600 - entry) * 60000 WHERE guid != 'last'",
        )
        .expect("aged");
    forget_last_pass(&desk);
    desk
}

fn bound(desk: &Desk, max_size: &str) {
    desk.configure(&format!(
        "[store]\nmax_size = \"{max_size}\"\n{SOURCE}first_items = 0\ndaily_items = 0\n{SHOWING}"
    ));
}

#[test]
fn max_size_lets_the_oldest_go_first_and_gives_their_pages_back() {
    let desk = full_store();
    let before = used(&desk);
    let allowed = before * 3 / 4;
    bound(&desk, &format!("{}KiB", allowed / 1024));
    refresh(&desk);
    let gone = stripped(&desk);
    assert!(!gone.is_empty(), "{before} bytes and nothing went");
    let oldest: Vec<String> = (0..gone.len()).map(|nth| format!("g{nth:04}")).collect();
    assert_eq!(gone, oldest, "the oldest first");
    let after = used(&desk);
    assert!(after <= allowed, "{after} of {allowed}, {before} before");
    let file = std::fs::metadata(desk.path("mainstem.db"))
        .expect("is there")
        .len();
    assert!(
        i64::try_from(file).expect("small") <= allowed,
        "freed pages are given back: {file} of {allowed}"
    );
    assert!(gone.len() < 570, "no more than has to: {}", gone.len());
    forget_last_pass(&desk);
    refresh(&desk);
    assert_eq!(stripped(&desk), gone, "and then it rests");
}

#[test]
fn what_outputs_show_stays_and_a_size_that_it_exceeds_is_told() {
    let desk = full_store();
    let shown = desk.json("merged")["items"].clone();
    bound(&desk, "100KiB");
    let daemon = desk.start();
    let health = daemon.until("/health.atom", |answer| answer.text().contains("max_size"));
    assert!(health.text().contains("100 KiB"), "{}", health.text());
    let told = daemon
        .log()
        .iter()
        .filter(|event| event.to_string().contains("max_size"))
        .count();
    assert_eq!(told, 1, "{:?}", daemon.log());
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(desk.json("merged")["items"], shown);
    let gone = stripped(&desk);
    assert_eq!(gone.len(), 581, "all but what is shown");
    // With room again it is over.
    bound(&desk, "100MiB");
    forget_last_pass(&desk);
    let daemon = desk.start();
    daemon.until("/health.atom", |answer| {
        answer.status == 200 && !answer.text().contains("the store is larger")
    });
}

/// A store of schema 2 that a clock ten years ahead has written into for a moment.
#[test]
fn an_upgrade_ages_nothing_by_a_clock_that_was_ahead() {
    let desk = desk("keep = \"365d\"", UNSHOWN);
    desk.write("a.xml", &rss(&[("1", "Weir", "Rebuilt in oak")]));
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/upgrade/store-2.db");
    std::fs::copy(old, desk.path("mainstem.db")).expect("copied");
    let changed = database(&desk).execute(
        "UPDATE source_state SET attempt_at = attempt_at + ?1, success_at = success_at + ?1, parsed_at = parsed_at + ?1",
        [10 * 365 * DAY_SECONDS * 1000],
    );
    assert!(changed.expect("writable") > 0);
    refresh(&desk);
    let gone = database(&desk).query_row(
        "SELECT count(*) FROM entries WHERE expired_at IS NOT NULL",
        [],
        |row| row.get::<_, i64>(0),
    );
    assert_eq!(gone, Ok(0));
}
