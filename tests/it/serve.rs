//! The server as strangers meet it: what is not there, who asks nothing, who asks too much.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::support::daemon::{Answer, Daemon, Desk};
use crate::support::origin::rss;

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
        "/merged/",
        "/MERGED",
        "/health",
        "/other",
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
        let asked = format!(
            "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {long}\r\nConnection: close\r\n\r\n"
        );
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

/// What is accepted, what it comes in.
const CODINGS: [(&str, Option<&str>); 10] = [
    ("gzip", Some("gzip")),
    ("br", Some("br")),
    ("gzip, br", Some("br")),
    ("gzip, br;q=0.5", Some("gzip")),
    ("br;q=0, *", Some("gzip")),
    ("x-gzip", Some("gzip")),
    ("identity, gzip;q=0.5", None),
    ("deflate, zstd", None),
    ("*;q=0", None),
    ("", None),
];

#[test]
fn a_document_comes_in_the_coding_that_the_reader_likes_best() {
    let (_desk, daemon) = daemon();
    let plain = daemon.ask("GET", "/merged.atom", &[]);
    let mut tags = BTreeSet::from([plain.header("etag").expect("a tag").to_owned()]);
    for (accepted, coding) in CODINGS {
        let asked = [("Accept-Encoding", accepted)];
        let answer = daemon.ask("GET", "/merged.atom", &asked);
        assert_eq!(answer.header("content-encoding"), coding, "{accepted}");
        let body = match coding {
            Some("gzip") => unpacked(flate2::read::GzDecoder::new(&answer.body[..])),
            Some(_) => unpacked(brotli::Decompressor::new(&answer.body[..], 4096)),
            None => answer.body.clone(),
        };
        assert_eq!(body, plain.body, "{accepted}");
        let vary = answer.header("vary").expect("it varies");
        assert!(vary.contains("Accept-Encoding"), "{accepted}: {vary}");
        let tag = answer.header("etag").expect("a tag").to_owned();
        // Who has one form has the document.
        let again = daemon.ask(
            "GET",
            "/merged.atom",
            &[("If-None-Match", &tag), ("Accept-Encoding", "br")],
        );
        assert_eq!((again.status, again.body.len()), (304, 0), "{accepted}");
        tags.insert(tag);
    }
    assert_eq!(tags.len(), 3, "a tag for each coding: {tags:?}");
}

fn unpacked(mut reader: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).expect("well packed");
    bytes
}

#[test]
fn who_asks_for_what_is_new_gets_nothing_else() {
    let desk = Desk::new(
        "[[source]]\nid = \"a\"\npath = \"a.xml\"\nevery = \"1s\"\n[[output]]\nid = \"merged\"\n",
    );
    desk.write("a.xml", &feed(&["One", "Two"]));
    let daemon = desk.start();
    for ending in ["atom", "rss", "json"] {
        let path = format!("/merged.{ending}");
        let first = daemon.until(&path, |answer| answer.text().contains("Two"));
        let tag = first.header("etag").expect("a tag").to_owned();
        let title = format!("Three of {ending}");
        desk.write("a.xml", &feed(&["One", "Two", &title]));
        let whole = daemon.until(&path, |answer| answer.text().contains(&title));
        let has = |asked: &[(&str, &str)]| {
            let answer = daemon.ask("GET", &path, asked);
            let text = answer.text();
            let found = ["One", "Two", &title].map(|title| text.contains(title));
            if ending == "json" {
                let parsed: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                assert!(parsed["items"].is_array());
            }
            (answer.status, answer.header("im").map(str::to_owned), found)
        };
        let now = whole.header("etag").expect("a tag").to_owned();
        let feed = Some("feed".to_owned());
        let weak = format!("W/\"x\", W/{tag}");
        assert_eq!(
            has(&[("A-IM", "feed"), ("If-None-Match", &tag)]),
            (226, feed.clone(), [false, false, true]),
            "{ending}"
        );
        assert_eq!(
            has(&[("A-IM", "vcdiff, feed;q=0.5"), ("If-None-Match", &weak)]),
            (226, feed, [false, false, true]),
            "{ending}"
        );
        for asked in [
            [("A-IM", "feed"), ("If-None-Match", "\"unknown\"")],
            [("A-IM", "feed;q=0"), ("If-None-Match", &tag)],
            [("A-IM", "vcdiff"), ("If-None-Match", &tag)],
        ] {
            assert_eq!(has(&asked), (200, None, [true; 3]), "{ending} {asked:?}");
        }
        let unchanged = daemon.ask("GET", &path, &[("A-IM", "feed"), ("If-None-Match", &now)]);
        assert_eq!(unchanged.status, 304, "{ending}");
    }
}

fn feed(titles: &[&str]) -> Vec<u8> {
    let items: Vec<(&str, &str, &str)> = titles
        .iter()
        .map(|title| {
            (
                *title,
                *title,
                "A text that says a little more than its headline.",
            )
        })
        .collect();
    rss(&items)
}

#[test]
fn readers_within_web_pages_may_read() {
    let (_desk, daemon) = daemon();
    let answer = daemon.ask(
        "GET",
        "/merged.json",
        &[("Origin", "https://reader.example")],
    );
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let shown = answer
        .header("access-control-expose-headers")
        .expect("some");
    assert!(shown.contains("ETag"), "{shown}");
    let asked = [
        ("Origin", "https://reader.example"),
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "authorization, a-im"),
    ];
    let preflight = daemon.ask("OPTIONS", "/merged.json", &asked);
    assert_eq!(preflight.status, 204);
    let allowed = preflight
        .header("access-control-allow-headers")
        .expect("some");
    assert!(
        allowed.contains("Authorization") && allowed.contains("A-IM"),
        "{allowed}"
    );
}

#[test]
fn a_date_that_two_editions_share_tells_nothing() {
    let (desk, daemon) = daemon();
    let date = |answer: &Answer| answer.header("last-modified").map(str::to_owned);
    let mut before = date(&daemon.ask("HEAD", "/merged.atom", &[]));
    // The second change within a second comes soon.
    for title in (0..50).map(|nth| format!("Edition {nth}")) {
        desk.configure(&format!(
            "[[output]]\nid = \"merged\"\ntitle = \"{title}\"\n"
        ));
        daemon.signal("HUP");
        let answer = daemon.until("/merged.atom", |answer| answer.text().contains(&title));
        let modified = date(&answer);
        let asked = [("If-Modified-Since", modified.as_deref().expect("a date"))];
        let status = daemon.ask("GET", "/merged.atom", &asked).status;
        if before == modified {
            assert_eq!(status, 200);
            return;
        }
        assert_eq!(status, 304);
        before = modified;
    }
    panic!("no two changes within a second");
}
