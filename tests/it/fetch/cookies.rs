//! Cookies: within one chain of redirects, and no longer.
//!
//! - A site that gives its feed to whoever brings its cookie back gives it to us; the next poll knows nothing of it.
//! - Where a cookie goes is decided by host, domain, path and `Secure` (RFC 6265 §5.3, §5.4); never to another site.
//! - Number and size are bounded; a loop stays a loop, whatever it sets.
//! - No cookie is stored or logged. What an operator sends stands first.

use super::{LOCAL, MERGED, assert_all, desk, feed, refresh, source, summary};
use crate::support::connections::{Act, Connections, ca_file};
use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Origin, response};

const SECRET: &str = "wall=bread-and-butter";

fn to(location: &str, cookies: &[&str]) -> Vec<u8> {
    let mut headers: Vec<(&str, &str)> = cookies.iter().map(|line| ("Set-Cookie", *line)).collect();
    headers.push(("Location", location));
    response("302 Found", &headers, b"")
}

/// Walls, by the path of their feed.
fn wall(asked: &Asked) -> Vec<u8> {
    let has_it = asked.header("cookie") == Some(SECRET);
    match asked.path.as_str() {
        "/itself" | "/around" if has_it => response("200 OK", &[], &feed()),
        "/itself" => to("/itself", &[SECRET]),
        "/around" => to("/wall", &[]),
        path => {
            assert_eq!(path, "/wall");
            to(
                "/around",
                &["wall=bread-and-butter; Path=/; HttpOnly; SameSite=Lax"],
            )
        }
    }
}

#[test]
fn a_wall_of_cookies_lets_us_in_and_is_forgotten() {
    let origin = Origin::start(wall);
    let desk = desk(&origin, &["/around", "/itself"]);
    for command in [["-vv", "refresh", "--force"], ["-v", "refresh", "--force"]] {
        let before = origin.asked().len();
        let ended = desk.run(&command);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.success(), "{said}");
        assert!(!said.contains("bread"), "{said}");
        let asked = origin.asked().split_off(before);
        let paths = |of: &[&str]| -> Vec<(String, bool)> {
            let ours = asked.iter().filter(|asked| of.contains(&&*asked.path));
            ours.map(|asked| (asked.path.clone(), asked.header("cookie").is_some()))
                .collect()
        };
        let asked = |path: &str, with: bool| (path.to_owned(), with);
        assert_eq!(
            paths(&["/itself"]),
            [asked("/itself", false), asked("/itself", true)]
        );
        assert_eq!(
            paths(&["/around", "/wall"]),
            [
                asked("/around", false),
                asked("/wall", false),
                asked("/around", true)
            ]
        );
    }
    for file in std::fs::read_dir(desk.path("")).expect("readable") {
        let path = file.expect("readable").path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let is_there = bytes.windows(5).any(|window| window == b"bread");
        assert!(!is_there, "{}", path.display());
    }
}

/// A redirect that holds only with its cookie is no address for good.
#[test]
fn a_way_around_is_never_remembered() {
    let origin = Origin::start(|asked| match asked.path.as_str() {
        "/feed" if asked.header("cookie").is_some() => response("200 OK", &[], &feed()),
        "/feed" => response("301 Moved Permanently", &[("Location", "/wall")], b""),
        _ => {
            let headers = [("Location", "/feed"), ("Set-Cookie", SECRET)];
            response("308 Permanent Redirect", &headers, b"")
        }
    });
    let desk = desk(&origin, &["/feed"]);
    assert_eq!(summary(&refresh(&desk)["feed"]), "fresh 200");
    desk.run(&["refresh", "--force"]);
    let ways = ["/feed", "/wall", "/feed"];
    assert_eq!(origin.paths(), [ways, ways].concat());
}

#[test]
fn a_loop_that_sets_cookies_is_a_loop() {
    let origin = Origin::start(|asked| match asked.path.as_str() {
        "/same" => to("/same", &["a=1"]),
        "/new" => to("/new", &[&format!("a={}", asked.number)]),
        "/one" => to("/two", &[&format!("a={}", asked.number)]),
        _ => to("/one", &[]),
    });
    let desk = desk(&origin, &["/new", "/one", "/same"]);
    let rows = refresh(&desk);
    let found: Vec<String> = rows.values().map(summary).collect();
    assert_eq!(found, ["failed loop 302"; 3]);
    let counts = ["/same", "/new", "/one", "/two"].map(|path| origin.count(path));
    assert_eq!(counts, [2, 2, 2, 2]);
}

