//! Answers that brought nothing new are stored together, a little later.
//!
//! - after `kill -9` a source may be asked early once, with its validators, and then at its pace
//! - an end by SIGTERM, a reload and a command beside the daemon lose none
//! - `refresh` that a signal ends has stored what came in
//! - an answer with a wish of its server is not asked for again after `kill -9`

use std::process::Command;
use std::time::Duration;

use crate::support::daemon::{Desk, mainstem};
use crate::support::origin::{Asked, Origin, response, rss};

/// How often sources are asked.
const PACE: Duration = Duration::from_secs(3);
const FETCH: &str = "[fetch]\nallow_addresses = [\"127.0.0.0/8\"]\nhost_gap = \"0s\"\n";

/// An origin whose feed never changes. The 304s of `/wishes` are to be kept for an hour.
fn origin() -> Origin {
    Origin::start(|asked: &Asked| {
        let is_known = asked.header("if-none-match") == Some("\"v\"");
        let tag = ("ETag", "\"v\"");
        match (is_known, asked.path.as_str()) {
            (false, _) => response("200 OK", &[tag], &rss(&[("1", "One", "A few words")])),
            (true, "/wishes") => response(
                "304 Not Modified",
                &[tag, ("Cache-Control", "max-age=3600")],
                b"",
            ),
            (true, _) => response("304 Not Modified", &[tag], b""),
        }
    })
}

/// A desk on which every source was read once, without a daemon.
fn desk(origin: &Origin, paths: &[&str]) -> Desk {
    let sources = paths.iter().map(|path| {
        let (id, url) = (&path[1..], origin.url(path));
        format!(
            "[[source]]\nid = \"{id}\"\nurl = \"{url}\"\nevery = \"{}s\"\n",
            PACE.as_secs()
        )
    });
    let desk = Desk::new(&format!("{FETCH}{}", sources.collect::<String>()));
    assert!(desk.run(&["-q", "refresh"]).status.success());
    desk
}

/// Each request to a path but the first carried the validator.
fn assert_validated(origin: &Origin, path: &str) -> Vec<Asked> {
    let asked: Vec<Asked> = origin
        .asked()
        .into_iter()
        .filter(|asked| asked.path == path)
        .collect();
    for again in &asked[1..] {
        assert_eq!(again.header("if-none-match"), Some("\"v\""), "{path}");
    }
    asked
}

#[test]
fn a_kill_asks_early_once_and_never_against_a_wish() {
    let origin = origin();
    let desk = desk(&origin, &["/plain", "/wishes"]);
    let daemon = desk.start();
    origin.until("/wishes", 2);
    origin.until("/plain", 2);
    // The wish is stored at once, the other answer is not.
    let is_stored = || {
        let told = desk.run(&["sources", "--json"]).stdout;
        String::from_utf8_lossy(&told).contains("max-age")
    };
    super::until("the wish is stored", is_stored);
    // `kill -9`.
    drop(daemon);
    let before = origin.count("/plain");
    let daemon = desk.start();
    origin.until("/plain", before + 2);
    drop(daemon);
    let plain = assert_validated(&origin, "/plain");
    let (early, next) = (&plain[before], &plain[before + 1]);
    assert!(next.at - early.at >= PACE, "early once, then at its pace");
    assert_eq!(assert_validated(&origin, "/wishes").len(), 2);
}

#[test]
fn an_end_a_reload_and_a_command_lose_no_answer() {
    let origin = origin();
    let desk = desk(&origin, &["/plain"]);
    let mut count = 1;
    for how in ["TERM", "HUP", "refresh"] {
        let daemon = desk.start();
        origin.until("/plain", count + 1);
        let daemon = match how {
            "TERM" => {
                assert_eq!(daemon.stop(), Some(0));
                desk.start()
            }
            "HUP" => {
                daemon.signal("HUP");
                daemon.until_logged(|event| event["message"] == "reloaded");
                daemon
            }
            _ => {
                // What the command stores the daemon knows before it asks again, half a turn later than it meant to.
                std::thread::sleep(PACE / 2);
                assert!(desk.run(&["-q", "refresh"]).status.success());
                daemon
            }
        };
        count = origin.count("/plain");
        origin.until("/plain", count + 1);
        assert_eq!(daemon.stop(), Some(0));
        let plain = assert_validated(&origin, "/plain");
        let gap = plain[count].at - plain[count - 1].at;
        // The two may have asked at the same moment, neither knowing of the other.
        let at_once = if how == "refresh" {
            PACE / 6
        } else {
            Duration::ZERO
        };
        assert!(gap + at_once >= PACE, "{how}: {gap:?}");
        count = plain.len();
    }
}

#[test]
fn a_pass_that_a_signal_ends_has_stored_what_came_in() {
    let origin = Origin::start(|asked: &Asked| {
        let is_known = asked.header("if-none-match") == Some("\"v\"");
        if is_known && asked.path == "/slow" {
            std::thread::sleep(Duration::from_secs(60));
        }
        let tag = ("ETag", "\"v\"");
        match is_known {
            true => response("304 Not Modified", &[tag], b""),
            false => response("200 OK", &[tag], &rss(&[("1", "One", "A few words")])),
        }
    });
    let desk = desk(&origin, &["/plain", "/slow"]);
    let mut pass = mainstem(&desk.path(""))
        .args(["-c", "c.toml", "-q", "refresh"])
        .spawn()
        .expect("the binary starts");
    origin.until("/plain", 2);
    origin.until("/slow", 2);
    // The answer is heard by now.
    std::thread::sleep(Duration::from_secs(1));
    let mut kill = Command::new("kill");
    let sent = kill
        .args(["-TERM".to_owned(), pass.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
    assert_eq!(pass.wait().expect("it ends").code(), Some(128 + 15));
    let told = desk.run(&["sources", "--json"]).stdout;
    let told: serde_json::Value = serde_json::from_slice(&told).expect("JSON");
    let outcomes = told.as_array().expect("an array").iter();
    let outcomes: Vec<_> = outcomes.map(|source| &source["outcome"]).collect();
    assert_eq!(outcomes, ["not_modified", "fresh"]);
}
