//! While the store cannot be written: nobody is asked, what was on its way is kept, everybody is told once, and the work
//! resumes by itself.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use mainstem::clock::{Clock, SystemClock};
use mainstem::store::{self, Opening, Settings};
use rusqlite::Connection;

use super::disk::Disk;
use crate::store_contract::source;
use crate::support::daemon::{Daemon, Desk, ask};
use crate::support::origin::{Door, Origin, response, rss};

/// Long enough for many rounds of a source that is due every second.
const A_WHILE: Duration = Duration::from_secs(4);
/// Longer than a request takes on loopback.
const IN_FLIGHT: Duration = Duration::from_millis(500);
/// Of the disk: the write-ahead log grows by some hundred KiB a second here.
const SIZE: &str = "32m";
const TEXT: &str = "The lock keeper has counted the eels that pass at night, and found twice as many as the year before";

/// A document that is another one each time, so that each poll has something to write.
fn feed(nth: usize) -> Vec<u8> {
    let (guid, title) = (nth.to_string(), format!("Count {nth}"));
    response("200 OK", &[], &rss(&[(&guid, &title, TEXT)]))
}

/// The configuration that `tiny-disk.sh` writes, with these sources, and polled every second.
fn of_the_wild<'a>(sources: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let script = include_str!("../../corpus/accidents/full-disk-flood/tiny-disk.sh");
    let (_, text) = script.split_once("<<'X'\n").expect("a configuration");
    let (text, _) = text.split_once("\nX\n").expect("its end");
    let (_, text) = text.split_once("[store]").expect("a store");
    let (before, after) = text.split_once("[[source]]").expect("a source");
    let (_, after) = after.split_once("[[output]]").expect("an output");
    let mut before = before.to_owned();
    for (from, to) in [
        ("every = \"10s\"", "every = \"1s\"\nhost_gap = \"10ms\""),
        ("small.db", "disk/small.db"),
        ("127.0.0.1/32", "127.0.0.0/8"),
    ] {
        assert!(before.contains(from), "{before}");
        before = before.replace(from, to);
    }
    let source =
        |(id, url): (&str, String)| format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\n");
    let sources: String = sources.into_iter().map(source).collect();
    format!("[metrics]\nlisten = \"127.0.0.1:0\"\n[store]{before}{sources}[[output]]{after}")
}

/// An origin with news for every poll, and its two sources.
fn counting() -> (Origin, [(&'static str, String); 2]) {
    let origin = Origin::start(|asked| feed(asked.number));
    let sources = ["one", "two"].map(|id| (id, origin.url(&format!("/{id}"))));
    (origin, sources)
}

/// How often each source was asked.
fn counts(origin: &Origin) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for path in origin.paths() {
        *counts.entry(path).or_default() += 1;
    }
    counts
}

/// The lines of the log about this store.
fn told(daemon: &Daemon) -> Vec<serde_json::Value> {
    let is_told = |event: &serde_json::Value| {
        event["message"]
            .as_str()
            .is_some_and(|said| said.contains("the store"))
    };
    daemon.log().into_iter().filter(is_told).collect()
}

fn writable(daemon: &Daemon) -> String {
    let log = daemon.log();
    let mut address = log.iter().filter_map(|event| event["metrics"].as_str());
    let address = address.next().expect("it has metrics");
    let text = ask(address.parse().expect("an address"), "GET", "/metrics", &[]).text();
    let mut lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("mainstem_store_writable "));
    lines.next().expect("the metric").to_owned()
}

