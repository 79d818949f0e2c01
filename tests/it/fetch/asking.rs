//! A source's own headers.
//!
//! - `User-Agent` and `Accept` of a source take the place of ours, from a file or a credential too; so does any other header.
//! - Written in the configuration, `User-Agent`, `Accept` and `Accept-Language` follow redirects; kept elsewhere, or another
//!   header, they go to the source's own origin only.
//! - The start says once for each source that it is asked so, and so does a reload that changes it.
//! - Headers that would break the exchange are refused, each with a reason.

use super::{LOCAL, MERGED, assert_all, feed, feed_of, rows, source, summary};
use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Origin, response};

const BROWSER: &str = "Mozilla/5.0 (compatible; harbour desk)";

/// Answers 406 without `text/html` in `Accept`, and 403 unless asked by a browser where the path says so.
fn choosy(asked: &Asked) -> Vec<u8> {
    let has = |name: &str, part: &str| asked.header(name).is_some_and(|value| value.contains(part));
    match asked.path.as_str() {
        "/html" if !has("accept", "text/html") => response("406 Not Acceptable", &[], b"no"),
        "/browser" if !has("user-agent", "Mozilla") => response("403 Forbidden", &[], b"no"),
        _ => response("200 OK", &[], &feed_of(&asked.path[1..])),
    }
}

/// The id, its keys, a header in lower case, and what it is on the wire.
const OWN: &[(&str, &str, &str, &str)] = &[
    (
        "browser",
        "headers = { \"User-Agent\" = \"Mozilla/5.0 (compatible; harbour desk)\" }",
        "user-agent",
        BROWSER,
    ),
    (
        "lower",
        "headers = { user-agent = \"x\", accept = \"*/*\" }",
        "accept",
        "*/*",
    ),
    (
        "codings",
        "headers = { Accept = \"*/*\" }",
        "accept-encoding",
        "gzip, deflate, br, zstd",
    ),
    (
        "file",
        "headers = { User-Agent = { file = \"agent\" } }",
        "user-agent",
        "Desk/1 (mail@example.org)",
    ),
    (
        "credential",
        "headers = { Accept = { credential = \"accept\" } }",
        "accept",
        "application/rss+xml",
    ),
    ("empty", "headers = { User-Agent = \"\" }", "user-agent", ""),
    (
        "language",
        "headers = { Accept-Language = \"ky\" }",
        "accept-language",
        "ky",
    ),
    (
        "referer",
        "headers = { Referer = \"https://x.example/\" }",
        "referer",
        "https://x.example/",
    ),
    (
        "contact",
        "contact = \"desk@example.org\"\nheaders = { User-Agent = \"Desk\" }",
        "user-agent",
        "Desk",
    ),
];

#[test]
fn a_sources_own_headers_are_sent_as_they_are_written() {
    let origin = Origin::start(choosy);
    let sources: String = OWN
        .iter()
        .map(|(id, keys, ..)| source(id, &origin.url(&format!("/{id}")), keys))
        .collect();
    let desk = Desk::new("");
    desk.write("agent", b"Desk/1 (mail@example.org)\n");
    desk.write("accept", b"application/rss+xml\n");
    desk.configure(&format!("{LOCAL}{sources}"));
    let beside = desk.path("");
    let credentials = [("CREDENTIALS_DIRECTORY", beside.to_str().expect("UTF-8"))];
    let refreshed = rows(&desk.run_in(&credentials, &["refresh", "--json"]).stdout);
    let (asked, mut wrong) = (origin.asked(), Vec::new());
    for (id, _, name, value) in OWN {
        let of = |asked: &&Asked| asked.path == format!("/{id}");
        let asked = asked.iter().find(of).expect("asked");
        let sent = asked.bytes(name);
        if summary(&refreshed[*id]) != "fresh 200" || sent != Some(value.as_bytes()) {
            let sent = sent.map(String::from_utf8_lossy);
            wrong.push(format!("{id}: {name} is {sent:?}, must be {value:?}"));
        }
    }
    assert_all(&wrong);
}

#[test]
fn a_server_that_wants_html_named_is_content() {
    let origin = Origin::start(choosy);
    let parsed = Desk::new("").run(&["parse", &origin.url("/html")]);
    assert!(
        parsed.status.success(),
        "{}",
        String::from_utf8_lossy(&parsed.stderr)
    );
}

