//! The server as strangers meet it: what is not there, who asks nothing, who asks too much.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::support::daemon::{Daemon, Desk};

fn daemon() -> (Desk, Daemon) {
    let desk = Desk::new("[[output]]\nid = \"merged\"\n");
    let daemon = desk.start();
    daemon.until("/merged.atom", |answer| answer.status == 200);
    (desk, daemon)
}

fn connect(address: SocketAddr, said: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(said).expect("it reads");
    stream
}

#[test]
fn what_is_not_there_is_a_plain_404() {
    let (_desk, daemon) = daemon();
    for path in [
        "/%ff.atom",
        "/%FF",
        "/%00.atom",
        "/merged.atom/",
        "/a/b",
        "/",
        "/merged",
    ] {
        let answer = daemon.ask("GET", path, &[]);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (404, "not found\n"),
            "{path}"
        );
        let kind = answer.header("content-type").expect("a type");
        assert!(kind.starts_with("text/plain"), "{path}: {kind}");
    }
}

#[test]
fn a_connection_that_asks_nothing_is_closed() {
    /// What is not closed by then is taken to stay for ever.
    const FOR_EVER: Duration = Duration::from_secs(30);
    let (_desk, daemon) = daemon();
    let cases: [(&str, &str); 4] = [
        ("silent", ""),
        ("half a head", "GET /healthz HTTP/1.1\r\nHost: x\r\n"),
        ("half a line", "GET /heal"),
        ("idle", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
    ];
    let open: Vec<_> = cases
        .iter()
        .map(|(name, said)| (name, connect(daemon.address, said.as_bytes())))
        .collect();
    for (name, mut stream) in open {
        stream.set_read_timeout(Some(FOR_EVER)).expect("settable");
        let mut answer = Vec::new();
        let ended = stream.read_to_end(&mut answer).map_err(|why| why.kind());
        let is_closed = matches!(ended, Ok(_) | Err(ErrorKind::ConnectionReset));
        assert!(is_closed, "{name}: {ended:?}");
        assert_eq!(
            answer.starts_with(b"HTTP/1.1 200"),
            *name == "idle",
            "{name}"
        );
    }
}

#[test]
fn a_head_beyond_all_measure_is_refused() {
    let (_desk, daemon) = daemon();
    let cases = [(4_000, "200"), (100_000, "431")];
    for (length, status) in cases {
        let long = "x".repeat(length);
        let asked = format!("GET /healthz HTTP/1.1\r\nX-Long: {long}\r\nConnection: close\r\n\r\n");
        let mut stream = connect(daemon.address, asked.as_bytes());
        let mut answer = Vec::new();
        // What was not read makes the end abrupt.
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert_eq!(answer.split(' ').nth(1), Some(status), "{length}: {answer}");
    }
}

#[test]
fn connections_have_a_bound_and_beyond_it_they_wait() {
    /// More than are served at once, no more than the system lets wait.
    const MANY: usize = 600;
    let (_desk, daemon) = daemon();
    let half = b"GET /healthz HTTP/1.1\r\n";
    let held: Vec<TcpStream> = (0..MANY).map(|_| connect(daemon.address, half)).collect();
    while daemon.open_files() < 500 {
        std::thread::yield_now();
    }
    // Answered when one of them has had its time.
    assert_eq!(daemon.ask("GET", "/healthz", &[]).status, 200);
    assert!(daemon.open_files() < MANY);
    drop(held);
    assert_eq!(daemon.ask("GET", "/healthz", &[]).status, 200);
}

#[test]
fn who_is_idle_does_not_keep_it_from_stopping() {
    let (_desk, daemon) = daemon();
    let mut idle = connect(daemon.address, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut answer = Vec::new();
    while !answer.ends_with(b"alive\n") {
        let mut byte = [0];
        idle.read_exact(&mut byte).expect("an answer");
        answer.extend(byte);
    }
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(idle.read(&mut [0]).expect("closed politely"), 0);
}