/// That nobody is asked any more, and that everybody who looks is told why.
fn is_quiet(origin: &Origin, daemon: &Daemon, cause: &str) {
    // What had left by then arrives.
    std::thread::sleep(IN_FLIGHT);
    let before = counts(origin);
    std::thread::sleep(A_WHILE);
    assert_eq!(counts(origin), before, "asked while nothing can be stored");
    let ready = daemon.ask("GET", "/readyz", &[]);
    assert_eq!(ready.status, 503);
    assert!(ready.text().contains(cause), "{}", ready.text());
    assert_eq!(daemon.ask("GET", "/healthz", &[]).status, 200);
    assert_eq!(writable(daemon), "0");
    let health = daemon.ask("GET", "/health.atom", &[]).text();
    assert!(
        health.contains("mainstem: the store cannot be written"),
        "{health}"
    );
    assert!(health.contains(cause), "{health}");
    let errors: Vec<_> = daemon
        .log()
        .into_iter()
        .filter(|event| event["level"] == "ERROR")
        .collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    let said = errors[0]["message"].as_str().expect("a message");
    assert!(said.contains(cause), "{said}");
    assert!(
        !said.contains("Error code") && !said.contains("must exist"),
        "{said}"
    );
}

/// That the work goes on by itself, once.
fn is_well_again(origin: &Origin, daemon: &Daemon, source: &str) {
    let asked = origin.count(source);
    daemon.until("/readyz", |answer| answer.status == 200);
    origin.until(source, asked + 1);
    assert_eq!(writable(daemon), "1");
    daemon.until("/health.atom", |answer| {
        answer.text().contains("Resolved: mainstem: the store")
    });
    let told = told(daemon);
    assert_eq!(
        told.len(),
        2,
        "one line when it begins, one when it ends: {told:#?}"
    );
}

