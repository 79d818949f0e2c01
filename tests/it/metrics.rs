//! `/metrics`: what a running daemon tells after real polls, and what the dashboard and the alerts ask of it.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};

use regex::Regex;

use crate::support::daemon::{Answer, Daemon, Desk, ask};
use crate::support::openmetrics::{Exposition, Sample, sample};
use crate::support::origin::{Origin, response, rss};

const LISTEN: &str = "[metrics]\nlisten = \"127.0.0.1:0\"\n";
const TEXT: &str = "The harbour master has asked all boats to leave the inner basin by Friday so that the old piles can be drawn before winter";
const OTHER: &str = "A second crossing of the estuary will cost twice what was planned, the auditors say, and open three years late";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).expect("memory");
    packer.finish().expect("memory")
}

/// Where its metrics are served.
pub(crate) fn listener(daemon: &Daemon) -> SocketAddr {
    daemon.until_logged(|event| event["metrics"].is_string());
    let log = daemon.log();
    let mut told = log.iter().filter_map(|event| event["metrics"].as_str());
    let address = told.next().expect("just logged");
    address.parse().expect("an address")
}

fn scrape(address: SocketAddr) -> Exposition {
    let answer = ask(address, "GET", "/metrics", &[]);
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    Exposition::read(&answer.text())
}

