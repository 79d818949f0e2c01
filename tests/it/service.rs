//! The daemon as a service: readiness, restarts, reloads, company beside it.

use std::os::unix::net::UnixDatagram;
use std::process::Stdio;
use std::time::Duration;

use mainstem::daemon::STOP_LIMITS;

use crate::support::daemon::{Desk, mainstem};
use crate::support::origin::{Origin, response, rss};

const TEXT: &str = "The harbour master has asked all boats to leave the inner basin by Friday so that the old piles can be drawn";

fn titles(body: &[u8]) -> Vec<String> {
    let document: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    document["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["title"].as_str().expect("a title").to_owned())
        .collect()
}

fn file_source(id: &str, keys: &str) -> String {
    format!("[[source]]\nid = \"{id}\"\npath = \"{id}.xml\"\n{keys}")
}

const MERGED: &str = "[[output]]\nid = \"merged\"\n";

/// Where the service manager listens; what has not come after a minute is taken not to come.
fn service_manager(desk: &Desk) -> UnixDatagram {
    let socket = UnixDatagram::bind(desk.path("notify")).expect("a socket");
    let patience = Some(Duration::from_secs(60));
    socket.set_read_timeout(patience).expect("a socket");
    socket
}

#[test]
fn it_tells_systemd_when_it_is_ready_reloading_and_stopping() {
    let desk = Desk::new(&format!("{}{MERGED}", file_source("a", "")));
    desk.write("a.xml", &rss(&[("1", "Basin", TEXT)]));
    let socket = service_manager(&desk);
    let mut child = mainstem(&desk.path(""))
        .args(["-c", "c.toml", "-q", "run"])
        .env("NOTIFY_SOCKET", desk.path("notify"))
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let hear = |wanted: &str| {
        let mut said = String::new();
        while !said.contains(wanted) {
            let mut buffer = [0; 4096];
            let length = socket.recv(&mut buffer).expect("it speaks");
            said = String::from_utf8_lossy(&buffer[..length]).into_owned();
        }
    };
    let signal = |name: &str| {
        let sent = std::process::Command::new("kill")
            .args([format!("-{name}"), child.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
    };
    hear("READY=1");
    signal("HUP");
    hear("RELOADING=1");
    hear("READY=1");
    signal("TERM");
    hear("STOPPING=1");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn the_watchdog_hears_a_beat() {
    let desk = Desk::new(MERGED);
    let socket = service_manager(&desk);
    let mut child = mainstem(&desk.path(""))
        .args(["-c", "c.toml", "-q", "run"])
        .env("NOTIFY_SOCKET", desk.path("notify"))
        .env("WATCHDOG_USEC", "200000")
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut beats = 0;
    while beats < 3 {
        let mut buffer = [0; 4096];
        let length = socket.recv(&mut buffer).expect("it speaks");
        beats += usize::from(String::from_utf8_lossy(&buffer[..length]).contains("WATCHDOG=1"));
    }
    child.kill().expect("it can be ended");
    child.wait().expect("it ends");
}

#[test]
fn a_restart_asks_nobody_early_and_serves_at_once() {
    let origin = Origin::start(|_| response("200 OK", &[], &rss(&[("1", "Basin", TEXT)])));
    let source = format!(
        "[fetch]\nallow_addresses = [\"127.0.0.1\"]\n[[source]]\nid = \"a\"\nurl = \"{}\"\nevery = \"1h\"\n{MERGED}",
        origin.url("/a")
    );
    let desk = Desk::new(&source);
    let daemon = desk.start();
    let first = daemon.until("/merged.json", |answer| answer.status == 200);
    assert_eq!(daemon.stop(), Some(0));
    let daemon = desk.start();
    let second = daemon.ask("GET", "/merged.json", &[]);
    assert_eq!((second.status, second.body), (200, first.body));
    assert_eq!(daemon.ask("GET", "/readyz", &[]).status, 200);
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(origin.asked().len(), 1);
}

#[test]
fn with_an_empty_store_the_first_documents_follow_the_first_pass() {
    let (open, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let origin = Origin::start(move |asked| {
        if asked.path == "/slow" {
            let _ = gate.lock().expect("sound").recv();
        }
        response("200 OK", &[], &rss(&[(&asked.path, &asked.path, TEXT)]))
    });
    let source = |id: &str| {
        format!(
            "[[source]]\nid = \"{id}\"\nurl = \"{}\"\n",
            origin.url(&format!("/{id}"))
        )
    };
    let desk = Desk::new(&format!(
        "[fetch]\nhost_gap = \"0s\"\nallow_addresses = [\"127.0.0.1\"]\n{}{}{MERGED}",
        source("slow"),
        source("fast")
    ));
    let daemon = desk.start();
    while origin.asked().len() < 2 {
        std::thread::yield_now();
    }
    assert_eq!(daemon.ask("GET", "/merged.json", &[]).status, 503);
    assert_eq!(daemon.ask("GET", "/readyz", &[]).status, 503);
    assert_eq!(daemon.ask("GET", "/healthz", &[]).status, 200);
    open.send(()).expect("it waits");
    daemon.until("/merged.json", |answer| answer.status == 200);
    daemon.until("/readyz", |answer| answer.status == 200);
}

#[test]
fn a_reload_adds_removes_and_renames_sources() {
    let desk = Desk::new(&format!(
        "{}{}{MERGED}",
        file_source("a", ""),
        file_source("b", "")
    ));
    desk.write("a.xml", &rss(&[("1", "From a", TEXT)]));
    desk.write(
        "b.xml",
        &rss(&[("2", "From b", "Another text altogether, of no great length")]),
    );
    let daemon = desk.start();
    let first = daemon.until("/merged.json", |answer| answer.status == 200);
    assert_eq!(titles(&first.body).len(), 2);

    desk.configure(&format!("{}{MERGED}", file_source("a", "")));
    daemon.signal("HUP");
    let removed = daemon.until("/merged.json", |answer| !answer.text().contains("From b"));
    assert_eq!(titles(&removed.body), ["From a"]);

    desk.configure(&format!(
        "[[source]]\nid = \"z\"\nformerly = \"a\"\npath = \"a.xml\"\n{}{MERGED}",
        file_source("b", "")
    ));
    daemon.signal("HUP");
    let renamed = daemon.until("/merged.json", |answer| {
        answer.text().contains("\"z\"") && answer.text().contains("From b")
    });
    assert_eq!(titles(&renamed.body).len(), 2);
    let id = |body: &[u8], title: &str| {
        let document: serde_json::Value = serde_json::from_slice(body).expect("JSON");
        document["items"]
            .as_array()
            .expect("items")
            .iter()
            .find(|item| item["title"] == title)
            .expect(title)["id"]
            .clone()
    };
    assert_eq!(
        id(&first.body, "From a"),
        id(&renamed.body, "From a"),
        "a renamed source publishes nothing again"
    );
}

/// Asks the database until it answers as wished; what has not come after a minute is taken not to come.
fn until_stored(desk: &Desk, question: &str) {
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    for _ in 0..3000 {
        let answer = db.query_row(question, [], |row| row.get(0));
        if answer.expect("a question") {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("it never came to this: {question}");
}

#[test]
fn a_reloaded_keep_takes_effect() {
    let text = |keep: &str| {
        let source = file_source("a", "every = \"1s\"\n");
        format!("[store]\n{keep}{source}{MERGED}include = [\"nothing like it\"]\n")
    };
    let desk = Desk::new(&text(""));
    desk.write("a.xml", &rss(&[("1", "Old", TEXT)]));
    let daemon = desk.start();
    daemon.until("/merged.json", |answer| answer.status == 200);
    // What its source still has is never let go.
    desk.write(
        "a.xml",
        &rss(&[("2", "New", "It is another text altogether")]),
    );
    until_stored(&desk, "SELECT count(*) = 2 FROM entries");
    desk.configure(&text("keep = \"1ms\"\n"));
    daemon.signal("HUP");
    until_stored(
        &desk,
        "SELECT count(*) = 1 FROM entries WHERE expired_at IS NOT NULL",
    );
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn a_stop_in_a_long_replay_leaves_the_rest_to_the_next_start() {
    /// Several batches, of which each takes seconds to judge.
    const ENTRIES: usize = 600;
    let slow = "where = 'text.matches(\"(?i)(\\\\w+ ){3}x\")'\n";
    let numbers: Vec<String> = (0..ENTRIES).map(|number| number.to_string()).collect();
    let long = TEXT.repeat(3);
    let entries: Vec<(&str, &str, &str)> = numbers
        .iter()
        .map(|number| (number.as_str(), number.as_str(), long.as_str()))
        .collect();
    let source = file_source("a", "every = \"1d\"\nfirst_items = 0\ndaily_items = 0\n");
    let desk = Desk::new(&format!("{source}{MERGED}"));
    desk.write("a.xml", &rss(&entries));
    let daemon = desk.start();
    daemon.until("/merged.json", |answer| answer.status == 200);
    let text = |rule: &str| format!("{source}{MERGED}[[output]]\nid = \"slow\"\n{rule}");
    desk.configure(&text(slow));
    daemon.signal("HUP");
    let replayed = "SELECT rules IS NOT NULL FROM outputs WHERE id = 'slow'";
    until_stored(&desk, "SELECT count(*) > 0 FROM outputs WHERE id = 'slow'");
    assert_eq!(daemon.stop(), Some(0));
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    let done: bool = db.query_row(replayed, [], |row| row.get(0)).expect("known");
    assert!(!done, "it stopped only after the replay");
    desk.configure(&text(""));
    let daemon = desk.start();
    let after = daemon.until("/slow.json", |answer| answer.status == 200);
    assert_eq!(titles(&after.body).len(), 200, "nothing is lost");
    until_stored(&desk, replayed);
}

#[test]
fn a_refresh_beside_the_daemon_is_picked_up() {
    let desk = Desk::new(&format!("{}{MERGED}", file_source("a", "every = \"1d\"\n")));
    desk.write("a.xml", &rss(&[("1", "Old", TEXT)]));
    let daemon = desk.start();
    daemon.until("/merged.json", |answer| answer.status == 200);
    desk.write(
        "a.xml",
        &rss(&[
            ("1", "Old", TEXT),
            ("2", "New", "Another text altogether, of no great length"),
        ]),
    );
    assert!(desk.run(&["refresh", "a"]).status.success());
    let after = daemon.until("/merged.json", |answer| answer.text().contains("New"));
    assert_eq!(titles(&after.body).len(), 2);
}

#[test]
fn what_keeps_it_from_starting_is_said() {
    let desk = Desk::new("");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    desk.write(
        "taken.toml",
        format!("[server]\nlisten = \"{address}\"\n").as_bytes(),
    );
    let ended = mainstem(&desk.path(""))
        .args(["-c", "taken.toml", "run"])
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(74), "{said}");
    assert!(
        said.contains(&address.to_string()) && said.contains("[server] listen"),
        "{said}"
    );
}

#[test]
fn a_feed_without_a_file_comes_when_the_file_does() {
    let desk = Desk::new(&format!(
        "{}{MERGED}",
        file_source("late", "every = \"1s\"\n")
    ));
    let daemon = desk.start();
    let empty = daemon.until("/merged.json", |answer| answer.status == 200);
    assert_eq!(titles(&empty.body).len(), 0);
    desk.write("late.xml", &rss(&[("1", "Here", TEXT)]));
    daemon.until("/merged.json", |answer| answer.text().contains("Here"));
}

#[test]
fn a_second_interrupt_hurries_the_stop() {
    // The answer never ends, so the first interrupt has to wait for it.
    let origin = Origin::start(|_| crate::support::origin::Reply::default().silence());
    let desk = Desk::new(&format!(
        "[fetch]\nallow_addresses = [\"127.0.0.1\"]\n[[source]]\nid = \"a\"\nurl = \"{}\"\n{MERGED}",
        origin.url("/a")
    ));
    let daemon = desk.start();
    while origin.asked().is_empty() {
        std::thread::yield_now();
    }
    daemon.signal("INT");
    daemon.until_logged(|event| event["message"] == "stopping");
    daemon.signal("INT");
    daemon.until_logged(|event| {
        let message = event["message"].as_str().unwrap_or_default();
        message.starts_with("stopping at once")
    });
    let log = daemon.log();
    assert_eq!(daemon.ended(), Some(0));
    let said = |word: &str| log.iter().any(|event| event.to_string().contains(word));
    assert!(
        !said("were cut; they are repeated"),
        "the grace time was not cut: {log:?}"
    );
}

#[test]
fn the_status_tells_of_a_refused_reload_and_keeps_its_counts() {
    let good = format!("{}{MERGED}", file_source("a", ""));
    let desk = Desk::new(&good);
    desk.write("a.xml", &rss(&[("1", "Basin", TEXT)]));
    let socket = service_manager(&desk);
    let mut child = mainstem(&desk.path(""))
        .args(["-c", "c.toml", "-q", "run"])
        .env("NOTIFY_SOCKET", desk.path("notify"))
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let status = || loop {
        let mut buffer = [0; 4096];
        let length = socket.recv(&mut buffer).expect("it speaks");
        let said = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if let Some(status) = said.lines().find_map(|line| line.strip_prefix("STATUS=")) {
            return status.to_owned();
        }
    };
    let reload = |text: &[u8]| {
        desk.write("c.toml", text);
        let sent = std::process::Command::new("kill")
            .args(["-HUP", &child.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
    };
    let good = std::fs::read(desk.path("c.toml")).expect("just written");
    let bad = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/corpus/accidents/unit-manners/bad-key.toml"
    );
    assert_eq!(status(), "1 source, 1 output");
    reload(&std::fs::read(bad).expect("it is there"));
    let refused = status();
    assert!(
        refused.starts_with("reload refused: ") && refused.contains("max_entrys"),
        "{refused}"
    );
    reload(&good);
    assert_eq!(status(), "1 source, 1 output");
    child.kill().expect("it can be ended");
    child.wait().expect("it ends");
}

/// What ends first leaves time for what ends later, and systemd kills nothing that is still in its time.
#[test]
fn the_limits_of_a_stop_are_in_order_and_within_the_unit_s() {
    let limits = STOP_LIMITS;
    let order = [
        limits.last_requests,
        limits.last_notices,
        limits.refreshes,
        limits.tasks,
    ];
    assert!(order.is_sorted(), "{order:?}");
    // The worker cuts refreshes itself, and says how many, before it is cut.
    assert!(limits.refreshes < limits.tasks, "{limits:?}");
    let unit = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/systemd/mainstem.service"
    ));
    let unit = unit.expect("it is there");
    let seconds = unit
        .lines()
        .find_map(|line| line.strip_prefix("TimeoutStopSec=")?.strip_suffix('s'))
        .expect("the unit limits a stop");
    let seconds = Duration::from_secs(seconds.parse().expect("whole seconds"));
    assert!(limits.tasks + limits.store < seconds, "{limits:?}");
}
