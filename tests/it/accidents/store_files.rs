//! The files of a store: who may read them, and how they are read where nothing can be written.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use rusqlite::Connection;

use crate::support::daemon::{Desk, copy_binary};
use crate::support::installation::said;
use crate::support::origin::rss;
use crate::support::skip;

const TEXT: &str = "The lighthouse keeper trims the wick at dusk, writes the wind into the book, and sleeps by day";

fn desk() -> Desk {
    let desk = Desk::new("[[source]]\nid = \"a\"\npath = \"a.xml\"\n[[output]]\nid = \"merged\"\n");
    desk.write("a.xml", &rss(&[("1", "Light", TEXT)]));
    desk
}

fn mode(path: &Path) -> u32 {
    let found = std::fs::metadata(path).expect("there");
    found.permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("ours");
}

/// `store-readable/steps.txt`, with all the files that belong to a store.
#[test]
fn a_store_and_its_copy_are_for_their_owner_alone() {
    let desk = desk();
    let steps = |command: &str| {
        let script = format!(
            "umask 022; exec {} -c c.toml {command}",
            env!("CARGO_BIN_EXE_mainstem")
        );
        let ended = Command::new("sh")
            .current_dir(desk.path(""))
            .env_clear()
            .args(["-c", &script])
            .output()
            .expect("it runs");
        assert!(ended.status.success(), "{command}: {ended:?}");
    };
    steps("refresh");
    // A reader keeps the log and the shared memory where they are.
    let reader = Connection::open(desk.path("mainstem.db")).expect("opens");
    reader
        .execute_batch("SELECT count(*) FROM entries")
        .expect("readable");
    steps("refresh --force");
    steps("backup copy.db");
    for name in [
        "mainstem.db",
        "mainstem.db-wal",
        "mainstem.db-shm",
        "copy.db",
    ] {
        assert_eq!(mode(&desk.path(name)), 0o600, "{name}");
    }
}

/// What an earlier version made with an ordinary umask is closed; a group that was let in on purpose stays.
#[test]
fn a_store_that_everybody_may_read_is_closed() {
    let cases = [
        (0o644, 0o600),
        (0o664, 0o600),
        (0o666, 0o600),
        (0o640, 0o640),
        (0o660, 0o660),
    ];
    for (before, after) in cases {
        let desk = desk();
        assert!(desk.run(&["refresh"]).status.success());
        set_mode(&desk.path("mainstem.db"), before);
        let reader = Connection::open(desk.path("mainstem.db")).expect("opens");
        reader
            .execute_batch("SELECT count(*) FROM entries")
            .expect("readable");
        for name in ["mainstem.db-wal", "mainstem.db-shm"] {
            assert_eq!(
                mode(&desk.path(name)),
                before,
                "SQLite gives it the database's"
            );
        }
        assert!(desk.run(&["refresh"]).status.success());
        for name in ["mainstem.db", "mainstem.db-wal", "mainstem.db-shm"] {
            assert_eq!(mode(&desk.path(name)), after, "{name} of {before:o}");
        }
        let (_, note) = said(&desk.run(&["check"]));
        assert_eq!(
            note.contains("its group"),
            after != 0o600,
            "{before:o}: {note}"
        );
    }
}

/// Runs a command as somebody who may read everything and write nothing there.
fn run_as_reader(desk: &Desk, arguments: &[&str]) -> Option<std::process::Output> {
    let root = std::fs::metadata("/proc/self").expect("a process").uid() == 0;
    if !root {
        skip("reading as another user takes root");
        return None;
    }
    let copy = desk.path("mainstem");
    if !copy.exists() {
        copy_binary(&copy);
    }
    set_mode(&desk.path(""), 0o555);
    let ended = Command::new("setpriv")
        .args([
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "./mainstem",
            "-c",
            "c.toml",
        ])
        .args(arguments)
        .current_dir(desk.path(""))
        .stdin(Stdio::null())
        .output();
    set_mode(&desk.path(""), 0o755);
    Some(ended.expect("it runs"))
}

#[test]
fn sources_reads_a_store_where_it_can_write_nothing() {
    let desk = desk();
    assert!(desk.run(&["refresh"]).status.success());
    set_mode(&desk.path("mainstem.db"), 0o444);
    let reads = || {
        for command in [["sources"].as_slice(), &["export"]] {
            let Some(ended) = run_as_reader(&desk, command) else {
                return;
            };
            let (out, why) = said(&ended);
            assert_eq!(ended.status.code(), Some(0), "{command:?}: {why}");
            assert!(out.contains("fresh") || out.contains("opml"), "{out}");
        }
    };
    // Put away by whoever wrote it last.
    reads();
    // Beside whoever writes it: what stands in the log only is read too.
    set_mode(&desk.path("mainstem.db"), 0o644);
    let writer = Connection::open(desk.path("mainstem.db")).expect("opens");
    let write = "PRAGMA journal_mode = WAL; UPDATE source_state SET errors = 7";
    writer.execute_batch(write).expect("written");
    reads();
    if let Some(ended) = run_as_reader(&desk, &["sources", "--json"]) {
        let rows: serde_json::Value = serde_json::from_slice(&ended.stdout).expect("JSON");
        assert_eq!(rows[0]["errors"], 7, "{rows}");
    }
    // Left by whoever was killed: its log can be read only where it can be locked.
    set_mode(&desk.path("mainstem.db-shm"), 0o600);
    if let Some(ended) = run_as_reader(&desk, &["sources"]) {
        let (_, why) = said(&ended);
        assert_eq!(ended.status.code(), Some(74), "{why}");
        assert!(why.contains("mainstem.db"), "{why}");
    }
    drop(writer);
}
