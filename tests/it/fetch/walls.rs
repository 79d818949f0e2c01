//! What stands in place of a feed is named: the page of a bot check or a login.
//!
//! - A page with 200 is named by its title, else its first heading, in `parse`, `refresh`, `sources` and `/health.atom`.
//! - A 401, 403, 406, 429 or 503 with a page is named by it too, compressed or not, whole or not; other statuses are not read.
//! - Headers that say for certain what stands in between are named, with any status that is no feed; a feed is a feed all the same.
//! - A title is one line, cut, without anything that a terminal or a log could take for its own.
//! - The page of a refusal is bounded in bytes and time, and never changes what the refusal means.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::{LOCAL, MERGED, assert_all, desk, feed, refresh, rows, source};
use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Origin, Reply, head, response};

const PAGE: &[u8] = b"<!doctype html><html><head><title>Checking that\n you are a &quot;person&quot;</title></head><body><p>One moment</p></body></html>";
const TITLED: &str = "titled \"Checking that you are a \\\"person\\\"\"";
const HTML: (&str, &str) = ("Content-Type", "text/html; charset=utf-8");

type Headers = &'static [(&'static str, &'static str)];
/// Path, status, headers, body, what the message ends with.
type Case = (
    &'static str,
    &'static str,
    Headers,
    &'static [u8],
    &'static str,
);

const CASES: &[Case] = &[
    (
        "page",
        "200 OK",
        &[HTML],
        PAGE,
        "an HTML page titled \"Checking that you are a \\\"person\\\"\", no feed: give the address of the feed itself",
    ),
    (
        "heading",
        "200 OK",
        &[HTML],
        b"<html><body><svg><title>Logo</title></svg><h1>Please <b>log in</b></h1>",
        "an HTML page titled \"Please log in\", no feed: give the address of the feed itself",
    ),
    (
        "nameless",
        "200 OK",
        &[HTML],
        b"<html><body><p>One moment</p>",
        "an HTML page, no feed: give the address of the feed itself",
    ),
    (
        "blank",
        "200 OK",
        &[HTML],
        b"<html><head><title> \n </title></head><body>",
        "an HTML page, no feed: give the address of the feed itself",
    ),
    (
        "controls",
        "200 OK",
        &[HTML],
        b"<html><head><title>\x1b[31mRed\x07\xe2\x80\xae</title></head>",
        "an HTML page titled \"[31mRed \\u{202e}\", no feed: give the address of the feed itself",
    ),
    (
        "waf-page",
        "200 OK",
        &[HTML, ("X-Amzn-Waf-Action", "captcha")],
        PAGE,
        "the feed itself; a bot check of AWS WAF's (x-amzn-waf-action: captcha) stands in between",
    ),
    (
        "forbidden",
        "403 Forbidden",
        &[HTML],
        PAGE,
        "the server answered 403 Forbidden: a page titled \"Checking that you are a \\\"person\\\"\"",
    ),
    (
        "login",
        "401 Unauthorized",
        &[HTML],
        PAGE,
        "the server answered 401 Unauthorized: a page titled \"Checking that you are a \\\"person\\\"\"",
    ),
    (
        "typeless",
        "406 Not Acceptable",
        &[],
        PAGE,
        "the server answered 406 Not Acceptable: a page titled \"Checking that you are a \\\"person\\\"\"",
    ),
    (
        "down",
        "503 Service Unavailable",
        &[HTML],
        PAGE,
        "the server answered 503 Service Unavailable: a page titled \"Checking that you are a \\\"person\\\"\"",
    ),
    (
        "cloudflare",
        "403 Forbidden",
        &[HTML, ("CF-Mitigated", "challenge")],
        PAGE,
        "the server answered 403 Forbidden: a bot check of Cloudflare's (cf-mitigated: challenge) stands in between and answers with a page titled \"Checking that you are a \\\"person\\\"\"",
    ),
    (
        "bare",
        "403 Forbidden",
        &[("cf-mitigated", "challenge")],
        b"",
        "the server answered 403 Forbidden: a bot check of Cloudflare's (cf-mitigated: challenge) stands in between",
    ),
    (
        "datadome",
        "403 Forbidden",
        &[
            ("Content-Type", "application/json"),
            ("X-DataDome", "protected"),
        ],
        b"{}",
        "the server answered 403 Forbidden: DataDome (x-datadome) stands in between",
    ),
    (
        "guard",
        "403 Forbidden",
        &[("Server", "DDoS-Guard")],
        b"",
        "the server answered 403 Forbidden: DDoS-Guard (server: ddos-guard) stands in between",
    ),
    (
        "json",
        "403 Forbidden",
        &[("Content-Type", "application/json")],
        b"{\"title\":\"<title>No</title>\"}",
        "the server answered 403 Forbidden",
    ),
    (
        "plain",
        "403 Forbidden",
        &[("Content-Type", "text/plain")],
        b"<title>No</title>",
        "the server answered 403 Forbidden",
    ),
    (
        "missing",
        "404 Not Found",
        &[HTML],
        PAGE,
        "the server answered 404 Not Found",
    ),
    (
        "other-cf",
        "403 Forbidden",
        &[("cf-mitigated", "no")],
        b"",
        "the server answered 403 Forbidden",
    ),
];

