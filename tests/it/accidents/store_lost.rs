//! A store that is damaged, removed or replaced beside the daemon: noticed, told once, no longer polled into, while the last
//! good documents are served and the watchdog is fed.

#![expect(
    clippy::print_stderr,
    reason = "a test says what it skips and what it measured"
)]

use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use crate::store_trouble::damage;
use crate::support::daemon::{Daemon, Desk};
use crate::support::origin::{Origin, response, rss};

const TEXT: &str = "The ferry to the upper landing has been moored until the chain is inspected, link by link, before the autumn";

/// A desk whose store is one file without a log, and a source that is due every second and never changes.
fn desk(origin: &Origin) -> Desk {
    let desk = Desk::new(&format!(
        "[fetch]\nevery = \"1s\"\nhost_gap = \"10ms\"\nallow_addresses = [\"127.0.0.1\"]\n[[source]]\nid = \"a\"\nurl = \"{}\"\n[[output]]\nid = \"merged\"\n",
        origin.url("/a")
    ));
    assert!(desk.run(&["refresh"]).status.success());
    desk
}

fn origin() -> Origin {
    Origin::start(|_| response("200 OK", &[], &rss(&[("1", "Ferry", TEXT)])))
}

/// That it is noticed, and what follows.
fn is_noticed(origin: &Origin, daemon: &Daemon, cause: &str, remedy: &str) {
    let began = Instant::now();
    daemon.until("/readyz", |answer| answer.status == 503);
    eprintln!(
        "noticed after {:.1} s: {cause}",
        began.elapsed().as_secs_f64()
    );
    let ready = daemon.ask("GET", "/readyz", &[]).text();
    assert!(ready.contains(cause), "{ready}");
    let asked = origin.count("/a");
    std::thread::sleep(Duration::from_secs(3));
    // One request may have been on its way; a source that is polled is asked every second.
    assert!(origin.count("/a") <= asked + 1, "it is polled into");
    assert_eq!(daemon.ask("GET", "/healthz", &[]).status, 200);
    assert!(
        daemon
            .ask("GET", "/merged.atom", &[])
            .text()
            .contains("Ferry")
    );
    let health = daemon.ask("GET", "/health.atom", &[]).text();
    assert!(
        health.contains(cause) && health.contains(remedy),
        "{health}"
    );
    let log = daemon.log();
    let errors: Vec<_> = log
        .iter()
        .filter(|event| event["level"] == "ERROR")
        .collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    let said = errors[0]["message"].as_str().expect("a message");
    assert!(said.contains(cause) && said.contains(remedy), "{said}");
}

/// Counts the beats that the service manager hears within some seconds.
fn beats(socket: &UnixDatagram) -> usize {
    socket.set_nonblocking(true).expect("a socket");
    let mut buffer = [0; 4096];
    let mut heard = || {
        let mut count = 0;
        while let Ok(length) = socket.recv(&mut buffer) {
            count += usize::from(String::from_utf8_lossy(&buffer[..length]).contains("WATCHDOG=1"));
        }
        count
    };
    heard();
    std::thread::sleep(Duration::from_secs(2));
    heard()
}

#[test]
fn damage_is_noticed_beside_the_daemon() {
    let origin = origin();
    let desk = desk(&origin);
    let socket = UnixDatagram::bind(desk.path("notify")).expect("a socket");
    let notify = desk.path("notify");
    let environment = [
        ("NOTIFY_SOCKET", notify.to_str().expect("UTF-8")),
        ("WATCHDOG_USEC", "1000000"),
    ];
    let daemon = desk.start_in(&environment);
    daemon.until("/readyz", |answer| answer.status == 200);
    for table in ["entries", "stories", "output_items"] {
        damage(&desk.path("mainstem.db"), table);
    }
    is_noticed(&origin, &daemon, "the store is damaged", ".recover");
    assert!(beats(&socket) > 0, "a restart would end the serving");
    assert_eq!(daemon.stop(), Some(0));
}

/// What becomes of the database beside a daemon, what is said of it, and what to do.
struct Case {
    done: fn(&Desk),
    cause: &'static str,
    remedy: &'static str,
}

fn rename(desk: &Desk, from: &str, to: &str) {
    std::fs::rename(desk.path(from), desk.path(to)).expect("renamed");
}

const CASES: [Case; 3] = [
    Case {
        done: |desk| {
            for ending in ["", "-wal", "-shm"] {
                std::fs::remove_file(desk.path(&format!("mainstem.db{ending}"))).expect("removed");
            }
        },
        cause: "the file of the store is gone",
        remedy: "move it back, or put a backup in its place",
    },
    Case {
        done: |desk| {
            std::fs::copy(desk.path("mainstem.db"), desk.path("copy.db")).expect("copied");
            rename(desk, "copy.db", "mainstem.db");
        },
        cause: "the file of the store was replaced",
        remedy: "restart mainstem to work with the new file",
    },
    Case {
        done: |desk| rename(desk, "mainstem.db", "away.db"),
        cause: "the file of the store is gone",
        remedy: "move it back, or put a backup in its place",
    },
];

#[test]
fn a_store_that_is_not_in_its_place_is_noticed() {
    for case in CASES {
        let origin = origin();
        let desk = desk(&origin);
        let daemon = desk.start();
        daemon.until("/readyz", |answer| answer.status == 200);
        (case.done)(&desk);
        is_noticed(&origin, &daemon, case.cause, case.remedy);
        if desk.path("away.db").exists() {
            rename(&desk, "away.db", "mainstem.db");
            daemon.until("/readyz", |answer| answer.status == 200);
            origin.until("/a", origin.count("/a") + 2);
        }
    }
}
