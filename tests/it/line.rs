//! The whole line through the real binary: feeds in, one merged feed out.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Origin, response, rss};

const LONG: &str = "The river commission said on Tuesday that the lower gates would stay open through the winter months";
const LOCAL: &str = "[fetch]\nallow_addresses = [\"127.0.0.1/32\"]\nhost_gap = \"0s\"\n";

fn source(id: &str, url: &str) -> String {
    format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\nfirst_items = 0\n")
}

fn merged(sources: &[String]) -> String {
    format!("{LOCAL}{}[[output]]\nid = \"merged\"\n", sources.concat())
}

fn titles(document: &serde_json::Value) -> Vec<String> {
    let items = document["items"].as_array().expect("items");
    items
        .iter()
        .map(|item| item["title"].as_str().expect("a title").to_owned())
        .collect()
}

#[test]
fn one_release_from_two_sources_is_one_item() {
    let origin = Origin::start(|asked| match asked.path.as_str() {
        "/a" => response(
            "200 OK",
            &[],
            &rss(&[
                ("1", "Gates stay open", LONG),
                ("2", "Other", "Something else"),
            ]),
        ),
        _ => response(
            "200 OK",
            &[],
            &rss(&[("x-9", "ABCNS: Gates stay open", LONG)]),
        ),
    });
    let desk = Desk::new(&merged(&[
        source("a", &origin.url("/a")),
        source("b", &origin.url("/b")),
    ]));
    let refreshed = desk.run(&["refresh"]);
    assert!(
        refreshed.status.success(),
        "{}",
        String::from_utf8_lossy(&refreshed.stdout)
    );
    let document = desk.json("merged");
    assert_eq!(
        document["items"].as_array().map(Vec::len),
        Some(2),
        "{document:#}"
    );
    let copies: usize = document["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["_mainstem"]["copies"].as_array().map_or(0, Vec::len))
        .sum();
    assert_eq!(copies, 1);
}

/// What README's first command shows.
#[test]
fn the_samples_show_each_release_once_its_copies_named_and_the_follow_up_apart() {
    let config = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let read = |name: &str| std::fs::read(config.join(name)).expect("a sample");
    let desk = Desk::new("");
    std::fs::create_dir(desk.path("samples")).expect("writable");
    for name in ["agency.xml", "mirror.atom", "digest.json"] {
        let name = format!("samples/{name}");
        desk.write(&name, &read(&name));
    }
    desk.write("c.toml", &read("mainstem.toml"));
    let refreshed = desk.run(&["refresh"]);
    let said = String::from_utf8_lossy(&refreshed.stdout);
    assert!(refreshed.status.success(), "{said}");
    let document = desk.json("merged");
    let shown = document["items"].as_array().expect("items").iter();
    let shown: Vec<(&str, Vec<(&str, &str)>)> = shown
        .map(|item| {
            let copies = item["_mainstem"]["copies"].as_array().expect("copies");
            let copies = copies.iter().map(|copy| {
                let field = |name: &str| copy[name].as_str().expect("a text");
                (field("source"), field("title"))
            });
            let mut copies: Vec<_> = copies.collect();
            copies.sort_unstable();
            (item["title"].as_str().expect("a title"), copies)
        })
        .collect();
    let lake = "Lake Towns Agree on a Shared Flood Warning";
    let agency = format!("ABCNS: {lake}");
    let drill = "Flood Warning Passes Its First Drill";
    let expected: Vec<(&str, Vec<(&str, &str)>)> = vec![
        (drill, vec![("digest", drill)]),
        ("Library Opens Its Map Room", Vec::new()),
        (
            &agency,
            vec![
                ("digest", "Lake towns: one warning for all"),
                ("mirror", lake),
            ],
        ),
        ("Night Trains to Run Again Through the Valley", Vec::new()),
    ];
    assert_eq!(shown, expected, "{document:#}");
}

#[test]
fn the_second_request_carries_the_validators_byte_for_byte() {
    let odd = "W/\"a b, c\"";
    let origin = Origin::start(move |asked| match asked.header("if-none-match") {
        Some(given) if given == odd => response("304 Not Modified", &[], b""),
        _ => response(
            "200 OK",
            &[("ETag", odd), ("Last-Modified", "not a date")],
            &rss(&[("1", "One", LONG)]),
        ),
    });
    let desk = Desk::new(&merged(&[source("a", &origin.url("/a"))]));
    for _ in 0..2 {
        assert!(desk.run(&["refresh"]).status.success());
    }
    let asked = origin.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].header("if-none-match"), None);
    assert_eq!(asked[1].header("if-none-match"), Some(odd));
    assert_eq!(asked[1].header("if-modified-since"), Some("not a date"));
    assert!(
        asked[0]
            .header("user-agent")
            .is_some_and(|agent| agent.starts_with("Mainstem/"))
    );
}

