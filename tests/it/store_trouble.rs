//! A store that is damaged, busy or not writable: what is said, what is left alone.

use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rusqlite::Connection;

use crate::support::daemon::{Desk, copy_binary, mainstem};
use crate::support::origin::rss;

const TEXT: &str = "The weir below the mill was rebuilt in oak, and the eel pass beside it in stone, before the first frost";

fn desk() -> Desk {
    let desk = Desk::new("[[source]]\nid = \"a\"\npath = \"a.xml\"\n[[output]]\nid = \"merged\"\n");
    desk.write("a.xml", &rss(&[("1", "Weir", TEXT)]));
    assert!(desk.run(&["refresh"]).status.success());
    desk
}

/// Overwrites the first page of a table.
pub(crate) fn damage(database: &Path, table: &str) {
    let db = Connection::open(database).expect("opens");
    let (page, size): (u32, u32) = db
        .query_row(
            "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = ?",
            [table],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .expect("a table");
    drop(db);
    let mut file = std::fs::File::options()
        .write(true)
        .open(database)
        .expect("writable");
    file.seek(SeekFrom::Start(u64::from((page - 1) * size)))
        .expect("a page");
    let noise = vec![0xA5; size as usize];
    file.write_all(&noise).expect("written");
}

fn said(ended: &Output) -> String {
    String::from_utf8_lossy(&ended.stderr).into_owned()
}

#[test]
fn an_outcome_that_cannot_be_read_keeps_no_source_from_being_refreshed() {
    let desk = desk();
    for (column, value) in [
        ("outcome", "unheard"),
        ("class", "unheard"),
        ("fault", "unheard"),
        ("repairs", "{"),
    ] {
        let db = Connection::open(desk.path("mainstem.db")).expect("opens");
        let update = format!("UPDATE source_state SET {column} = ?");
        assert_eq!(db.execute(&update, [value]).expect("written"), 1);
        drop(db);
        desk.write("a.xml", &rss(&[(column, column, TEXT)]));
        let refreshed = desk.run(&["refresh"]);
        assert!(refreshed.status.success(), "{column}: {refreshed:?}");
        let shown = desk.run(&["sources", "--json"]);
        assert!(shown.status.success(), "{column}: {shown:?}");
    }
}

#[test]
fn damage_is_told_with_its_file_and_what_to_do() {
    let cases: [(&str, &[&str]); 6] = [
        ("entries", &["print", "merged"]),
        ("source_state", &["sources"]),
        ("sources", &["export"]),
        ("source_state", &["refresh"]),
        ("entries", &["refresh", "--force"]),
        ("entries", &["backup", "copy.db"]),
    ];
    for (table, command) in cases {
        let desk = desk();
        damage(&desk.path("mainstem.db"), table);
        let ended = desk.run(command);
        let said = said(&ended);
        assert_eq!(
            ended.status.code(),
            Some(65),
            "{table}, {command:?}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{table}, {command:?}: {said}");
        for expected in ["mainstem.db", ".recover", "-wal"] {
            assert!(said.contains(expected), "{table}, {command:?}: {said}");
        }
        assert!(
            !desk.path("copy.db").exists(),
            "a damaged copy is no backup"
        );
    }
}

/// SQLite's own backup begins anew with every commit of another connection.
#[test]
fn a_backup_ends_beside_a_writer_that_never_rests() {
    /// What takes much longer than any backup.
    const COMMITS: u32 = 40_000;
    let desk = desk();
    let writer = Connection::open(desk.path("mainstem.db")).expect("opens");
    writer
        .execute_batch(
            "PRAGMA synchronous = OFF; CREATE TABLE filler (x); CREATE TABLE pair (a, b); INSERT INTO pair VALUES (0, 0);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
             INSERT INTO filler SELECT randomblob(100000) FROM n",
        )
        .expect("filled");
    let mut backup = mainstem(&desk.path(""))
        .args(["-c", "c.toml", "backup", "copy.db"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut ended = None;
    for commit in 0..COMMITS {
        writer
            .execute_batch(
                "BEGIN IMMEDIATE; UPDATE pair SET a = a + 1; UPDATE pair SET b = b + 1; COMMIT",
            )
            .expect("a backup keeps no writer waiting");
        if commit % 64 == 0 {
            ended = backup.try_wait().expect("a child");
        }
        if ended.is_some() {
            break;
        }
    }
    assert!(ended.is_some(), "it starves beside a writer");
    let ended = backup.wait_with_output().expect("it ends");
    assert!(ended.status.success(), "{}", said(&ended));
    assert!(!desk.path("copy.db-wal").exists(), "it is one file");
    let copy = Connection::open(desk.path("copy.db")).expect("opens");
    let consistent: bool = copy
        .query_row("SELECT a = b FROM pair", [], |row| row.get(0))
        .expect("readable");
    assert!(consistent);
}

/// Runs a command as somebody who may not write in the directory.
fn run_without_rights(desk: &Desk, arguments: &[&str]) -> Output {
    let directory = desk.path("");
    let root = std::fs::metadata("/proc/self").expect("a process").uid() == 0;
    let binary = if root {
        // To root every directory is writable, and others may not reach where the binary was built.
        let copy = desk.path("mainstem");
        copy_binary(&copy);
        copy
    } else {
        env!("CARGO_BIN_EXE_mainstem").into()
    };
    let allow = |mode: u32| {
        std::fs::set_permissions(&directory, PermissionsExt::from_mode(mode)).expect("ours");
    };
    allow(0o555);
    let mut command = Command::new(binary);
    command
        .current_dir(&directory)
        .env_clear()
        .stdin(Stdio::null())
        .args(["-c", "c.toml"])
        .args(arguments);
    if root {
        command.uid(65534).gid(65534);
    }
    let ended = command.output();
    allow(0o755);
    ended.expect("it runs")
}

#[test]
fn a_place_that_cannot_be_written_is_named_as_such() {
    let cases: [(&[&str], bool); 5] = [
        (&["refresh"], false),
        (&["run"], false),
        (&["refresh"], true),
        (&["print", "merged"], true),
        (&["run"], true),
    ];
    for (command, is_there) in cases {
        let desk = desk();
        if !is_there {
            std::fs::remove_file(desk.path("mainstem.db")).expect("there");
        }
        let ended = run_without_rights(&desk, command);
        let said = said(&ended);
        assert_eq!(ended.status.code(), Some(74), "{command:?}: {said}");
        assert!(said.contains("mainstem.db"), "{command:?}: {said}");
        assert!(
            said.contains("read-only") || said.contains("not writable"),
            "{command:?}: {said}"
        );
        assert!(!said.contains("unable to open"), "{command:?}: {said}");
    }
}

#[test]
fn what_could_not_be_shown_is_shown_once_the_store_answers_again() {
    let desk = Desk::new(
        "[fetch]\nevery = \"1s\"\n[[source]]\nid = \"a\"\npath = \"a.xml\"\n[[output]]\nid = \"merged\"\n",
    );
    desk.write("a.xml", &rss(&[("1", "Weir", TEXT)]));
    let daemon = desk.start();
    daemon.until("/merged.atom", |answer| answer.text().contains("Weir"));
    // Documents cannot be stamped for some seconds; that these are over is no commit that the daemon would see.
    let db = Connection::open(desk.path("mainstem.db")).expect("opens");
    let trouble = "CREATE TABLE trouble AS SELECT unixepoch() + 6 AS ends;
         CREATE TRIGGER in_trouble BEFORE UPDATE OF documents ON outputs WHEN unixepoch() < (SELECT ends FROM trouble)
         BEGIN SELECT RAISE(ABORT, 'trouble'); END";
    db.execute_batch(trouble).expect("a trigger");
    drop(db);
    // This one it has seen by then.
    std::thread::sleep(std::time::Duration::from_secs(2));
    desk.write(
        "a.xml",
        &rss(&[
            ("2", "Concert", "Forty voices in the old tram depot"),
            ("1", "Weir", TEXT),
        ]),
    );
    daemon.until_logged(|event| event["level"] == "ERROR");
    daemon.until("/merged.atom", |answer| answer.text().contains("Concert"));
}
