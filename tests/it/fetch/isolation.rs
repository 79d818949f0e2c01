//! Isolation: what one source does ends with it.
//!
//! - Beside bombs, endless and dripping bodies, silence, floods, broken documents and dead hosts, a healthy source is polled
//!   on and on, its entries are served, and the daemon is well and stops politely.
//! - In a single pass too, every other source is fetched and stored, and each has its own outcome.
//! - A body of parts that hold nothing is refused; what another process or a reload does loses no source.
//! - A flood of entries is taken in bounds: stored up to its limit, held back from the outputs beyond the quota.

use std::time::Duration;

use super::{LOCAL, feed_of, limits, refresh, source, sources, summary};
use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Origin, Reply, head, response, rss};

const HOSTILE: [&str; 11] = [
    "bomb",
    "endless",
    "chunks",
    "header",
    "drip",
    "silent",
    "deep",
    "attributes",
    "entities",
    "binary",
    "hung-up",
];

fn hostile(path: &str) -> Reply {
    let xml = |text: String| Reply::from(response("200 OK", &[], text.as_bytes()));
    match path {
        "bomb" => response(
            "200 OK",
            &[("Content-Encoding", "gzip")],
            &limits::gzip(&vec![b' '; 5_000_000]),
        )
        .into(),
        "endless" => Reply::default()
            .send(head("200 OK", &[]))
            .endless(vec![b' '; 4096]),
        "chunks" => Reply::default()
            .send(head("200 OK", &[("Transfer-Encoding", b"chunked")]))
            .endless(b"5\r\n<rss>\r\n".to_vec()),
        "header" => Reply::default()
            .send(b"HTTP/1.1 200 OK\r\n".to_vec())
            .endless(b"X-More: yes\r\n".to_vec()),
        "drip" => Reply::default()
            .send(head("200 OK", &[]))
            .drip(feed_of("drip"), Duration::from_millis(20)),
        "silent" => Reply::default().silence(),
        "deep" => xml(format!(
            "<rss version=\"2.0\"><channel>{}",
            "<a>".repeat(30_000)
        )),
        "attributes" => {
            let attributes: String = (0..5000).map(|nth| format!(" a{nth}=\"\"")).collect();
            xml(format!("<rss version=\"2.0\"{attributes}><channel><<<"))
        }
        "entities" => xml(format!(
            "<!DOCTYPE rss [<!ENTITY a \"{}\">{}]><rss version=\"2.0\"><channel><title>&j;</title><<<",
            "a".repeat(1000),
            ["b", "c", "d", "e", "f", "g", "h", "i", "j"]
                .iter()
                .map(|name| format!("<!ENTITY {name} \"{}\">", "&a;".repeat(10)))
                .collect::<String>()
        )),
        "binary" => response(
            "200 OK",
            &[],
            &(0..50_000_u32)
                .map(|nth| nth.to_le_bytes()[0].wrapping_mul(31))
                .collect::<Vec<u8>>(),
        )
        .into(),
        _ => Reply::default(),
    }
}

fn script(asked: &Asked) -> Reply {
    match &asked.path[1..] {
        "healthy" => response("200 OK", &[], &feed_of(&format!("healthy-{}", asked.nth))).into(),
        path => hostile(path),
    }
}

fn tables(origin: &Origin) -> String {
    let mut tables = source("healthy", &origin.url("/healthy"), "every = \"50ms\"");
    for id in HOSTILE {
        tables.push_str(&source(
            id,
            &origin.url(&format!("/{id}")),
            "every = \"50ms\"\ntimeout = \"1s\"",
        ));
    }
    // Nobody listens there.
    tables + &source("dead", "http://127.0.9.7:9/", "every = \"50ms\"")
}

#[test]
fn a_pass_fetches_everybody_else() {
    let origin = Origin::start(script);
    let desk = Desk::new(&format!(
        "{LOCAL}per_host = 20\n{}[[output]]\nid = \"merged\"\n",
        tables(&origin)
    ));
    for (id, row) in refresh(&desk) {
        if id == "healthy" {
            assert_eq!(summary(&row), "fresh 200");
        } else {
            assert_eq!(row["outcome"], "failed", "{id}: {row}");
        }
    }
}

#[test]
fn a_daemon_serves_and_polls_on_beside_hostile_sources() {
    let origin = Origin::start(script);
    let desk = Desk::new(&format!(
        "{LOCAL}per_host = 20\nconcurrency = 8\n{}[[output]]\nid = \"merged\"\n",
        tables(&origin)
    ));
    let daemon = desk.start();
    daemon.until("/merged.json", |answer| {
        answer.status == 200 && answer.text().contains("healthy-0")
    });
    for id in HOSTILE {
        origin.until(&format!("/{id}"), 2);
    }
    let before = origin.count("/healthy");
    origin.until("/healthy", before + 5);
    daemon.until("/merged.json", |answer| {
        answer.text().contains(&format!("healthy-{before}"))
    });
    assert_eq!(daemon.ask("GET", "/healthz", &[]).status, 200);
    let rows = sources(&desk);
    for id in HOSTILE {
        assert_eq!(rows[id]["outcome"], "failed", "{id}: {}", rows[id]);
    }
    assert_eq!(rows["healthy"]["errors"], 0);
    assert_eq!(daemon.stop(), Some(0));
}