#[test]
fn a_full_disk_asks_nobody_and_keeps_what_was_on_its_way() {
    let (origin, [one, _]) = counting();
    let door = Door::default();
    let waits = door.clone();
    // A host of its own: its wait binds no other.
    let busy = Origin::at("127.0.0.2", move |asked| {
        if asked.nth == 0 {
            return feed(asked.number);
        }
        waits.pass();
        response("429 Too Many Requests", &[("Retry-After", "3600")], b"")
    });
    let desk = Desk::new(&of_the_wild([one, ("throttled", busy.url("/throttled"))]));
    let Some(disk) = Disk::mount(desk.path("disk"), SIZE) else {
        return;
    };
    let daemon = desk.start();
    daemon.until("/o.json", |answer| answer.text().contains("Count"));
    busy.until("/throttled", 2);
    let before = origin.count("/one");
    disk.fill();
    daemon.until("/readyz", |answer| answer.status == 503);
    // The request that was on its way brings a wait that cannot be stored yet.
    door.open();
    is_quiet(&origin, &daemon, "the disk is full");
    let met = origin.count("/one") - before;
    eprintln!("{met} requests of /one since the disk was full");
    assert!(daemon.ask("GET", "/o.json", &[]).text().contains("Count"));
    disk.empty();
    is_well_again(&origin, &daemon, "/one");
    origin.until("/one", origin.count("/one") + 2);
    assert_eq!(busy.paths().len(), 2, "its Retry-After was forgotten");
    let told = desk.run(&["sources", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!(told[1]["outcome"], "throttled", "{told:#}");
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn requests_that_wait_for_their_hosts_turn_do_not_leave() {
    let origin = Origin::start(|asked| feed(asked.number));
    let ids: Vec<String> = (0..12).map(|number| format!("s{number}")).collect();
    let sources = ids
        .iter()
        .map(|id| (id.as_str(), origin.url(&format!("/{id}"))));
    let desk = Desk::new(&of_the_wild(sources).replace("\"10ms\"", "\"500ms\""));
    let Some(disk) = Disk::mount(desk.path("disk"), SIZE) else {
        return;
    };
    let daemon = desk.start();
    daemon.until("/readyz", |_| !origin.paths().is_empty());
    disk.fill();
    daemon.until("/readyz", |answer| {
        answer.text().contains("the disk is full")
    });
    is_quiet(&origin, &daemon, "the disk is full");
    assert!(origin.paths().len() < ids.len(), "{:?}", counts(&origin));
    disk.empty();
    is_well_again(&origin, &daemon, "/s11");
}

#[test]
fn a_lock_that_another_process_holds_asks_nobody() {
    let (origin, sources) = counting();
    let desk = Desk::new(&of_the_wild(sources).replace("disk/", ""));
    let daemon = desk.start();
    daemon.until("/o.json", |answer| answer.text().contains("Count"));
    let other = Connection::open(desk.path("small.db")).expect("opens");
    other.busy_timeout(Duration::from_secs(60)).expect("set");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    daemon.until("/readyz", |answer| answer.status == 503);
    is_quiet(&origin, &daemon, &format!("process {}", std::process::id()));
    other.execute_batch("COMMIT").expect("unlocked");
    is_well_again(&origin, &daemon, "/two");
}

#[test]
fn a_disk_that_fails_asks_nobody() {
    let (origin, sources) = counting();
    let desk = Desk::new(&of_the_wild(sources).replace("disk/", ""));
    let daemon = desk.start();
    daemon.until("/o.json", |answer| answer.text().contains("Count"));
    let failing = Command::new("strace")
        .args(["-f", "-q", "-o", "/dev/null", "-e", "trace=fdatasync,fsync"])
        .args([
            "-e",
            "inject=fdatasync,fsync:error=EIO",
            "-p",
            &daemon.pid().to_string(),
        ])
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut failing) = failing else {
        eprintln!("skipped: there is no strace, which makes a disk fail");
        return;
    };
    std::thread::sleep(Duration::from_millis(500));
    if failing.try_wait().expect("a child").is_some() {
        eprintln!("skipped: strace may not trace here");
        return;
    }
    daemon.until("/readyz", |answer| answer.status == 503);
    is_quiet(&origin, &daemon, "disk I/O error");
    let sent = Command::new("kill").arg(failing.id().to_string()).status();
    assert!(sent.expect("kill runs").success());
    failing.wait().expect("it ends");
    is_well_again(&origin, &daemon, "/two");
}

#[test]
fn commands_on_a_full_disk_ask_nobody_and_say_what_is_full() {
    let (origin, sources) = counting();
    let desk = Desk::new(&of_the_wild(sources));
    let Some(disk) = Disk::mount(desk.path("disk"), SIZE) else {
        return;
    };
    assert!(desk.run(&["refresh"]).status.success());
    let asked = origin.paths().len();
    let full = |command: &str| {
        let ended = desk.run(&[command]);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(74), "{command}: {said}");
        for expected in [
            "the disk is full",
            "free",
            "small.db",
            disk.path().to_str().expect("UTF-8"),
        ] {
            assert!(said.contains(expected), "{command}: {said}");
        }
        for unfit in ["must exist", "Error code", "could not"] {
            assert!(!said.contains(unfit), "{command}: {said}");
        }
    };
    disk.fill();
    full("refresh");
    full("run");
    // A new store cannot be begun either.
    std::fs::remove_file(disk.path().join("small.db")).expect("it was there");
    disk.fill();
    full("refresh");
    full("run");
    assert_eq!(origin.paths().len(), asked);
}

#[tokio::test]
async fn a_reconnection_is_no_change_but_a_commit_of_another_process_is() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let Some(disk) = Disk::mount(directory.path().join("disk"), SIZE) else {
        return;
    };
    let path = disk.path().join("x.db");
    let store = store::open(&Settings::at(&path), Opening::Thorough).expect("opens");
    let ids = (0..3_000).map(|number| format!("s{number}"));
    let many: Vec<_> = ids.map(|id| source(&id, None)).collect();
    for is_committed_elsewhere in [false, true] {
        let _ = store.changed_elsewhere().await.expect("looks");
        disk.fill();
        let refused = store.register_sources(&many, SystemClock.now()).await;
        let refused = refused.expect_err("there is no room");
        assert!(
            refused.to_string().contains("the disk is full"),
            "{refused}"
        );
        disk.empty();
        if is_committed_elsewhere {
            let other = Connection::open(&path).expect("opens");
            other
                .execute_batch("UPDATE feed_changes SET count = count + 1")
                .expect("written");
        }
        store.probe().await.expect("there is room");
        let seen = store.changed_elsewhere().await.expect("looks");
        assert_eq!(seen, is_committed_elsewhere);
    }
}