#[test]
fn a_source_in_trouble_costs_only_itself() {
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("/empty", response("200 OK", &[], b""), "not_a_feed"),
        (
            "/page",
            response("200 OK", &[], b"<html><body>moved</body></html>"),
            "not_a_feed",
        ),
        ("/missing", response("404 Not Found", &[], b"no"), "status"),
        (
            "/cut",
            b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n<rss>".to_vec(),
            "truncated",
        ),
        (
            "/large",
            response("200 OK", &[], &vec![b' '; 200_000]),
            "too_large",
        ),
        (
            "/away",
            response("302 Found", &[("Location", "http://169.254.1.1/x")], b""),
            "egress_blocked",
        ),
    ];
    let good = rss(&[("1", "Sound", LONG)]);
    let answers: Vec<(String, Vec<u8>)> = cases
        .iter()
        .map(|(path, answer, _)| ((*path).to_owned(), answer.clone()))
        .collect();
    let origin = Origin::start(move |asked: &Asked| {
        let scripted = answers.iter().find(|(path, _)| *path == asked.path);
        match (scripted, asked.path.as_str()) {
            (Some((_, answer)), _) => answer.clone(),
            (None, "/good") => response("200 OK", &[], &good),
            // What a page without a feed makes one try.
            (None, _) => response("404 Not Found", &[], b""),
        }
    });
    let mut sources = vec![source("good", &origin.url("/good"))];
    sources.extend(cases.iter().map(|(path, _, _)| {
        source(path.trim_start_matches('/'), &origin.url(path)) + "max_body = \"100KiB\"\n"
    }));
    let desk = Desk::new(&merged(&sources));
    assert_eq!(desk.run(&["refresh"]).status.code(), Some(1));
    assert_eq!(titles(&desk.json("merged")), ["Sound"]);
    let report: serde_json::Value =
        serde_json::from_slice(&desk.run(&["sources", "--json"]).stdout).expect("JSON");
    for (path, _, class) in cases {
        let row = report
            .as_array()
            .expect("rows")
            .iter()
            .find(|row| row["id"] == path.trim_start_matches('/'))
            .expect(path);
        assert_eq!(
            (row["class"].as_str(), row["errors"].as_u64()),
            (Some(class), Some(1)),
            "{path}: {row}"
        );
    }
}

#[test]
fn an_edit_replaces_in_place_and_keeps_its_id() {
    let edition = Arc::new(AtomicUsize::new(0));
    let current = edition.clone();
    let origin = Origin::start(move |_| {
        let title = ["Gates open", "Gates open (corrected)"][current.load(Ordering::SeqCst)];
        response("200 OK", &[], &rss(&[("1", title, LONG)]))
    });
    let desk = Desk::new(&merged(&[source("a", &origin.url("/a"))]));
    assert!(desk.run(&["refresh"]).status.success());
    let before = desk.json("merged");
    edition.store(1, Ordering::SeqCst);
    assert!(desk.run(&["refresh"]).status.success());
    let after = desk.json("merged");
    assert_eq!(titles(&after), ["Gates open (corrected)"]);
    assert_eq!(before["items"][0]["id"], after["items"][0]["id"]);
    assert!(
        after["items"][0]["date_modified"].as_str() > before["items"][0]["date_modified"].as_str()
    );
}

#[test]
fn the_daemon_serves_reloads_and_stops() {
    let desk = Desk::new("");
    desk.write(
        "a.xml",
        &rss(&[
            ("1", "Sport today", LONG),
            ("2", "Gates", "Another text about gates"),
        ]),
    );
    let local =
        "[[source]]\nid = \"a\"\npath = \"a.xml\"\nevery = \"1s\"\n[[output]]\nid = \"merged\"\n";
    desk.configure(local);
    let daemon = desk.start();
    let first = daemon.until("/merged.json", |answer| answer.status == 200);
    assert_eq!(
        titles(&serde_json::from_slice(&first.body).expect("JSON")).len(),
        2
    );
    let tag = first.header("etag").expect("a tag").to_owned();

    // A bad configuration changes nothing.
    desk.configure("nonsense = 1\n");
    daemon.signal("HUP");
    assert_eq!(
        daemon
            .ask("GET", "/merged.json", &[("If-None-Match", &tag)])
            .status,
        304
    );

    desk.configure(&format!("{local}exclude = [\"sport\"]\n"));
    daemon.signal("HUP");
    let reloaded = daemon.until("/merged.json", |answer| !answer.text().contains("Sport"));
    assert_eq!(
        titles(&serde_json::from_slice(&reloaded.body).expect("JSON")),
        ["Gates"]
    );

    // A file that changes is read again without anybody asking.
    desk.write(
        "a.xml",
        &rss(&[("3", "Fresh", "A text that was not there before")]),
    );
    daemon.until("/merged.json", |answer| answer.text().contains("Fresh"));
    assert_eq!(daemon.stop(), Some(0));
}

