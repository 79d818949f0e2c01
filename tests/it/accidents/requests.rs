//! What HTTP wants refused is refused: requests without a host, preconditions that are not met, readers without a token.
//!
//! - `request-rules/*.req`: whole requests, as they go over the wire
//! - a missing, doubled or impossible Host is a 400 (RFC 9112 §3.2)
//! - preconditions are judged in the order of RFC 9110 §13.2.2, for open and for closed outputs alike
//! - a token comes as a bearer token, as the password of HTTP Basic, or in the query
//! - `[server] token` guards what is no output

use super::{connect, say, status};
use crate::support::daemon::{Daemon, Desk};

/// An open output, and a closed one, which takes another way through the server.
const OUTPUTS: &str =
    "[[output]]\nid = \"o\"\n[[output]]\nid = \"closed\"\ntoken_file = \"token\"\n";

fn daemon(keys: &str) -> (Desk, Daemon) {
    let desk = Desk::new(&format!("{keys}{OUTPUTS}"));
    desk.write("token", b"open sesame: \xc3\xa9\n");
    desk.write("server.token", b"s3cret\n");
    let daemon = desk.start();
    daemon.until("/o.atom", |answer| answer.status == 200);
    daemon.until("/health.atom", |answer| answer.status != 503);
    (desk, daemon)
}

const BEARER: (&str, &str) = ("Authorization", "Bearer open sesame: \u{e9}");

#[test]
fn what_was_found_is_refused() {
    let cases = [("no-host", 400), ("if-match", 412)];
    let (_desk, daemon) = daemon("");
    let directory = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/corpus/accidents/request-rules"
    );
    let found = std::fs::read_dir(directory).expect("a directory").count();
    assert_eq!(found, cases.len(), "every request is a case");
    for (name, expected) in cases {
        let request = std::fs::read(format!("{directory}/{name}.req")).expect("a request");
        let answer = say(&mut connect(daemon.address), &request);
        assert_eq!(status(&answer), expected, "{name}: {answer}");
    }
}

#[test]
fn a_request_names_its_host_once() {
    let (_desk, daemon) = daemon("");
    let cases = [
        ("HTTP/1.1", "Host: news.example.org\r\n", 200),
        ("HTTP/1.1", "Host: [2001:db8::1]:8480\r\n", 200),
        ("HTTP/1.1", "Host: under_score.internal:80\r\n", 200),
        ("HTTP/1.1", "Host:\r\n", 200),
        ("HTTP/1.0", "", 200),
        ("HTTP/1.1", "", 400),
        ("HTTP/1.1", "Host: a.example\r\nHost: a.example\r\n", 400),
        ("HTTP/1.0", "Host: a.example\r\nHost: b.example\r\n", 400),
        ("HTTP/1.1", "Host: user@a.example\r\n", 400),
        ("HTTP/1.1", "Host: a.example:http\r\n", 400),
        ("HTTP/1.1", "Host: a.example:\r\n", 200),
        ("HTTP/1.1", "Host: a.example/path\r\n", 400),
        ("HTTP/1.1", "Host: a b\r\n", 400),
    ];
    for path in ["/o.atom", "/healthz", "/nothing"] {
        for (version, host, expected) in cases {
            let request = format!("GET {path} {version}\r\n{host}Connection: close\r\n\r\n");
            let answer = say(&mut connect(daemon.address), request.as_bytes());
            let missing = path == "/nothing" && expected == 200;
            let expected = if missing { 404 } else { expected };
            assert_eq!(
                status(&answer),
                expected,
                "{path} {version} {host:?}: {answer}"
            );
        }
    }
}

/// Headers, and the status that they lead to. `TAG` stands for the entity tag of the document as it would be answered, `GZIP`
/// for the one that it has when packed, `DATE` for its date.
const CONDITIONS: [(&[(&str, &str)], u16); 24] = [
    (&[("If-Match", "TAG")], 200),
    (&[("If-Match", "\"other\", TAG")], 200),
    (&[("If-Match", "*")], 200),
    (&[("If-Match", "\"other\"")], 412),
    (&[("If-Match", "nonsense")], 412),
    // By strong comparison, and of the representation that would be sent (§13.1.1).
    (&[("If-Match", "W/TAG")], 412),
    (&[("If-Match", "GZIP")], 412),
    (&[("If-Match", "GZIP"), ("Accept-Encoding", "gzip")], 200),
    // If-Match comes first (§13.2.2), whatever the others say.
    (&[("If-Match", "TAG"), ("If-Unmodified-Since", EARLY)], 200),
    (
        &[("If-Match", "\"other\""), ("If-Unmodified-Since", LATE)],
        412,
    ),
    (&[("If-Match", "\"other\""), ("If-None-Match", "TAG")], 412),
    (&[("If-Match", "TAG"), ("If-None-Match", "TAG")], 304),
    (&[("If-Unmodified-Since", "DATE")], 200),
    (&[("If-Unmodified-Since", LATE)], 200),
    (&[("If-Unmodified-Since", EARLY)], 412),
    (&[("If-Unmodified-Since", "yesterday")], 200),
    (
        &[("If-Unmodified-Since", EARLY), ("If-None-Match", "TAG")],
        412,
    ),
    (
        &[("If-Unmodified-Since", LATE), ("If-None-Match", "TAG")],
        304,
    ),
    // If-None-Match by weak comparison (§13.1.2), and before If-Modified-Since.
    (&[("If-None-Match", "W/TAG")], 304),
    (&[("If-None-Match", "*")], 304),
    (
        &[("If-None-Match", "\"other\""), ("If-Modified-Since", LATE)],
        200,
    ),
    (&[("If-Modified-Since", "DATE")], 304),
    (&[("If-Modified-Since", EARLY)], 200),
    (&[("If-Modified-Since", "yesterday")], 200),
];
const EARLY: &str = "Sat, 01 Jan 2000 00:00:00 GMT";
const LATE: &str = "Thu, 31 Dec 2099 23:59:59 GMT";

