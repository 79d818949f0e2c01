//! Hubs (WebSub): told of every change once, in one notice where much changes at once, again where they fail; of nothing
//! after a restart; never where the address is not permitted; and nobody waits for them. How long to wait is held by the
//! tests in `src/websub/ledger.rs`.

use crate::support::daemon::{Daemon, Desk, ask};
use crate::support::openmetrics::Exposition;
use crate::support::origin::{Asked, Door, Origin, Reply, response, rss};

const LOCK: (&str, &str, &str) = (
    "1",
    "The lock",
    "The harbour master has asked all boats to leave the inner basin by Friday so that the old piles can be drawn",
);
const CHOIR: (&str, &str, &str) = (
    "2",
    "The choir",
    "A choir of forty from the upper valley sings in the old tram depot on Sunday and asks its listeners to bring a cushion each",
);
const BRIDGE: (&str, &str, &str) = (
    "3",
    "The bridge",
    "A second crossing of the estuary will cost twice what was planned, the auditors say, and open three years late",
);
const ALLOWED: &str = "[fetch]\nallow_addresses = [\"127.0.0.1\"]\ncontact = \"desk@ex.example\"\n";

/// A source that is read every second; `merged` shows all of it, `choir` one thing; both have this hub.
fn configuration(fetch: &str, hub: &str) -> String {
    format!(
        "{fetch}[[source]]\nid = \"a\"\npath = \"a.xml\"\nevery = \"1s\"\nfirst_items = 0\n\
         [[output]]\nid = \"merged\"\nhub = \"{hub}\"\n\
         [[output]]\nid = \"choir\"\ninclude = [\"choir\"]\nhub = \"{hub}\"\n\
         [[output]]\nid = \"alone\"\n"
    )
}

fn desk(fetch: &str, hub: &Origin) -> Desk {
    let desk = Desk::new(&configuration(fetch, &hub.url("/hub")));
    desk.write("a.xml", &rss(&[LOCK]));
    desk
}

/// Publishes this, and waits until it is served.
fn publish(desk: &Desk, daemon: &Daemon, entries: &[(&str, &str, &str)]) {
    desk.write("a.xml", &rss(entries));
    let newest = entries.last().expect("some").1;
    daemon.until("/merged.atom", |answer| answer.text().contains(newest));
}

