//! The form of a request.
//!
//! - `User-Agent: Mainstem/VERSION (+CONTACT)`, the same at every poll, hop and host; without a contact, without the bracket.
//! - `Accept` names the feed types, and `text/html` for servers that answer 406 without; `Accept-Encoding` what is decoded, and nothing else.
//! - GET alone, of the target as configured without its fragment: no query, favicon or robots.txt added.
//! - No cookie, whatever a server sets, but those of the redirect that led there (see `cookies.rs`); no Referer, Range or anything else that says more than is needed.
//! - Credentials and headers of a source go to its own origin only: not to another port, host or hop; and appear nowhere.
//! - A request carries one `Authorization` line: a configured header goes before the user info of the address.
//! - The environment's proxy is ignored; a configured one is used.

use std::collections::BTreeSet;

use super::{LOCAL, feed, refresh, source};
use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Origin, response};

const ACCEPTED: [&str; 5] = [
    "text/html;q=",
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
];

/// An origin that sets cookies, sends each first request on, and gives validators.
fn curious() -> Origin {
    Origin::start(|asked| {
        let cookies = [
            ("Set-Cookie", "id=1; Path=/; Max-Age=99999"),
            ("Set-Cookie", "b=2"),
            ("ETag", "\"a\""),
            ("Accept-Ranges", "bytes"),
        ];
        match asked.path.as_str() {
            "/hop" => response(
                "302 Found",
                &[cookies.as_slice(), &[("Location", "/feed")]].concat(),
                b"",
            ),
            _ => response("200 OK", &cookies, &feed()),
        }
    })
}

/// The headers of a request but for validators; behind the hop, the cookies that it set.
fn expected_names(asked: &Asked) -> BTreeSet<&'static str> {
    let always = ["host", "user-agent", "accept", "accept-encoding"];
    let hop = (asked.path == "/feed").then_some("cookie");
    always.into_iter().chain(hop).collect()
}

#[test]
fn every_request_has_the_same_form() {
    for contact in [None, Some("https://news.example.org/about")] {
        let origin = curious();
        let keys = contact
            .map(|contact| format!("contact = \"{contact}\"\n"))
            .unwrap_or_default();
        let sources = source("hop", &origin.url("/hop"), "") + &source("a", &origin.url("/a"), "");
        let desk = Desk::new(&format!("{LOCAL}{keys}{sources}"));
        for command in [
            ["refresh"].as_slice(),
            &["refresh"],
            &["refresh", "--force"],
        ] {
            desk.run(command);
        }
        let version = env!("CARGO_PKG_VERSION");
        let agent = contact.map_or_else(
            || format!("Mainstem/{version}"),
            |contact| format!("Mainstem/{version} (+{contact})"),
        );
        let asked = origin.asked();
        assert_eq!(asked.len(), 9);
        for asked in &asked {
            assert_eq!(
                (asked.method.as_str(), asked.header("user-agent")),
                ("GET", Some(agent.as_str()))
            );
            let accept = asked.header("accept").expect("it says what it reads");
            assert!(
                ACCEPTED.iter().all(|kind| accept.contains(kind)),
                "{accept}"
            );
            assert_eq!(
                asked.header("accept"),
                origin.asked()[0].header("accept"),
                "constant"
            );
            let codings: BTreeSet<&str> = asked
                .header("accept-encoding")
                .expect("it unpacks")
                .split(',')
                .map(str::trim)
                .collect();
            assert_eq!(codings, BTreeSet::from(["gzip", "deflate", "br", "zstd"]));
            // Nothing else: no cookie of another chain, no Referer, no Range, no language, nothing that tells one of us from another.
            let mut names: BTreeSet<&str> =
                asked.raw.iter().map(|(name, _)| name.as_str()).collect();
            for conditional in ["if-none-match", "a-im"] {
                assert!(
                    !names.remove(conditional) || asked.nth == 1,
                    "{}: {names:?}",
                    asked.path
                );
            }
            assert_eq!(names, expected_names(asked), "{}", asked.path);
        }
    }
}

#[test]
fn the_target_is_asked_as_configured_without_its_fragment() {
    let cases = [
        ("/feed", "/feed"),
        ("/feed?b=2&a=1&a=1", "/feed?b=2&a=1&a=1"),
        ("/feed?x=%41%2f%zz+y", "/feed?x=%41%2f%zz+y"),
        ("/a%2Fb/%7Euser//c", "/a%2Fb/%7Euser//c"),
        ("/feed#top", "/feed"),
        ("/feed?#", "/feed?"),
        ("/caf\u{e9}?\u{fc}", "/caf%C3%A9?%C3%BC"),
        ("", "/"),
        ("?x", "/?x"),
    ];
    let origin = Origin::start(|_| response("200 OK", &[], &feed()));
    for (written, asked) in cases {
        let before = origin.asked().len();
        let desk = Desk::new(&format!("{LOCAL}{}", source("a", &origin.url(written), "")));
        assert_eq!(refresh(&desk)["a"]["outcome"], "fresh", "{written}");
        assert_eq!(origin.paths()[before..], [asked], "{written}");
    }
}

const TOKEN: &str = "headers = { Authorization = { file = \"token\" }, X-Key = \"secret-key\" }";

/// What was sent along: `Authorization` and `X-Key`.
fn secrets(asked: &Asked) -> [Option<&str>; 2] {
    [asked.header("authorization"), asked.header("x-key")]
}