/// Scrapes until it tells what is wished; what has not come after a minute is taken not to come.
fn until(address: SocketAddr, wished: impl Fn(&Exposition) -> bool) -> Exposition {
    for _ in 0..1200 {
        let read = scrape(address);
        if wished(&read) {
            return read;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!(
        "it never told what was waited for: {:#?}",
        scrape(address).samples
    );
}

/// One address for each outcome; `/a` has a validator and answers compressed.
fn origin() -> Origin {
    Origin::at("0.0.0.0", |asked| match asked.path.as_str() {
        "/a" if asked.header("if-none-match") == Some("\"1\"") => {
            response("304 Not Modified", &[("ETag", "\"1\"")], b"")
        }
        "/a" => {
            let feed = rss(&[("1", "Basin", TEXT), ("2", "Estuary", OTHER)]);
            let packed = gzip(&feed);
            let headers = [("ETag", "\"1\""), ("Content-Encoding", "gzip")];
            response("200 OK", &headers, &packed)
        }
        "/copy" => response("200 OK", &[], &rss(&[("9", "Basin", TEXT)])),
        "/old" => response("301 Moved Permanently", &[("Location", "/new")], b""),
        "/new" => response(
            "200 OK",
            &[],
            &rss(&[("n", "Lock", "The lock opens at noon")]),
        ),
        "/gone" => response("410 Gone", &[], b""),
        "/busy" => response("429 Too Many Requests", &[("Retry-After", "3600")], b""),
        "/broken" => response("500 Internal Server Error", &[], b""),
        _ => response("404 Not Found", &[], b""),
    })
}

fn configuration(origin: &Origin) -> String {
    let mut text = format!(
        "{LISTEN}[fetch]\nallow_addresses = [\"127.0.0.0/8\"]\nhost_gap = \"0s\"\nevery = \"1s\"\n"
    );
    for path in ["a", "copy", "old", "gone", "busy", "broken"] {
        // A 429 binds its host.
        let host = if path == "busy" {
            "127.0.0.2"
        } else {
            "127.0.0.1"
        };
        let url = origin.url_at(host, &format!("/{path}"));
        text += &format!("[[source]]\nid = \"source-{path}\"\nurl = \"{url}\"\n");
    }
    text + "[[output]]\nid = \"merged\"\n[[output]]\nid = \"basin\"\ninclude = [\"basin\"]\nsources = [\"source-a\", \"source-copy\"]\n"
}

/// After the first pass and two more turns of `/a`.
const AT_LEAST: &str = r#"
mainstem_polls_total{outcome="fresh"} 2
mainstem_polls_total{outcome="moved"} 1
mainstem_polls_total{outcome="throttled"} 1
mainstem_polls_total{outcome="failed"} 1
mainstem_poll_failures_total{class="status"} 1
mainstem_fetch_wire_bytes_total 200
mainstem_poll_delay_seconds_count 6
mainstem_stage_duration_seconds_count{stage="fetch"} 6
mainstem_stage_duration_seconds_count{stage="parse"} 3
mainstem_stage_duration_seconds_count{stage="store"} 6
mainstem_stage_duration_seconds_count{stage="judge"} 1
mainstem_stage_duration_seconds_count{stage="render"} 1
mainstem_http_requests_total{code="2xx",coding="identity"} 1
mainstem_http_requests_total{code="2xx",coding="gzip"} 1
mainstem_http_requests_total{code="3xx"} 1
mainstem_http_requests_total{code="4xx"} 1
mainstem_http_response_bytes_total 500
mainstem_store_size_bytes{file="database"} 4096
mainstem_output_changed_timestamp_seconds{output="basin"} 1700000000
process_start_time_seconds 1700000000
"#;
/// What an output has no source of, it does not judge: `basin` drops one story of `/a`, and knows nothing of the lock.
const EXACTLY: &str = r#"
mainstem_polls_total{outcome="gone"} 1
mainstem_polls_unreached_total 0
mainstem_entries_total{change="new"} 4
mainstem_entries_total{change="changed"} 0
mainstem_duplicates_total{layer="content"} 1
mainstem_duplicates_total{layer="near"} 0
mainstem_output_items{output="merged"} 3
mainstem_output_items{output="basin"} 1
mainstem_verdicts_total{output="merged",verdict="dropped"} 0
mainstem_verdicts_total{output="basin",verdict="dropped"} 1
mainstem_sources{health="ok"} 3
mainstem_sources{health="failing"} 2
mainstem_sources{health="gone"} 1
mainstem_sources{health="unasked"} 0
mainstem_store_errors_total{step="refresh"} 0
"#;

fn cases(lines: &str) -> impl Iterator<Item = Sample> {
    lines.trim().lines().map(sample)
}

#[test]
fn a_scrape_tells_what_polls_and_readers_did() {
    let origin = origin();
    let desk = Desk::new(&configuration(&origin));
    let daemon = desk.start();
    let address = listener(&daemon);
    let merged = daemon.until("/merged.atom", |answer| answer.status == 200);
    let etag = merged.header("etag").expect("a tag");
    let read_with = |header| ask(daemon.address, "GET", "/merged.atom", &[header]).status;
    assert_eq!(read_with(("Accept-Encoding", "gzip")), 200);
    assert_eq!(read_with(("If-None-Match", etag)), 304);
    assert_eq!(ask(daemon.address, "GET", "/metrics", &[]).status, 404);
    // `/a` comes compressed, and only once: what has a validator is not read again.
    let feed = rss(&[("1", "Basin", TEXT), ("2", "Estuary", OTHER)]);
    let saved = u32::try_from(feed.len() - gzip(&feed).len()).expect("a small number");
    let read = until(address, |read| {
        let of = |name, labels: &[_]| read.sum(name, labels).unwrap_or_default();
        let wire = of("mainstem_fetch_wire_bytes_total", &[]);
        let decoded = of("mainstem_fetch_decoded_bytes_total", &[]);
        of("mainstem_polls_total", &[("outcome", "not_modified")]) >= 2.0
            && of("mainstem_verdicts_total", &[("output", "merged")]) >= 3.0
            // Another answer may be between the wire and its decoder.
            && (decoded - wire - f64::from(saved)).abs() < 0.5
    });
    for least in cases(AT_LEAST) {
        let found = read.like(&least);
        assert!(found >= Some(least.value), "{least:?} is {found:?}");
    }
    for exact in cases(EXACTLY) {
        assert_eq!(read.like(&exact), Some(exact.value), "{exact:?}");
    }
    let build = read.sum(
        "mainstem_build_info",
        &[("version", env!("CARGO_PKG_VERSION"))],
    );
    assert_eq!(build, Some(1.0));
    assert_eq!(daemon.stop(), Some(0));
}

/// A checker that takes everything would hold nothing.
#[test]
fn what_is_no_openmetrics_is_refused() {
    const GOOD: &str = "# HELP a_seconds Time.\n# TYPE a_seconds histogram\n# UNIT a_seconds seconds\n\
        a_seconds_sum 1.5\na_seconds_count 2\na_seconds_bucket{le=\"1.0\"} 1\na_seconds_bucket{le=\"+Inf\"} 2\n\
        # HELP b Events.\n# TYPE b counter\nb_total{c=\"d\\\"\"} 1\n# EOF\n";
    let bad = [
        ("# EOF\n", ""),
        ("# EOF\n", "# EOF\n# EOF\n"),
        ("# HELP b Events.\n", ""),
        ("# TYPE b counter\n", ""),
        ("b counter", "b gauge"),
        ("UNIT a_seconds seconds", "UNIT a_seconds bytes"),
        ("b_total", "b"),
        ("b_total", "9_total"),
        ("\"} 1\n# EOF", "\"} -1\n# EOF"),
        ("\"} 1\n# EOF", "\"} one\n# EOF"),
        ("\"} 1\n# EOF", "\"} 1\n\n# EOF"),
        ("d\\\"", "d\\x"),
        ("c=\"d", "c=\"e\",c=\"d"),
        ("b_total{", "b_total{c=\"d\\\"\"} 1\nb_total{"),
        ("{le=\"1.0\"} 1", "{le=\"1.0\"} 3"),
        ("{le=\"+Inf\"} 2", "{le=\"2.0\"} 2"),
        ("{le=\"+Inf\"} 2", "{le=\"+Inf\"} 3"),
        ("a_seconds_sum 1.5\n", ""),
    ];
    Exposition::read(GOOD);
    for (part, instead) in bad {
        assert!(GOOD.contains(part), "{part}");
        let text = GOOD.replacen(part, instead, 1);
        let read = std::panic::catch_unwind(|| Exposition::read(&text));
        assert!(read.is_err(), "it takes\n{text}");
    }
}

/// No label may have as many values as there are sources, addresses or readers.
#[test]
fn labels_are_bounded() {
    let origin = origin();
    let desk = Desk::new(&configuration(&origin));
    let daemon = desk.start();
    let address = listener(&daemon);
    daemon.until("/merged.atom", |answer| answer.status == 200);
    assert_eq!(
        ask(daemon.address, "GET", "/no-such-document.atom", &[]).status,
        404
    );
    let read = scrape(address);
    let labels: BTreeSet<&str> = read
        .samples
        .iter()
        .flat_map(|sample| sample.labels.keys().map(String::as_str))
        .collect();
    let expected = BTreeSet::from([
        "change", "class", "code", "coding", "file", "health", "layer", "le", "outcome", "output",
        "stage", "step", "verdict", "version",
    ]);
    assert_eq!(labels, expected);
    for sample in &read.samples {
        for value in sample.labels.values() {
            let told = ["source-", "http", "127.0.0.1", "no-such"];
            assert!(!told.iter().any(|word| value.contains(word)), "{sample:?}");
        }
    }
    assert_eq!(
        read.sum("mainstem_http_requests_total", &[("code", "4xx")]),
        Some(1.0)
    );
}

#[test]
fn the_listener_serves_nothing_else_and_follows_the_configuration() {
    let source = "[[source]]\nid = \"a\"\npath = \"a.xml\"\n";
    let output = |id: &str| format!("[[output]]\nid = \"{id}\"\n");
    let desk = Desk::new(&format!(
        "{LISTEN}{source}{}{}",
        output("one"),
        output("two")
    ));
    desk.write("a.xml", &rss(&[("1", "Basin", TEXT)]));
    let daemon = desk.start();
    let address = listener(&daemon);
    daemon.until("/one.atom", |answer| answer.status == 200);
    let status = |method: &str, path: &str| ask(address, method, path, &[]).status;
    assert_eq!(status("GET", "/one.atom"), 404);
    assert_eq!(status("GET", "/"), 404);
    assert_eq!(status("POST", "/metrics"), 405);
    let head: Answer = ask(address, "HEAD", "/metrics", &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));

    // An output that goes takes its labels along; another port needs a restart, and that is said.
    desk.configure(&format!(
        "[metrics]\nlisten = \"127.0.0.1:1\"\n{source}{}",
        output("one")
    ));
    daemon.signal("HUP");
    daemon.until_logged(|event| event["key"] == "metrics.listen");
    let items = |read: &Exposition, id: &str| read.sum("mainstem_output_items", &[("output", id)]);
    let read = until(address, |read| items(read, "two").is_none());
    assert_eq!(items(&read, "one"), Some(1.0));
    assert_eq!(
        read.sum("mainstem_verdicts_total", &[("output", "two")]),
        None
    );
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn without_the_table_nothing_listens() {
    let desk = Desk::new("[[output]]\nid = \"merged\"\n");
    let daemon = desk.start();
    daemon.until("/readyz", |answer| answer.status == 200);
    assert!(daemon.log().iter().all(|event| event["metrics"].is_null()));
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let desk = Desk::new(&format!("[metrics]\nlisten = \"{address}\"\n"));
    let ended = desk.run(&["run"]);
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(74), "{said}");
    assert!(
        said.contains(&address.to_string()) && said.contains("[metrics] listen"),
        "{said}"
    );
}

/// Every selector of PromQL in these expressions: the name, and the labels that it asks to equal something.
fn selectors(expressions: &[String]) -> Vec<(String, Vec<(String, String)>)> {
    let selector = Regex::new(r"\b((?:mainstem|process)_[a-z_]+)(?:\{([^}]*)\})?").expect("sound");
    let matcher = Regex::new(r#"([a-z_]+)(=~|=)"([^"]*)""#).expect("sound");
    let mut found = Vec::new();
    for expression in expressions {
        for one in selector.captures_iter(expression) {
            let labels = one.get(2).map_or("", |labels| labels.as_str());
            let labels = matcher.captures_iter(labels);
            // What a collector adds is not ours to export.
            let own = labels.filter(|label| !["instance", "job"].contains(&&label[1]));
            let own = own.map(|label| (label[1].to_owned(), label[3].to_owned()));
            found.push((one[1].to_owned(), own.collect()));
        }
    }
    found
}

fn expressions_of_the_dashboard() -> Vec<String> {
    fn collect(value: &serde_json::Value, into: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(members) => {
                into.extend(
                    members
                        .get("expr")
                        .and_then(|expr| expr.as_str())
                        .map(str::to_owned),
                );
                members.values().for_each(|member| collect(member, into));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
            _ => {}
        }
    }
    let text = include_str!("../../config/examples/grafana-dashboard.json");
    let dashboard = serde_json::from_str(text).expect("JSON");
    let mut expressions = Vec::new();
    collect(&dashboard, &mut expressions);
    expressions
}

fn expressions_of_the_alerts() -> Vec<String> {
    let text = include_str!("../../config/examples/alerts.yml");
    let lines = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("expr: "));
    lines.map(str::to_owned).collect()
}

#[test]
fn the_dashboard_and_the_alerts_ask_for_what_is_exported() {
    let desk = Desk::new(&format!(
        "{LISTEN}[[source]]\nid = \"a\"\npath = \"a.xml\"\n[[output]]\nid = \"merged\"\n"
    ));
    desk.write("a.xml", &rss(&[("1", "Basin", TEXT)]));
    let daemon = desk.start();
    let address = listener(&daemon);
    daemon.until("/merged.atom", |answer| answer.status == 200);
    let read = scrape(address);
    let files = [
        (expressions_of_the_dashboard(), 20),
        (expressions_of_the_alerts(), 8),
    ];
    for (expressions, least) in files {
        assert!(expressions.len() >= least, "{expressions:?}");
        let asked = selectors(&expressions);
        assert!(asked.len() >= expressions.len(), "{asked:?}");
        for (name, labels) in asked {
            let labels: Vec<(&str, &str)> = labels
                .iter()
                .map(|(label, value)| (label.as_str(), value.as_str()))
                .collect();
            assert!(read.sum(&name, &labels).is_some(), "{name} {labels:?}");
        }
    }
}