fn pairs(asked: &Asked) -> Vec<(String, String)> {
    let pairs = url::form_urlencoded::parse(&asked.body);
    pairs
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// The topics of these outputs.
fn topics(outputs: &[&str]) -> Vec<String> {
    let of = |output: &&str| {
        ["atom", "rss", "json"].map(|ending| format!("https://news.example.org/{output}.{ending}"))
    };
    outputs.iter().flat_map(of).collect()
}

/// What a hub is posted for these outputs.
fn notice(outputs: &[&str]) -> Vec<(String, String)> {
    let topics = topics(outputs).into_iter();
    let mut pairs = vec![("hub.mode".to_owned(), "publish".to_owned())];
    pairs.extend(topics.map(|topic| ("hub.url".to_owned(), topic)));
    pairs
}

/// Waits until the hub was told of these outputs, in however many notices: on a busy machine what changes together may take
/// its time.
fn until_told(hub: &Origin, outputs: &[&str]) {
    let mut wanted = topics(outputs);
    wanted.sort();
    let mut told = Vec::new();
    for _ in 0..6000 {
        let pairs = hub.asked().iter().flat_map(pairs).collect::<Vec<_>>();
        let urls = pairs.into_iter().filter(|(name, _)| name == "hub.url");
        told = urls.map(|(_, topic)| topic).collect();
        told.sort();
        if told == wanted {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("told of {told:#?}");
}

/// Warnings about the hub.
fn warnings(daemon: &Daemon) -> Vec<serde_json::Value> {
    let mut log = daemon.log();
    log.retain(|event| event["level"] == "WARN" && event["hub"].is_string());
    log
}

#[test]
fn a_change_is_told_once_and_a_restart_is_none() {
    let hub = Origin::start(|_| response("204 No Content", &[], b""));
    let desk = desk(ALLOWED, &hub);
    let daemon = desk.start();
    hub.until("/hub", 1);
    let first = &hub.asked()[0];
    assert_eq!(first.method, "POST");
    assert_eq!(
        first.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    let agent = first.header("user-agent").expect("one");
    assert!(agent.ends_with("(+desk@ex.example)"), "{agent}");
    assert_eq!(pairs(first)[..4], notice(&["merged"]));
    until_told(&hub, &["merged", "choir"]);

    publish(&desk, &daemon, &[LOCK, CHOIR]);
    until_told(&hub, &["merged", "choir", "merged", "choir"]);
    assert_eq!(daemon.stop(), Some(0));

    // Were the start told, it would be of both outputs.
    let daemon = desk.start();
    publish(&desk, &daemon, &[LOCK, CHOIR, BRIDGE]);
    until_told(&hub, &["merged", "choir", "merged", "choir", "merged"]);
    assert!(warnings(&daemon).is_empty());
    assert_eq!(daemon.stop(), Some(0));
    until_told(&hub, &["merged", "choir", "merged", "choir", "merged"]);
}

#[test]
fn what_changes_while_a_hub_is_busy_is_one_notice() {
    let door = Door::default();
    let gate = door.clone();
    let hub = Origin::start(move |asked| {
        if asked.nth == 0 {
            assert!(gate.pass(), "nobody opened");
        }
        response("202 Accepted", &[], b"")
    });
    let desk = desk(ALLOWED, &hub);
    let daemon = desk.start();
    hub.until("/hub", 1);
    // A busy hub holds up no document.
    publish(&desk, &daemon, &[LOCK, CHOIR]);
    publish(&desk, &daemon, &[LOCK, CHOIR, BRIDGE]);
    door.open();
    hub.until("/hub", 2);
    assert_eq!(pairs(&hub.asked()[1]), notice(&["merged", "choir"]));
    publish(&desk, &daemon, &[LOCK, CHOIR, BRIDGE, ("4", "Last", "It")]);
    hub.until("/hub", 3);
    assert_eq!(pairs(&hub.asked()[2]), notice(&["merged"]));
    assert!(hub.asked().iter().all(|asked| asked.in_flight == 1));
}

#[test]
fn a_hub_that_hangs_holds_up_neither_document_nor_stop() {
    let hub = Origin::start(|_| Reply::default().silence());
    let desk = desk(ALLOWED, &hub);
    let daemon = desk.start();
    hub.until("/hub", 1);
    publish(&desk, &daemon, &[LOCK, CHOIR]);
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(hub.count("/hub"), 1);
}

#[test]
fn a_hub_that_fails_is_told_again() {
    let hub = Origin::start(|asked| match asked.nth {
        0 => response("500 Internal Server Error", &[], b""),
        _ => response("204 No Content", &[], b""),
    });
    let desk = desk(ALLOWED, &hub);
    let daemon = desk.start();
    hub.until("/hub", 2);
    let asked = hub.asked();
    let again = pairs(&asked[1]);
    assert!(pairs(&asked[0]).iter().all(|pair| again.contains(pair)));
    daemon.until_logged(|event| event["level"] == "INFO" && event["hub"].is_string());
    let said = warnings(&daemon);
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0]["hub"], hub.url("/hub"));
    let outputs = said[0]["output"].as_str().expect("outputs");
    assert!(outputs.contains("merged"), "{outputs}");
    assert_eq!(said[0]["status"], 500);
    assert_eq!(said[0]["retry_in"], "2s");
}

#[test]
fn a_hub_that_asks_for_time_has_it() {
    let hub = Origin::start(|_| response("429 Too Many Requests", &[("Retry-After", "3600")], b""));
    let desk = desk(ALLOWED, &hub);
    let daemon = desk.start();
    daemon.until_logged(|event| event["hub"].is_string());
    let said = warnings(&daemon);
    let retry_in = said[0]["retry_in"].as_str().expect("a time");
    assert!(
        retry_in == "1h" || retry_in.starts_with("59m"),
        "{retry_in}"
    );
    publish(&desk, &daemon, &[LOCK, CHOIR]);
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(hub.count("/hub"), 1);
}

#[test]
fn a_redirect_is_not_followed() {
    let hub = Origin::start(|_| response("307 Temporary Redirect", &[("Location", "/new")], b""));
    let desk = desk(ALLOWED, &hub);
    let daemon = desk.start();
    daemon.until_logged(|event| event["hub"].is_string());
    let said = warnings(&daemon);
    assert_eq!(said[0]["status"], 307);
    let advice = said[0]["message"].as_str().expect("a message");
    assert!(advice.contains("redirects to"), "{advice}");
    assert_eq!(hub.count("/new"), 0);
}

#[test]
fn a_hub_at_a_private_address_is_not_asked_and_that_is_said_once() {
    let hub = Origin::start(|_| response("204 No Content", &[], b""));
    let metrics = "[metrics]\nlisten = \"127.0.0.1:0\"\n";
    let desk = desk(metrics, &hub);
    let daemon = desk.start();
    daemon.until_logged(|event| event["metrics"].is_string());
    let log = daemon.log();
    let address = log.iter().find_map(|event| event["metrics"].as_str());
    let address = address.and_then(|told| told.parse().ok()).expect("one");
    let given_up = |count: f64| {
        let outcome = [("outcome", "given_up")];
        for _ in 0..1200 {
            let read = Exposition::read(&ask(address, "GET", "/metrics", &[]).text());
            if read.sum("mainstem_hub_notices_total", &outcome) >= Some(count) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("it never gave up {count} times");
    };
    given_up(1.0);
    publish(&desk, &daemon, &[LOCK, CHOIR]);
    given_up(2.0);
    let said = warnings(&daemon);
    assert_eq!(said.len(), 1, "{said:?}");
    let why = said[0]["why"].as_str().expect("a reason");
    assert!(why.contains("allow_addresses"), "{why}");
    assert!(hub.asked().is_empty());

    // Once it is allowed, it is told of what comes next.
    desk.configure(&configuration(
        &format!("{metrics}{ALLOWED}"),
        &hub.url("/hub"),
    ));
    daemon.signal("HUP");
    daemon.until_logged(|event| event["message"] == "reloaded");
    publish(&desk, &daemon, &[LOCK, CHOIR, BRIDGE]);
    hub.until("/hub", 1);
    assert_eq!(pairs(&hub.asked()[0])[..4], notice(&["merged"]));
}

#[test]
fn every_answer_names_hub_and_topic() {
    let hub = Origin::start(|_| response("204 No Content", &[], b""));
    let desk = desk(ALLOWED, &hub);
    let daemon = desk.start();
    let links = |path: &str, headers: &[(&str, &str)]| -> (u16, Vec<String>) {
        let answer = daemon.ask("GET", path, headers);
        let lines = answer.head.lines().filter_map(|line| line.split_once(": "));
        let links = lines.filter(|(name, _)| name.eq_ignore_ascii_case("link"));
        (
            answer.status,
            links.map(|(_, value)| value.to_owned()).collect(),
        )
    };
    let old = daemon.until("/merged.atom", |answer| answer.status == 200);
    let old = old.header("etag").expect("a tag").to_owned();
    publish(&desk, &daemon, &[LOCK, CHOIR]);
    let new = daemon.ask("GET", "/merged.atom", &[]);
    let new = new.header("etag").expect("a tag");
    let expected = |topic: &str| {
        vec![
            format!("<{}>; rel=\"hub\"", hub.url("/hub")),
            format!("<https://news.example.org/{topic}>; rel=\"self\""),
        ]
    };
    let known = [("If-None-Match", new)];
    let differs = [("If-None-Match", old.as_str()), ("A-IM", "feed")];
    assert_eq!(links("/merged.atom", &[]), (200, expected("merged.atom")));
    assert_eq!(links("/choir.json", &[]), (200, expected("choir.json")));
    assert_eq!(
        links("/merged.atom", &known),
        (304, expected("merged.atom"))
    );
    assert_eq!(
        links("/merged.atom", &differs),
        (226, expected("merged.atom"))
    );
    assert_eq!(links("/alone.atom", &[]), (200, Vec::new()));
    assert_eq!(links("/health.atom", &[]).1, Vec::<String>::new());
}