/// Method, path, headers, status.
type Served<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], u16);

#[test]
fn what_is_served_can_be_cached_and_nothing_else_is_served() {
    let desk = Desk::new("");
    desk.write("a.xml", &rss(&[("1", "One", LONG)]));
    desk.write("token", b"secret\n");
    desk.configure("[[source]]\nid = \"a\"\npath = \"a.xml\"\n[[output]]\nid = \"merged\"\n[[output]]\nid = \"closed\"\ntoken_file = \"token\"\n");
    let daemon = desk.start();
    daemon.until("/readyz", |answer| answer.status == 200);
    let full = daemon.until("/merged.atom", |answer| answer.status == 200);
    let tag = full.header("etag").expect("a tag").to_owned();
    let modified = full.header("last-modified").expect("a date").to_owned();
    let weak = format!("\"x\", W/{tag}");
    let cases: [Served<'_>; 14] = [
        ("GET", "/merged.atom", &[("If-None-Match", &tag)], 304),
        ("GET", "/merged.atom", &[("If-None-Match", &weak)], 304),
        ("GET", "/merged.atom", &[("If-None-Match", "\"o\"")], 200),
        (
            "GET",
            "/merged.atom",
            &[("If-Modified-Since", &modified)],
            304,
        ),
        ("HEAD", "/merged.atom", &[], 200),
        ("GET", "/merged.rss", &[], 200),
        ("POST", "/merged.atom", &[], 405),
        ("GET", "/other.atom", &[], 404),
        ("GET", "/merged.txt", &[], 404),
        ("GET", "/healthz", &[], 200),
        ("GET", "/readyz", &[], 200),
        ("GET", "/sources.opml", &[], 200),
        ("GET", "/closed.atom", &[], 401),
        ("GET", "/closed.atom?token=secret", &[], 200),
    ];
    for (method, path, headers, status) in cases {
        let answer = daemon.ask(method, path, headers);
        assert_eq!(answer.status, status, "{method} {path} {headers:?}");
        assert!(
            answer.status == 200 && method == "GET" || method != "HEAD" || answer.body.is_empty(),
            "{method} {path} has a body"
        );
    }
    let head = daemon.ask("HEAD", "/merged.atom", &[]);
    assert_eq!(head.header("content-length"), full.header("content-length"));
    assert!(
        daemon
            .ask("GET", "/closed.atom", &[])
            .header("www-authenticate")
            .is_some_and(|scheme| scheme.starts_with("Bearer"))
    );
    assert_eq!(
        daemon
            .ask("GET", "/closed.atom", &[("Authorization", "Bearer secret")])
            .status,
        200
    );
}

#[test]
fn nothing_is_lost_or_doubled_by_kill_9() {
    let entries: Mutex<u32> = Mutex::new(0);
    let origin = Origin::start(move |asked| {
        *entries.lock().expect("sound") += 1;
        let guids: Vec<String> = (0..40)
            .map(|number| format!("{}-{number}", &asked.path[1..]))
            .collect();
        let items: Vec<(&str, &str, &str)> = guids
            .iter()
            .map(|guid| (guid.as_str(), guid.as_str(), guid.as_str()))
            .collect();
        response("200 OK", &[("ETag", "\"one\"")], &rss(&items))
    });
    let sources: Vec<String> = (0..12)
        .map(|number| source(&format!("s{number}"), &origin.url(&format!("/s{number}"))))
        .collect();
    let desk = Desk::new(&(merged(&sources) + "max_entries = 1000\n"));
    for _ in 0..3 {
        let daemon = desk.start();
        daemon.signal("KILL");
    }
    desk.run(&["refresh"]);
    let found = titles(&desk.json("merged"));
    let distinct: std::collections::BTreeSet<&String> = found.iter().collect();
    assert_eq!((found.len(), distinct.len()), (480, 480));
}