#[test]
fn who_asks_follows_redirects_and_secrets_do_not() {
    let other = Origin::at("127.0.0.2", |_| response("200 OK", &[], &feed()));
    let there = other.url("/feed");
    let origin = Origin::start(move |_| response("302 Found", &[("Location", &there)], b""));
    let desk = Desk::new("");
    desk.write("agent", b"Desk with a secret\n");
    let plain = "headers = { User-Agent = \"Desk\", Accept = \"*/*\", Accept-Language = \"ky\", X-Key = \"hush\" }";
    let kept = "headers = { User-Agent = { file = \"agent\" } }";
    let sent = |keys: &str| {
        desk.configure(&format!("{LOCAL}{}", source("a", &origin.url("/"), keys)));
        assert!(desk.run(&["refresh", "--force"]).status.success());
        let (first, last) = (origin.asked(), other.asked());
        let names = ["user-agent", "accept", "accept-language", "x-key"];
        [first, last].map(|asked| {
            let last = asked.last().expect("asked").clone();
            names.map(|name| last.header(name).map(str::to_owned))
        })
    };
    let some = |value: &str| Some(value.to_owned());
    let [here, there] = sent(plain);
    assert_eq!(here, [some("Desk"), some("*/*"), some("ky"), some("hush")]);
    assert_eq!(there, [some("Desk"), some("*/*"), some("ky"), None]);
    let [here, there] = sent(kept);
    assert_eq!(here[0], some("Desk with a secret"));
    let ours = format!("Mainstem/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(there[0], Some(ours));
}

#[test]
fn the_start_says_who_is_asked_under_another_name() {
    let origin = Origin::start(choosy);
    let desk = Desk::new("");
    desk.write("agent", b"Hush\n");
    let configure = |agent: &str| {
        let sources = [
            source(
                "own",
                &origin.url("/own"),
                &format!("headers = {{ User-Agent = \"{agent}\" }}"),
            ),
            source(
                "kept",
                &origin.url("/kept"),
                "headers = { User-Agent = { file = \"agent\" } }",
            ),
            source(
                "other",
                &origin.url("/other"),
                "headers = { X-Key = \"1\" }",
            ),
        ];
        desk.configure(&format!("{LOCAL}{}{MERGED}", sources.concat()));
    };
    configure("One");
    let daemon = desk.start();
    let told = || {
        let log = daemon.log();
        let told = log.iter().filter(|event| event["user_agent"].is_string());
        let text = |event: &serde_json::Value, key: &str| event[key].as_str().map(str::to_owned);
        let told = told.map(|event| (text(event, "source"), text(event, "user_agent")));
        told.collect::<Vec<_>>()
    };
    let some = |text: &str| Some(text.to_owned());
    let first = vec![(some("own"), some("One")), (some("kept"), some("(hidden)"))];
    assert_eq!(told(), first);
    configure("Two");
    daemon.signal("HUP");
    daemon.until_logged(|event| event["message"] == "reloaded");
    let both = [first, vec![(some("own"), some("Two"))]].concat();
    assert_eq!(told(), both, "what did not change is not told again");
}

#[test]
fn headers_that_would_break_the_exchange_are_refused() {
    let cases = [
        ("Host", "the host is that of `url`"),
        ("connection", "about the connection"),
        ("Keep-Alive", "about the connection"),
        ("Content-Length", "about the connection"),
        ("TRANSFER-ENCODING", "about the connection"),
        ("Upgrade", "about the connection"),
        ("Expect", "about the connection"),
        ("Accept-Encoding", "what can be decoded"),
        ("TE", "what can be decoded"),
        ("Range", "only read whole"),
        ("If-None-Match", "validators = false"),
        ("If-Modified-Since", "validators = false"),
        ("If-Range", "validators = false"),
        ("If-Anything", "validators = false"),
        ("A-IM", "validators = false"),
        ("User Agent", "such as \"User-Agent\""),
        ("User-Agent:", "such as \"User-Agent\""),
    ];
    let mut wrong = Vec::new();
    for (name, why) in cases {
        let keys = format!("headers = {{ \"{name}\" = \"x\" }}");
        let desk = Desk::new(&format!(
            "{}{MERGED}",
            source("a", "https://a.example/", &keys)
        ));
        let checked = desk.run(&["check"]);
        let said = String::from_utf8_lossy(&checked.stdout).into_owned()
            + &String::from_utf8_lossy(&checked.stderr);
        if checked.status.code() != Some(78) || !said.contains(why) {
            wrong.push(format!("{name}: {:?}: {said}", checked.status.code()));
        }
    }
    assert_all(&wrong);
}