#[test]
fn a_source_keeps_its_secrets_to_its_own_origin() {
    let other_host = Origin::at("127.0.0.2", |_| response("200 OK", &[], &feed()));
    let other_port = Origin::start(|_| response("200 OK", &[], &feed()));
    let (host, port) = (other_host.url("/feed"), other_port.url("/feed"));
    let origin = Origin::start(move |asked| match asked.path.as_str() {
        "/to-host" => response("302 Found", &[("Location", &host)], b""),
        "/to-port" => response("301 Moved Permanently", &[("Location", &port)], b""),
        "/to-own" => response("302 Found", &[("Location", "/own")], b""),
        _ => response("200 OK", &[], &feed()),
    });
    let with_user = origin
        .url("/to-host?user")
        .replace("http://", "http://user:pa%20ss@");
    let sources = [
        source("user", &with_user.replace("?user", ""), ""),
        source("host", &origin.url("/to-host"), TOKEN),
        source("port", &origin.url("/to-port"), TOKEN),
        source("own", &origin.url("/to-own"), TOKEN),
        source("plain", &origin.url("/plain"), ""),
    ];
    let desk = Desk::new("");
    desk.write("token", b"Bearer hush\n");
    desk.configure(&format!("{LOCAL}{}", sources.concat()));
    for _ in 0..2 {
        assert!(
            refresh(&desk)
                .values()
                .all(|row| row["outcome"] != "failed")
        );
    }
    let ours = [Some("Bearer hush"), Some("secret-key")];
    for asked in origin.asked() {
        let found = secrets(&asked);
        match asked.path.as_str() {
            "/plain" => assert_eq!(found, [None, None]),
            "/to-host" => assert!(
                found == ours || found == [Some("Basic dXNlcjpwYSBzcw=="), None],
                "{found:?}"
            ),
            path => assert_eq!(found, ours, "{path}"),
        }
    }
    let strangers = [other_host.asked(), other_port.asked()].concat();
    assert_eq!(strangers.len(), 6, "three sources, twice");
    for asked in strangers {
        assert_eq!(secrets(&asked), [None, None]);
        assert_eq!(asked.header("referer"), None);
    }
    never_said(&desk);
}

/// No command shows a secret.
fn never_said(desk: &Desk) {
    for command in [
        ["sources", "--json"].as_slice(),
        &["export"],
        &["-v", "refresh", "--force"],
        &["-v", "--log-format", "json", "refresh"],
    ] {
        let ended = desk.run(command);
        let said = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
        assert!(
            !["pa%20ss", "pa ss", "hush", "secret-key"]
                .iter()
                .any(|secret| said.contains(secret)),
            "{command:?}: {said}"
        );
    }
}

#[test]
fn the_proxy_of_the_environment_is_ignored_and_a_configured_one_used() {
    let proxy = Origin::at("127.0.0.2", |_| response("200 OK", &[], &feed()));
    let origin = Origin::start(|_| response("200 OK", &[], &feed()));
    let url = proxy.url("");
    let names = [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ];
    let environment: Vec<(&str, &str)> = names.iter().map(|name| (*name, url.as_str())).collect();
    let desk = Desk::new(&format!("{LOCAL}{}", source("a", &origin.url("/a"), "")));
    assert!(desk.run_in(&environment, &["refresh"]).status.success());
    // Nor is it a way around the guard.
    let private = Desk::new(&format!("[fetch]\n{}", source("a", &origin.url("/a"), "")));
    assert!(!private.run_in(&environment, &["refresh"]).status.success());
    assert_eq!((proxy.asked().len(), origin.asked().len()), (0, 1));
    // A private address is not asked for through a proxy either.
    let hidden = source("b", "http://10.0.0.1/feed", &format!("proxy = \"{url}\""));
    desk.configure(&format!("{LOCAL}{hidden}"));
    assert_eq!(refresh(&desk)["b"]["class"], "egress_blocked");
    assert_eq!(proxy.asked().len(), 0);
    desk.configure(&format!(
        "{LOCAL}{}",
        source("a", &origin.url("/a"), &format!("proxy = \"{url}\""))
    ));
    assert!(desk.run(&["refresh", "--force"]).status.success());
    assert_eq!(
        (proxy.paths(), origin.asked().len()),
        (vec![origin.url("/a")], 1)
    );
}

/// User info in the address and a header of the source: the header goes, alone, and `check` says so.
#[test]
fn a_request_carries_one_authorization() {
    let origin = Origin::start(|_| response("200 OK", &[], &feed()));
    let own = "headers = { Authorization = \"Bearer own\" }";
    let address = origin.address();
    let tables = [
        source("both", &format!("http://user:pass@{address}/both"), own),
        source("basic", &format!("http://user:pass@{address}/basic"), ""),
    ];
    let desk = Desk::new(&format!("{LOCAL}{}", tables.concat()));
    refresh(&desk);
    let asked = origin.asked();
    let sent = |path: &str| -> Vec<String> {
        let asked = asked
            .iter()
            .find(|asked| asked.path == path)
            .expect("asked");
        let fields = asked.raw.iter().filter(|(name, _)| name == "authorization");
        fields
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
            .collect()
    };
    assert_eq!(sent("/both"), ["Bearer own"]);
    assert_eq!(sent("/basic"), ["Basic dXNlcjpwYXNz"]);
    let checked = desk.run(&["check"]);
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert_eq!(checked.status.code(), Some(0), "{said}");
    assert_eq!(said.matches("Authorization").count(), 1, "{said}");
}