/// Where the first request goes, what it sets, where the second goes, and what goes along.
type Case = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
    Option<&'static str>,
);

const CASES: &[Case] = &[
    (
        "the same host",
        "http://www.mill.example/a",
        &["c=1"],
        "http://www.mill.example/b",
        Some("c=1"),
    ),
    (
        "value and quotes as they are",
        "http://www.mill.example/a",
        &["c=\"x y=z\" "],
        "http://www.mill.example/b",
        Some("c=\"x y=z\""),
    ),
    (
        "no value",
        "http://www.mill.example/a",
        &["c="],
        "http://www.mill.example/b",
        Some("c="),
    ),
    (
        "no name",
        "http://www.mill.example/a",
        &["=1", "c", ""],
        "http://www.mill.example/b",
        None,
    ),
    (
        "two",
        "http://www.mill.example/a",
        &["c=1", "d=2"],
        "http://www.mill.example/b",
        Some("c=1; d=2"),
    ),
    (
        "the later wins",
        "http://www.mill.example/a",
        &["c=1", "d=2", "c=3"],
        "http://www.mill.example/b",
        Some("c=3; d=2"),
    ),
    (
        "another port is the same host",
        "http://www.mill.example/a",
        &["c=1"],
        "https://www.mill.example/b",
        Some("c=1"),
    ),
    (
        "another host",
        "http://www.mill.example/a",
        &["c=1"],
        "http://mill.example/b",
        None,
    ),
    (
        "a host under it",
        "http://www.mill.example/a",
        &["c=1"],
        "http://x.www.mill.example/b",
        None,
    ),
    (
        "another site",
        "http://www.mill.example/a",
        &["c=1; Domain=mill.example"],
        "http://www.weir.example/b",
        None,
    ),
    (
        "the domain",
        "http://www.mill.example/a",
        &["c=1; Domain=.Mill.example"],
        "http://feeds.mill.example/b",
        Some("c=1"),
    ),
    (
        "the domain itself",
        "http://www.mill.example/a",
        &["c=1; Domain=mill.example"],
        "http://mill.example/b",
        Some("c=1"),
    ),
    (
        "a name that only ends so",
        "http://www.mill.example/a",
        &["c=1; Domain=mill.example"],
        "http://sawmill.example/b",
        None,
    ),
    (
        "a foreign domain",
        "http://www.mill.example/a",
        &["c=1; Domain=weir.example"],
        "http://weir.example/b",
        None,
    ),
    (
        "a foreign domain, not kept at all",
        "http://www.mill.example/a",
        &["c=1; Domain=weir.example"],
        "http://www.mill.example/b",
        None,
    ),
    (
        "a public suffix",
        "http://www.mill.co.uk/a",
        &["c=1; Domain=co.uk"],
        "http://www.weir.co.uk/b",
        None,
    ),
    (
        "an empty domain",
        "http://www.mill.example/a",
        &["c=1; Domain="],
        "http://www.mill.example/b",
        Some("c=1"),
    ),
    (
        "under the path",
        "http://www.mill.example/a/x",
        &["c=1; Path=/a"],
        "http://www.mill.example/a/y",
        Some("c=1"),
    ),
    (
        "beside the path",
        "http://www.mill.example/a/x",
        &["c=1; Path=/a"],
        "http://www.mill.example/ab",
        None,
    ),
    (
        "no path: its own directory",
        "http://www.mill.example/a/x",
        &["c=1"],
        "http://www.mill.example/b",
        None,
    ),
    (
        "a path that is none",
        "http://www.mill.example/a",
        &["c=1; Path=b"],
        "http://www.mill.example/b",
        Some("c=1"),
    ),
    (
        "the longer path first",
        "http://www.mill.example/a/x",
        &["c=1; Path=/", "d=2; Path=/a"],
        "http://www.mill.example/a/y",
        Some("d=2; c=1"),
    ),
    (
        "set as secure without TLS",
        "http://www.mill.example/a",
        &["c=1; Secure"],
        "http://www.mill.example/b",
        None,
    ),
    (
        "over at once",
        "http://www.mill.example/a",
        &["c=1", "c=; Max-Age=0"],
        "http://www.mill.example/b",
        None,
    ),
    (
        "over by its date",
        "http://www.mill.example/a",
        &["c=1", "c=x; Expires=Thu, 01-Jan-1970 00:00:00 GMT"],
        "http://www.mill.example/b",
        None,
    ),
    (
        "age goes before date",
        "http://www.mill.example/a",
        &["c=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT"],
        "http://www.mill.example/b",
        Some("c=1"),
    ),
];