#[test]
fn preconditions_are_judged_in_their_order() {
    let (_desk, daemon) = daemon("");
    for (path, authorization) in [
        ("/o.atom", None),
        ("/o.json", None),
        ("/closed.atom", Some(BEARER)),
        ("/health.atom", None),
    ] {
        let ask = |method: &str, headers: &[(&str, &str)]| {
            let headers: Vec<_> = authorization.iter().chain(headers).copied().collect();
            daemon.ask(method, path, &headers)
        };
        let plain = ask("GET", &[]);
        let packed = ask("GET", &[("Accept-Encoding", "gzip")]);
        let value = |answer: &crate::support::daemon::Answer, name: &str| {
            let value = answer.header(name);
            value
                .unwrap_or_else(|| panic!("{path}: no {name}"))
                .to_owned()
        };
        let (tag, gzip, date) = (
            value(&plain, "etag"),
            value(&packed, "etag"),
            value(&plain, "last-modified"),
        );
        for (conditions, expected) in CONDITIONS {
            let meant: Vec<(&str, String)> = conditions
                .iter()
                .map(|(name, value)| {
                    let value = value.replace("TAG", &tag).replace("GZIP", &gzip);
                    (*name, value.replace("DATE", &date))
                })
                .collect();
            let asked: Vec<_> = meant
                .iter()
                .map(|(name, value)| (*name, &**value))
                .collect();
            for method in ["GET", "HEAD"] {
                let answer = ask(method, &asked);
                assert_eq!(answer.status, expected, "{method} {path} {conditions:?}");
                let is_guarded = answer.header("x-content-type-options").is_some();
                assert!(is_guarded, "{method} {path} {conditions:?}");
            }
        }
    }
    // What has no entity tag has none that could match.
    let opml = |value| {
        daemon
            .ask("GET", "/sources.opml", &[("If-Match", value)])
            .status
    };
    assert_eq!((opml("*"), opml("\"other\"")), (200, 412));
}

/// `Authorization` headers, and whether they open the closed output. The token is `open sesame: é`.
const CREDENTIALS: [(&str, bool); 10] = [
    ("Bearer open sesame: é", true),
    ("bearer open sesame: é", true),
    ("Bearer open sesame", false),
    // reader:TOKEN, :TOKEN, TOKEN, reader:wrong, and what is no base64
    ("Basic cmVhZGVyOm9wZW4gc2VzYW1lOiDDqQ==", true),
    ("basic Om9wZW4gc2VzYW1lOiDDqQ==", true),
    ("Basic b3BlbiBzZXNhbWUsIMOp", false),
    ("Basic cmVhZGVyOndyb25n", false),
    ("Basic ???", false),
    ("Digest cmVhZGVyOm9wZW4gc2VzYW1lOiDDqQ==", false),
    ("", false),
];

#[test]
fn a_token_comes_in_the_ways_that_readers_know() {
    let (_desk, daemon) = daemon("");
    for (given, is_right) in CREDENTIALS {
        let answer = daemon.ask("GET", "/closed.atom", &[("Authorization", given)]);
        let expected = if is_right { 200 } else { 401 };
        assert_eq!(answer.status, expected, "{given:?}");
    }
    let in_query = daemon.ask("GET", "/closed.rss?token=open+sesame%3A%20%C3%A9", &[]);
    assert_eq!(in_query.status, 200);
    let refused = daemon.ask("GET", "/closed.json", &[]);
    let offered: Vec<&str> = refused
        .head
        .lines()
        .filter_map(|line| line.strip_prefix("www-authenticate: "))
        .collect();
    let basic = "Basic realm=\"closed\", charset=\"UTF-8\"";
    assert_eq!((refused.status, offered), (401, vec!["Bearer", basic]));
}

#[test]
fn the_servers_token_guards_what_is_no_output() {
    let guarded = ["/sources.opml", "/health.atom"];
    let open = ["/healthz", "/readyz", "/o.atom"];
    let right = [("Authorization", "Basic Y3VybDpzM2NyZXQ=")];
    let (desk, daemon) = daemon("token = { file = \"server.token\" }\n");
    daemon.until("/health.atom?token=s3cret", |answer| answer.status == 200);
    for path in guarded {
        let refused = daemon.ask("GET", path, &[]);
        assert_eq!(refused.status, 401, "{path}");
        let answer = daemon.ask("GET", path, &right);
        assert_eq!(answer.status, 200, "{path}");
        let caching = answer.header("cache-control").expect("said");
        assert!(caching.contains("private"), "{path}: {caching}");
    }
    for path in open {
        assert_eq!(daemon.ask("GET", path, &[]).status, 200, "{path}");
    }
    assert_eq!(daemon.ask("GET", "/closed.atom", &right).status, 401);
    // A reload takes it away, and brings it back.
    desk.configure(OUTPUTS);
    daemon.signal("HUP");
    for path in guarded {
        let answer = daemon.until(path, |answer| answer.status == 200);
        let caching = answer.header("cache-control").expect("said");
        assert!(!caching.contains("private"), "{path}: {caching}");
    }
    desk.configure(&format!("token = {{ file = \"server.token\" }}\n{OUTPUTS}"));
    daemon.signal("HUP");
    for path in guarded {
        daemon.until(path, |answer| answer.status == 401);
    }
}