fn by_path(asked: &Asked) -> Vec<u8> {
    match CASES.iter().find(|case| asked.path[1..] == *case.0) {
        Some((_, status, headers, body, _)) => response(status, headers, body),
        // What a page that names no feed makes one try.
        None => response("404 Not Found", &[], b""),
    }
}

#[test]
fn what_stands_in_place_of_a_feed_is_named() {
    let origin = Origin::start(by_path);
    let paths: Vec<String> = CASES.iter().map(|case| format!("/{}", case.0)).collect();
    let desk = desk(
        &origin,
        &paths.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let refreshed = refresh(&desk);
    let stored = super::sources(&desk);
    let mut wrong = Vec::new();
    for (id, _, _, _, expected) in CASES {
        for row in [&refreshed[*id], &stored[*id]] {
            let message = row["message"].as_str().unwrap_or_default();
            let said = message.split("; asked in vain").next().unwrap_or_default();
            if !said.ends_with(expected) && !message.ends_with(expected) {
                wrong.push(format!("{id}: {message:?}, must end with {expected:?}"));
            }
        }
        let parsed = desk.run(&["parse", &origin.url(&format!("/{id}"))]);
        let said = String::from_utf8_lossy(&parsed.stderr).into_owned();
        if said.lines().count() > 2 || !said.trim_end().ends_with(expected) {
            wrong.push(format!("{id}: parse: {said:?}"));
        }
    }
    assert_all(&wrong);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

/// A page whose title is followed by so much that no bound is kept to by chance.
fn long() -> Vec<u8> {
    let noise: String = (0..20_000_u64)
        .map(|n| format!("<p>{}</p>", n.wrapping_mul(6_364_136_223_846_793_005)))
        .collect();
    [PAGE, noise.as_bytes()].concat()
}

/// A refusal's page in every form that it may come in.
fn coded(asked: &Asked) -> Reply {
    let zlib = |bytes: &[u8]| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("in memory");
        encoder.finish().expect("in memory")
    };
    let bare = |bytes: &[u8]| {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("in memory");
        encoder.finish().expect("in memory")
    };
    let (coding, body) = match &asked.path[1..] {
        "gzip" => ("gzip", gzip(PAGE)),
        "deflate" => ("deflate", zlib(PAGE)),
        "bare-deflate" => ("deflate", bare(PAGE)),
        "zstd" => ("zstd", zstd::bulk::compress(PAGE, 3).expect("in memory")),
        "br" => ("br", brotli(PAGE)),
        "twice" => ("gzip, gzip", gzip(&gzip(PAGE))),
        "long-gzip" => ("gzip", gzip(&long())),
        "long-br" => ("br", brotli(&long())),
        "long" => ("identity", long()),
        "bomb" => ("gzip", gzip(&[PAGE, &vec![b' '; 64 << 20]].concat())),
        "cut" => {
            let whole = gzip(&long());
            let head = head(
                "403 Forbidden",
                &[
                    ("Content-Type", b"text/html"),
                    ("Content-Encoding", b"gzip"),
                    ("Content-Length", b"9999999"),
                ],
            );
            return Reply::from(head).send(&whole[..whole.len() / 2]);
        }
        "stalled" => {
            let head = head(
                "403 Forbidden",
                &[
                    ("Content-Type", b"text/html"),
                    ("Content-Length", b"9999999"),
                ],
            );
            return Reply::from(head).send(PAGE).silence();
        }
        "endless" => {
            let head = head("403 Forbidden", &[("Content-Type", b"text/html")]);
            return Reply::from(head).send(PAGE).endless("<p>more</p>");
        }
        _ => ("gzip", PAGE.to_vec()),
    };
    response(
        "403 Forbidden",
        &[HTML, ("Content-Encoding", coding)],
        &body,
    )
    .into()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let quickly = brotli::enc::BrotliEncoderParams {
        quality: 3,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &quickly).expect("in memory");
    packed
}

#[test]
fn a_refusals_page_is_read_in_every_coding_and_only_its_beginning() {
    let named = [
        "/gzip",
        "/deflate",
        "/bare-deflate",
        "/zstd",
        "/br",
        "/twice",
        "/long-gzip",
        "/long-br",
        "/long",
        "/bomb",
        "/cut",
        "/stalled",
        "/endless",
    ];
    let origin = Origin::start(coded);
    let desk = desk(&origin, &[named.as_slice(), &["/mislabelled"]].concat());
    let refreshed = refresh(&desk);
    let mut wrong = Vec::new();
    for path in named {
        let row = &refreshed[&path[1..]];
        let message = row["message"].as_str().unwrap_or_default();
        if !message.contains(TITLED) || row["class"] != "status" || row["status"] != 403 {
            wrong.push(format!("{path}: {row}"));
        }
    }
    assert_all(&wrong);
    assert_eq!(
        refreshed["mislabelled"]["message"],
        "the server answered 403 Forbidden"
    );
}

/// A refusal with `Retry-After` stays one, and is named besides.
#[test]
fn a_wait_stays_a_wait() {
    let origin = Origin::start(|asked| {
        let wait = ("Retry-After", "3600");
        match asked.path.as_str() {
            "/many" => response("429 Too Many Requests", &[HTML, wait], PAGE),
            "/busy" => response(
                "503 Service Unavailable",
                &[HTML, wait, ("CF-Mitigated", "challenge")],
                PAGE,
            ),
            _ => response("429 Too Many Requests", &[wait], b""),
        }
    });
    let mut said = Vec::new();
    for path in ["/many", "/busy", "/silent"] {
        let desk = desk(&origin, &[path]);
        let row = refresh(&desk)[&path[1..]].clone();
        assert_eq!(row["outcome"], "throttled", "{row}");
        said.push(row["message"].as_str().map(str::to_owned));
    }
    assert!(
        said[0].as_deref().is_some_and(|said| said.contains(TITLED)),
        "{said:?}"
    );
    assert!(
        said[1]
            .as_deref()
            .is_some_and(|said| said.contains("cf-mitigated")),
        "{said:?}"
    );
    assert_eq!(said[2], None);
}

#[test]
fn a_feed_from_behind_a_guard_is_a_feed() {
    let headers = [("Server", "ddos-guard"), ("X-DataDome", "protected")];
    let origin = Origin::start(move |_| response("200 OK", &headers, &feed()));
    let row = refresh(&desk(&origin, &["/a"]))["a"].clone();
    assert_eq!(
        (&row["outcome"], &row["message"]),
        (&"fresh".into(), &serde_json::Value::Null)
    );
}

/// A long title is cut, and the feed of what is wrong shows it.
#[test]
fn the_health_feed_names_the_page() {
    let title = "Sign in to read ".repeat(40);
    let page = format!("<html><head><title>{title}</title></head></html>");
    let origin = Origin::start(move |_| response("200 OK", &[HTML], page.as_bytes()));
    let source = source("a", &origin.url("/a"), "every = \"50ms\"");
    let desk = Desk::new(&format!("{LOCAL}{source}{MERGED}"));
    for _ in 0..5 {
        let row = rows(&desk.run(&["refresh", "--json"]).stdout)["a"].clone();
        let message = row["message"].as_str().expect("a message").to_owned();
        assert!(
            message.contains("titled \"Sign in to read Sign in"),
            "{message}"
        );
        assert!(message.chars().count() < 250, "{message}");
    }
    let daemon = desk.start();
    daemon.until("/health.atom", |answer| {
        answer.text().contains("Sign in to read")
    });
}