/// By way of a proxy, which is asked for every host and needs none of them to be there.
#[test]
fn a_cookie_goes_where_it_belongs() {
    let mut wrong = Vec::new();
    for (what, first, cookies, second, expected) in CASES {
        // A request over TLS would go through a tunnel; what it carries shows without as well.
        let second = second.replace("https://www.mill.example", "http://www.mill.example:8080");
        let then = second.clone();
        let proxy = Origin::start(move |asked| match asked.number {
            0 => to(&then, cookies),
            _ => response("200 OK", &[], &feed()),
        });
        let keys = format!("proxy = \"{}\"", proxy.url(""));
        let ports = "allow_addresses = [\"0.0.0.0/0\"]\n";
        let desk = Desk::new(&format!(
            "[fetch]\nhost_gap = \"0s\"\n{ports}{}",
            source("a", first, &keys)
        ));
        let found = refresh(&desk)["a"].clone();
        let asked = proxy.asked();
        let sent = asked.get(1).and_then(|asked| asked.header("cookie"));
        if asked.len() != 2 || asked[1].path != second || sent != *expected {
            wrong.push(format!(
                "{what}: {sent:?} {} {}",
                summary(&found),
                found["message"]
            ));
        }
    }
    assert_all(&wrong);
}

#[test]
fn a_secure_cookie_stays_on_secure_connections() {
    let plain = Origin::start(|_| response("200 OK", &[], &feed()));
    let next = plain.url("/plain");
    let server = Connections::secure(None, move |over| match over.path.as_str() {
        "/a" => Act::Close(to("/b", &["safe=1; Secure", "any=2"])),
        _ => Act::Close(to(&next, &[])),
    });
    let desk = Desk::new(&format!(
        "{LOCAL}{}",
        source("a", &server.url("/a"), &ca_file())
    ));
    assert_eq!(summary(&refresh(&desk)["a"]), "fresh 200");
    // The same host at another port, without TLS.
    assert_eq!(plain.asked()[0].header("cookie"), Some("any=2"));
}

#[test]
fn cookies_are_bounded_and_stand_behind_the_operators_own() {
    let origin = Origin::start(|asked| match asked.path.as_str() {
        "/many" => {
            let lines: Vec<String> = (0..60).map(|nth| format!("c{nth}=1")).collect();
            to(
                "/feed-many",
                &lines.iter().map(String::as_str).collect::<Vec<_>>(),
            )
        }
        "/long" => {
            let lines: Vec<String> = (3500..3503)
                .chain([5000])
                .map(|length| format!("c{length}={}", "x".repeat(length)))
                .collect();
            to(
                "/feed-long",
                &lines.iter().map(String::as_str).collect::<Vec<_>>(),
            )
        }
        "/own" => to("/feed-own", &["wall=2"]),
        _ => response("200 OK", &[], &feed()),
    });
    let own = "headers = { Cookie = \"own=1\" }";
    let tables = source("many", &origin.url("/many"), "")
        + &source("long", &origin.url("/long"), "")
        + &source("own", &origin.url("/own"), own);
    refresh(&Desk::new(&format!("{LOCAL}{tables}{MERGED}")));
    let asked = origin.asked();
    let sent = |path: &str| -> String {
        let asked = asked
            .iter()
            .find(|asked| asked.path == path)
            .expect("asked");
        asked.header("cookie").unwrap_or_default().to_owned()
    };
    assert_eq!(sent("/feed-many").split("; ").count(), 20);
    let long = sent("/feed-long");
    assert!(
        long.len() <= 8192 && long.starts_with("c3500=") && !long.contains("c5000"),
        "{long}"
    );
    assert_eq!(sent("/own"), "own=1");
    assert_eq!(sent("/feed-own"), "own=1; wall=2");
}