/// Entries that no output wants in such numbers.
#[test]
fn a_flood_is_bounded_and_leaves_the_others_their_place() {
    let items: Vec<(String, String)> = (0..3000)
        .map(|nth| (format!("g{nth}"), format!("Flood number {nth}")))
        .collect();
    let entries: Vec<(&str, &str, &str)> = items
        .iter()
        .map(|(guid, title)| (guid.as_str(), title.as_str(), title.as_str()))
        .collect();
    let flood = rss(&entries);
    let origin = Origin::start(move |asked| match asked.path.as_str() {
        "/flood" => response("200 OK", &[], &flood),
        path => response("200 OK", &[], &feed_of(path)),
    });
    let tables = [
        source("flood", &origin.url("/flood"), ""),
        source("quiet", &origin.url("/quiet"), ""),
    ];
    let output = "[[output]]\nid = \"merged\"\nduplicates = \"off\"\nmax_entries = 5000\n";
    let desk = Desk::new(&format!(
        "{}{}{output}",
        LOCAL.replace("100KiB", "8MiB"),
        tables.concat()
    ));
    assert!(refresh(&desk).values().all(|row| row["outcome"] == "fresh"));
    let titles = super::titles(&desk);
    assert!(titles.contains(&"/quiet".to_owned()));
    assert!(
        titles.len() <= 21,
        "{} of a new source's backlog appear",
        titles.len() - 1
    );
    assert_eq!(
        sources(&desk)["flood"]["entries"],
        2000,
        "the newest of a document"
    );
}

/// Bodies whose every part costs a decoder and gives nothing: a few are an empty document, thousands no coding at all.
#[test]
fn a_body_of_empty_parts_is_none() {
    const FRAME: &[u8] = b"\x28\xb5\x2f\xfd\x20\0\x01\0\0";
    const SKIPPABLE: &[u8] = b"\x50\x2a\x4d\x18\0\0\0\0";
    const MEMBER: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0";
    let cases = [
        ("frames", "zstd", FRAME),
        ("skippable", "zstd", SKIPPABLE),
        ("members", "gzip", MEMBER),
    ];
    let origin = Origin::start(move |asked| {
        let (kind, name) = asked.path[1..].split_once('-').expect("a path of ours");
        let (_, coding, part) = cases
            .into_iter()
            .find(|case| case.0 == name)
            .expect("a path of ours");
        let body = part.repeat(if kind == "few" { 10 } else { 5000 });
        response("200 OK", &[("Content-Encoding", coding)], &body)
    });
    let paths: Vec<String> = cases
        .iter()
        .flat_map(|(name, ..)| [format!("/few-{name}"), format!("/many-{name}")])
        .collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    for (id, row) in refresh(&super::desk(&origin, &paths)) {
        let expected = if id.starts_with("few") {
            "failed not_a_feed 200"
        } else {
            "failed decode 200"
        };
        assert_eq!(summary(&row), expected, "{id}: {}", row["message"]);
    }
}

/// What another process learns wakes the daemon: a source that it had given up is asked again.
#[test]
fn a_refresh_beside_the_daemon_sets_its_queue_right() {
    let origin = Origin::start(|asked| match asked.nth {
        0 => response("410 Gone", &[], b""),
        nth => response("200 OK", &[], &feed_of(&format!("n{nth}"))),
    });
    let desk = Desk::new(&format!(
        "{LOCAL}{}{}",
        source("back", &origin.url("/back"), "every = \"1s\"\n"),
        super::MERGED
    ));
    let daemon = desk.start();
    daemon.until("/merged.json", |answer| answer.status == 200);
    assert!(desk.run(&["refresh", "back", "--force"]).status.success());
    daemon.until("/merged.json", |answer| answer.text().contains("n3"));
}

/// A reload that gives a poll another lead while it runs loses none of its sources.
#[test]
fn a_reload_in_the_middle_of_a_request_loses_nobody() {
    let (open, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let origin = Origin::start(move |asked| {
        if asked.nth == 0 {
            let _ = gate.lock().expect("sound").recv();
        }
        response("200 OK", &[], &feed_of(&format!("n{}", asked.nth)))
    });
    let keys = "every = \"1s\"\ntimeout = \"50s\"\n";
    let old = source("old", &origin.url("/shared"), keys);
    let desk = Desk::new(&format!("{LOCAL}{old}{}", super::MERGED));
    let daemon = desk.start();
    while origin.count("/shared") == 0 {
        std::thread::yield_now();
    }
    let new = source("new", &origin.url("/shared"), keys);
    desk.configure(&format!("{LOCAL}{new}{old}{}", super::MERGED));
    daemon.signal("HUP");
    // The reload is done when the list of sources names both.
    daemon.until("/sources.opml", |answer| {
        answer.text().matches("/shared").count() == 2
    });
    open.send(()).expect("it waits");
    daemon.until("/merged.json", |answer| answer.text().contains("n2"));
    let asked = sources(&desk);
    assert!(
        asked.values().all(|row| row["outcome"].is_string()),
        "{asked:?}"
    );
}
