//! More readers than there are places, and readers that take next to nothing.
//!
//! - all places held: probes are answered, everything else is told to come again, and a burst only waits
//! - one peer has at most half of the places, a proxy all of them
//! - a reader on a slow line lives; what a slow one takes is measured in `src/serve/pace.rs`
//! - a body that trickles in holds nothing

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::{connect, is_accepted, say, status, until};
use crate::support::daemon::{Daemon, Desk};
use crate::support::origin::{PATIENCE, rss};

/// Places for readers.
const PLACES: usize = 512;
const MERGED: &str = "[[output]]\nid = \"merged\"\n";
/// A head that is never ended holds a place for ten seconds.
const HALF: &[u8] = b"GET /merged.atom HTTP/1.1\r\nHost: x\r\n";

fn daemon(keys: &str) -> (Desk, Daemon) {
    let desk = Desk::new(&format!("{keys}{MERGED}"));
    let daemon = desk.start();
    daemon.until("/merged.atom", |answer| answer.status == 200);
    (desk, daemon)
}

/// A connection from an address of this machine's own.
fn connect_from(host: &str, address: SocketAddr) -> TcpStream {
    let from: SocketAddr = format!("{host}:0").parse().expect("an address");
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&from.into()).expect("loopback has it");
    socket.connect(&address.into()).expect("it listens");
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).expect("settable");
    stream
}

fn ask_from(host: &str, daemon: &Daemon, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    say(&mut connect_from(host, daemon.address), request.as_bytes())
}

/// So many connections that keep their places; returns when they have them.
fn hold(count: usize, host: &str, daemon: &Daemon) -> Vec<TcpStream> {
    let held = (0..count).map(|_| {
        let mut stream = connect_from(host, daemon.address);
        stream.write_all(HALF).expect("it reads");
        stream
    });
    let held: Vec<_> = held.collect();
    // Connections are accepted in the order in which they came.
    until("all have places", || held.last().is_none_or(is_accepted));
    held
}

#[test]
fn probes_are_answered_while_others_hold_all_places() {
    let (_desk, daemon) = daemon("");
    let held = hold(PLACES, "127.0.0.1", &daemon);
    let began = Instant::now();
    for path in ["/healthz", "/readyz"] {
        for _ in 0..10 {
            assert_eq!(daemon.ask("GET", path, &[]).status, 200, "{path}");
        }
    }
    let refused = daemon.ask("GET", "/merged.atom", &[]);
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(refused.header("connection"), Some("close"));
    // Otherwise places were given back, and nothing was shown.
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "the machine is too slow for this test"
    );
    // Who waits when one leaves gets the place.
    let mut waiting = connect(daemon.address);
    waiting
        .write_all(b"GET /merged.atom HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .expect("it reads");
    drop(held);
    assert_eq!(status(&say(&mut waiting, b"")), 200);
}

#[test]
fn one_peer_has_half_of_the_places_and_a_proxy_all() {
    let (_desk, daemon) = daemon("proxies = [\"127.0.0.2\"]\n");
    let idle = daemon.open_files();
    let greedy = hold(PLACES / 2, "127.0.0.3", &daemon);
    assert_eq!(status(&ask_from("127.0.0.3", &daemon, "/merged.atom")), 503);
    assert_eq!(status(&ask_from("127.0.0.3", &daemon, "/healthz")), 200);
    assert_eq!(status(&ask_from("127.0.0.4", &daemon, "/merged.atom")), 200);
    // However many more it opens, others get in.
    let more: Vec<_> = (0..200)
        .map(|_| connect_from("127.0.0.3", daemon.address))
        .collect();
    assert_eq!(status(&ask_from("127.0.0.4", &daemon, "/merged.atom")), 200);
    drop((greedy, more));
    until("their places are free", || daemon.open_files() <= idle + 2);
    let proxy = hold(PLACES / 2 + 10, "127.0.0.2", &daemon);
    assert_eq!(status(&ask_from("127.0.0.2", &daemon, "/merged.atom")), 200);
    drop(proxy);
}

#[test]
fn a_reader_on_a_slow_line_gets_all_of_a_large_document() {
    /// What it takes at a time, and what it rests in between: 64 KiB/s at most, for longer than the measure's first steps.
    const BITE: usize = 16 * 1024;
    const REST: Duration = Duration::from_millis(250);
    let source = "[[source]]\nid = \"a\"\npath = \"a.xml\"\nfirst_items = 0\n";
    let desk = Desk::new(&format!("{source}{MERGED}"));
    let text = "The depot has neither chairs nor heating. ".repeat(500);
    let names: Vec<String> = (0..150).map(|nth| format!("Programme {nth}")).collect();
    let texts: Vec<String> = names.iter().map(|name| format!("{name}: {text}")).collect();
    let items: Vec<_> = names
        .iter()
        .zip(&texts)
        .map(|(name, text)| (name.as_str(), name.as_str(), text.as_str()))
        .collect();
    desk.write("a.xml", &rss(&items));
    let daemon = desk.start();
    let whole = daemon.until("/merged.json", |answer| {
        answer.text().contains("Programme 9")
    });
    let mut slow = connect(daemon.address);
    slow.write_all(b"GET /merged.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .expect("it reads");
    let mut got = Vec::new();
    let mut bite = vec![0; BITE];
    // Slowly for a while, which is what could hurt; then the rest.
    for _ in 0..24 {
        let length = slow.read(&mut bite).expect("it is not given up");
        got.extend_from_slice(&bite[..length]);
        std::thread::sleep(REST);
    }
    slow.read_to_end(&mut got).expect("all of it");
    assert!(got.ends_with(&whole.body), "{} bytes", got.len());
}

#[test]
fn a_body_that_trickles_in_holds_nothing() {
    let (_desk, daemon) = daemon("");
    for (method, expected) in [("POST", 405), ("GET", 200)] {
        let request = format!(
            "{method} /merged.atom HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\na little"
        );
        let began = Instant::now();
        let answer = say(&mut connect(daemon.address), request.as_bytes());
        assert_eq!(status(&answer), expected, "{method}");
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{method}: it was waited for"
        );
    }
}
