//! `compact`: a store without its free pages.
//!
//! - What it holds stays, byte for byte of what is published; its mode is 0600; later it gives pages back by itself.
//! - Beside a daemon, and where there is no room for the copy, it refuses and changes nothing.
//! - So does every command that would bring an earlier schema up to date where there is no room for that.
//! - What a compaction that was cut short has left is in nobody's way.
//! - A process that waits for it goes on with the new file.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use rusqlite::Connection;

use crate::support::daemon::{Desk, mainstem};
use crate::support::origin::rss;

const CONFIGURATION: &str =
    "[[source]]\nid = \"a\"\npath = \"a.xml\"\n[[output]]\nid = \"merged\"\n";

/// A store that was made without incremental vacuum and has many free pages.
fn loose_store() -> Desk {
    let desk = Desk::new(CONFIGURATION);
    desk.write("a.xml", &rss(&[("1", "Weir", "Rebuilt in oak")]));
    assert!(desk.run(&["refresh"]).status.success());
    loosen(&desk.path("mainstem.db"), 4_000_000);
    desk
}

fn loosen(path: &Path, bytes: u32) {
    let db = Connection::open(path).expect("opens");
    db.execute_batch(&format!(
        "PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM; PRAGMA journal_mode = WAL;
         CREATE TABLE filler (x); INSERT INTO filler VALUES (zeroblob({bytes})); DROP TABLE filler"
    ))
    .expect("filled");
}

fn said(ended: &Output) -> String {
    String::from_utf8_lossy(&ended.stderr).into_owned()
}

fn pragma(desk: &Desk, name: &str) -> i64 {
    let db = Connection::open(desk.path("mainstem.db")).expect("opens");
    let read = db.pragma_query_value(None, name, |row| row.get(0));
    read.expect("reads")
}

fn size(desk: &Desk) -> u64 {
    let found = std::fs::metadata(desk.path("mainstem.db"));
    found.expect("is there").len()
}

#[test]
fn a_new_store_can_give_pages_back() {
    let desk = Desk::new(CONFIGURATION);
    desk.write("a.xml", &rss(&[("1", "Weir", "Rebuilt in oak")]));
    assert!(desk.run(&["refresh"]).status.success());
    assert_eq!(pragma(&desk, "auto_vacuum"), 2, "INCREMENTAL");
}

#[test]
fn it_gives_free_pages_back_and_keeps_the_rest() {
    let desk = loose_store();
    let (before, shown) = (size(&desk), desk.json("merged"));
    // As a compaction that was cut short leaves it.
    desk.write("mainstem.db.compact", b"half a copy");
    let ended = desk.run(&["compact"]);
    assert_eq!(ended.status.code(), Some(0), "{}", said(&ended));
    assert!(
        before > 4_000_000 && size(&desk) < 1_000_000,
        "{}",
        size(&desk)
    );
    let told = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(
        told.contains("mainstem.db") && told.contains("MiB"),
        "{told}"
    );
    assert_eq!(pragma(&desk, "auto_vacuum"), 2, "INCREMENTAL");
    assert_eq!(pragma(&desk, "freelist_count"), 0);
    assert_eq!(desk.json("merged"), shown);
    let mode = std::fs::metadata(desk.path("mainstem.db")).expect("is there");
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    assert!(!desk.path("mainstem.db.compact").exists());
    // It is a store like any other.
    desk.write("a.xml", &rss(&[("2", "Ford", "Closed")]));
    assert!(desk.run(&["refresh"]).status.success());
    assert_eq!(
        desk.json("merged")["items"].as_array().map(Vec::len),
        Some(2)
    );
}

#[test]
fn beside_a_daemon_it_refuses() {
    let desk = loose_store();
    let daemon = desk.start();
    daemon.until("/readyz", |answer| answer.status == 200);
    let before = size(&desk);
    let ended = desk.run(&["compact"]);
    assert_eq!(ended.status.code(), Some(1), "{}", said(&ended));
    let (words, pid) = (said(&ended), daemon.pid().to_string());
    assert!(words.contains(&pid) && words.contains("stop"), "{words}");
    assert_eq!(size(&desk), before);
    assert_eq!(daemon.ask("GET", "/merged.atom", &[]).status, 200);
    assert_eq!(daemon.stop(), Some(0));
    assert!(desk.run(&["compact"]).status.success());
}

