//! `sources` and `export`: every configured source, what is known of it, when it is next due; they only read.

use serde_json::Value;

use crate::support::daemon::Desk;
use crate::support::origin::{Origin, response, rss};

const TEXT: &str = "The lock keeper opens the upper gate at six and closes it again when the last barge has passed";

fn file_source(id: &str, keys: &str) -> String {
    format!("[[source]]\nid = \"{id}\"\npath = \"a.xml\"\n{keys}")
}

fn desk(configuration: &str) -> Desk {
    let desk = Desk::new(configuration);
    desk.write("a.xml", &rss(&[("1", "Lock", TEXT)]));
    desk
}

fn rows(desk: &Desk) -> Vec<Value> {
    let ended = desk.run(&["sources", "--json"]);
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(0), "{said}");
    serde_json::from_slice(&ended.stdout).expect("JSON")
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter()
        .map(|row| row["id"].as_str().expect("an id"))
        .collect()
}

const READING: [&[&str]; 3] = [&["sources"], &["sources", "--json"], &["export"]];

#[test]
fn without_a_database_nothing_was_asked_and_none_is_made() {
    let desk = desk(&file_source("a", ""));
    for command in READING {
        assert_eq!(desk.run(command).status.code(), Some(0), "{command:?}");
        assert!(!desk.path("mainstem.db").exists(), "{command:?}");
    }
    let table = String::from_utf8(desk.run(&["sources"]).stdout).expect("UTF-8");
    assert!(table.contains("never asked"), "{table}");
}

#[test]
fn the_configuration_is_listed_and_the_store_stays_as_it_is() {
    let desk = desk(&(file_source("a", "") + &file_source("b", "")));
    assert!(desk.run(&["refresh"]).status.success());
    desk.configure(
        &(file_source("c", "") + &file_source("a", "") + &file_source("off", "enabled = false\n")),
    );
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    // Another process writes all the while.
    db.execute_batch("BEGIN IMMEDIATE").expect("locked");
    for command in READING {
        let ended = desk.run(command);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(0), "{command:?}: {said}");
    }
    let rows = rows(&desk);
    assert_eq!(ids(&rows), ["a", "c"]);
    assert_eq!(rows[0]["outcome"], "fresh");
    assert_eq!(rows[1]["outcome"], Value::Null);
    db.execute_batch("ROLLBACK").expect("unlocked");
    let registered: Vec<String> = db
        .prepare("SELECT id FROM sources WHERE removed_at IS NULL ORDER BY id")
        .and_then(|mut select| select.query_map([], |row| row.get(0))?.collect())
        .expect("readable");
    assert_eq!(registered, ["a", "b"]);
}

#[test]
fn a_renamed_source_is_known_before_the_daemon_has_reloaded() {
    let desk = desk(&file_source("a", ""));
    assert!(desk.run(&["refresh"]).status.success());
    desk.configure(&file_source("z", "formerly = \"a\"\n"));
    let rows = rows(&desk);
    assert_eq!((ids(&rows), &rows[0]["entries"]), (vec!["z"], &1.into()));
}

#[test]
fn the_next_turn_follows_from_the_configuration() {
    let desk = desk(&file_source("a", "every = \"1h\"\n"));
    assert!(desk.run(&["refresh"]).status.success());
    let cases = [
        ("every = \"1h\"\n", "every 1h"),
        ("every = \"30d\"\n", "every 30d"),
        ("cron = \"7 3 1 1 *\"\n", "cron 7 3 1 1 *"),
    ];
    let mut last = String::new();
    for (keys, because) in cases {
        desk.configure(&file_source("a", keys));
        let rows = rows(&desk);
        let said = rows[0]["because"].as_str().expect("a reason");
        assert!(said.starts_with(because), "{keys}: {said}");
        let due = rows[0]["next_due"].as_str().expect("a moment").to_owned();
        assert_ne!(due, last, "{keys}");
        last = due;
    }
}

#[test]
fn where_a_source_moved_to_is_said_as_long_as_it_is_so() {
    let origin = Origin::start(|asked| {
        let host = asked.header("host").expect("a host");
        match (asked.path.as_str(), asked.header("if-none-match")) {
            ("/old", _) => {
                let to = format!("http://reader:secret@{host}/new");
                response("301 Moved Permanently", &[("Location", &to)], b"")
            }
            (_, Some(_)) => response("304 Not Modified", &[], b""),
            _ => response("200 OK", &[("ETag", "\"1\"")], &rss(&[("1", "Lock", TEXT)])),
        }
    });
    let source = |path: &str| {
        format!(
            "[fetch]\nhost_gap = \"0s\"\nallow_addresses = [\"127.0.0.1\"]\n[[source]]\nid = \"a\"\nurl = \"{}\"\n",
            origin.url(path)
        )
    };
    let desk = Desk::new(&source("/old"));
    for outcome in ["moved", "not_modified", "not_modified"] {
        assert!(desk.run(&["refresh"]).status.success());
        let rows = rows(&desk);
        assert_eq!(rows[0]["outcome"], outcome);
        assert_eq!(rows[0]["moved_to"], origin.url("/new"), "{outcome}");
        let table = String::from_utf8(desk.run(&["sources"]).stdout).expect("UTF-8");
        let advice = format!("write {} into the configuration", origin.url("/new"));
        assert_eq!(table.matches(&advice).count(), 1, "{outcome}: {table}");
        assert!(!table.contains("secret"), "{table}");
    }
    desk.configure(&source("/new"));
    assert_eq!(rows(&desk)[0]["moved_to"], Value::Null, "it is written");
}