#[test]
fn there_must_be_a_store() {
    let desk = Desk::new(CONFIGURATION);
    let ended = desk.run(&["compact"]);
    assert_eq!(ended.status.code(), Some(1), "{}", said(&ended));
    assert!(said(&ended).contains("mainstem.db"), "{}", said(&ended));
    assert!(!desk.path("mainstem.db").exists(), "none is made");
}

/// A small file system of its own, gone with it.
struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    fn new(at: &'a Path, size: &str) -> Option<Self> {
        std::fs::create_dir_all(at).expect("a directory");
        let options = format!("size={size}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(at)
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then_some(Self(at))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
fn without_room_it_refuses_and_changes_nothing() {
    let desk = Desk::new(CONFIGURATION);
    let place = desk.path("small");
    let Some(_mounted) = Mounted::new(&place, "5m") else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: a tmpfs cannot be mounted; it takes root"
        );
        return;
    };
    std::fs::write(
        place.join("c.toml"),
        format!("[server]\nlisten = \"127.0.0.1:0\"\n{CONFIGURATION}"),
    )
    .expect("written");
    std::fs::write(place.join("a.xml"), rss(&[("1", "Weir", "Rebuilt in oak")])).expect("written");
    let run = |command: &str| {
        let output = mainstem(&place).args(["-c", "c.toml", command]).output();
        output.expect("it runs")
    };
    assert!(run("refresh").status.success());
    let database = place.join("mainstem.db");
    // What is in use needs more room than is left.
    Connection::open(&database)
        .and_then(|db| db.execute_batch("CREATE TABLE filler (x); INSERT INTO filler VALUES (randomblob(1200000)); PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO filler VALUES (randomblob(1000000)); PRAGMA wal_checkpoint(TRUNCATE)"))
        .expect("filled");
    let before = std::fs::read(&database).expect("is there");
    let ended = run("compact");
    assert_eq!(ended.status.code(), Some(74), "{}", said(&ended));
    let words = said(&ended);
    assert!(words.contains("MiB") && words.contains("room"), "{words}");
    assert!(std::fs::read(&database).expect("is there") == before);
    assert!(!place.join("mainstem.db.compact").exists());
    assert!(run("refresh").status.success());
}

#[test]
fn without_room_an_earlier_schema_stays_as_it_is() {
    let desk = Desk::new(CONFIGURATION);
    let place = desk.path("small");
    let Some(_mounted) = Mounted::new(&place, "1m") else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: a tmpfs cannot be mounted; it takes root"
        );
        return;
    };
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/upgrade/store-5.db");
    let database = place.join("mainstem.db");
    std::fs::copy(&old, &database).expect("copied");
    std::fs::write(place.join("c.toml"), CONFIGURATION).expect("written");
    std::fs::write(place.join("a.xml"), rss(&[])).expect("written");
    let ended = mainstem(&place).args(["-c", "c.toml", "refresh"]).output();
    let ended = ended.expect("it runs");
    assert_eq!(ended.status.code(), Some(74), "{}", said(&ended));
    let words = said(&ended);
    assert!(
        words.contains("schema") && words.contains("room"),
        "{words}"
    );
    let before = std::fs::read(&old).expect("is there");
    assert!(std::fs::read(&database).expect("is there") == before);
}

#[test]
fn who_waits_for_a_compaction_opens_what_it_has_made() {
    let desk = loose_store();
    let (path, copy) = (desk.path("mainstem.db"), desk.path("mainstem.db.compact"));
    // The steps of `compact`, held up before the last.
    let old = Connection::open(&path).expect("opens");
    old.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE; COMMIT",
    )
    .expect("is alone");
    old.execute("VACUUM INTO ?", [copy.to_str()])
        .expect("copied");
    let waiting = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| desk.run(&["refresh"]));
        std::thread::sleep(Duration::from_secs(1));
        std::fs::rename(&copy, &path).expect("renamed");
        drop(old);
        waiting.join().expect("it ends")
    });
    assert_eq!(waiting.status.code(), Some(0), "{}", said(&waiting));
    assert_eq!(pragma(&desk, "freelist_count"), 0, "the new file is used");
}
