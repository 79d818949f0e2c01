//! Feeds in pages (RFC 5005 §3, §4, JSON Feed `next_url`), and feeds that say that they have moved.
//!
//! - At first contact further pages are read, as far as `first_items` asks, at most ten, and come in as one backlog with the first.
//! - A page that repeats, leads back, fails or is at another site ends it and costs nothing else.
//! - Later polls read the first page only, with its validators; what stands on the others is not missed from it.
//! - A source that has been read before is given nothing of them, even where another one at its address is new.
//! - They are stored together with the first page: whoever is killed between two pages has stored nothing.
//! - `itunes:new-feed-url` is said, and not followed.

use std::fmt::Write as _;

use super::{MERGED, feed_of, refresh, source, sources, summary, titles};
use crate::support::daemon::{Desk, mainstem};
use crate::support::origin::{Asked, Door, Origin, response, rss_with};

const LOCAL: &str = "[fetch]\nallow_addresses = [\"127.0.0.0/8\"]\nhost_gap = \"0s\"\n";

/// A page of entries `from..to`, newest first, that goes on at `next`.
fn page(from: usize, to: usize, next: &str) -> Vec<u8> {
    let names: Vec<(String, String)> = (from..to)
        .map(|nth| (format!("g{nth}"), format!("Entry {nth:03}")))
        .collect();
    let entries: Vec<(&str, &str, &str)> = names
        .iter()
        .map(|(guid, title)| (guid.as_str(), title.as_str(), "Few words."))
        .collect();
    rss_with(&link("next", next), &entries)
}

fn link(rel: &str, to: &str) -> String {
    match to {
        "" => String::new(),
        to => format!("<atom:link rel=\"{rel}\" href=\"{to}\"/>"),
    }
}

fn desk(origin: &Origin, keys: &str) -> Desk {
    Desk::new(&format!(
        "{LOCAL}{}{MERGED}",
        source("a", &origin.url("/1"), keys)
    ))
}

/// Ten entries a page, for ever.
fn endless(asked: &Asked) -> Vec<u8> {
    let nth: usize = asked.path[1..].parse().expect("a number");
    response(
        "200 OK",
        &[("ETag", &format!("\"{nth}\""))],
        &page((nth - 1) * 10, nth * 10, &format!("/{}", nth + 1)),
    )
}

/// Keys of the source, how many pages are asked for, how many of their entries appear.
#[test]
fn pages_are_read_as_far_as_first_items_asks() {
    let cases = [
        ("", 2, 20),
        ("first_items = 10", 1, 10),
        ("first_items = 11", 2, 11),
        ("first_items = 35", 4, 35),
        ("first_items = 0", 11, 110),
        ("first_items = 5000", 11, 110),
    ];
    for (keys, pages, shown) in cases {
        let origin = Origin::start(endless);
        let desk = desk(&origin, keys);
        let row = &refresh(&desk)["a"];
        assert_eq!(summary(row), "fresh 200", "{keys}");
        assert_eq!(row["new"], pages * 10, "{keys}: all are stored");
        let expected: Vec<String> = (1..=pages).map(|nth| format!("/{nth}")).collect();
        assert_eq!(origin.paths(), expected, "{keys}");
        let expected: Vec<String> = (0..shown).map(|nth| format!("Entry {nth:03}")).collect();
        assert_eq!(titles(&desk), expected, "{keys}: the newest appear");
        let message = row["message"].as_str().unwrap_or_default();
        let told = match pages {
            1 => String::new(),
            2 => "with 1 further page".to_owned(),
            pages => format!("with {} further pages", pages - 1),
        };
        assert!(message.contains(&told), "{keys}: {message}");
        // A later poll asks for the first page alone, with its own validators.
        refresh(&desk);
        assert_eq!(origin.paths().len(), pages + 1, "{keys}");
        let last = origin.asked().pop().expect("a request");
        assert_eq!(last.path, "/1");
        assert_eq!(last.header("if-none-match"), Some("\"1\""), "{keys}");
    }
}

/// What the second page does, as a rule says it; and how many entries come of it.
#[test]
fn what_is_no_further_page_ends_the_way() {
    let cases: &[(&str, usize, &[&str], &str)] = &[
        ("fails", 10, &["/1", "/2"], "answered 500"),
        ("is gone", 10, &["/1", "/2"], "answered 410"),
        ("is busy", 10, &["/1", "/2"], "answered 429"),
        ("is a web page", 10, &["/1", "/2"], "an HTML page"),
        ("is broken", 10, &["/1", "/2"], "could not be read"),
        ("is too large", 10, &["/1", "/2"], "could not be read"),
        ("repeats the first", 10, &["/1", "/2"], ""),
        ("repeats half of it", 15, &["/1", "/2", "/3"], ""),
        ("leads back", 20, &["/1", "/2"], ""),
        ("leads to itself", 20, &["/1", "/2"], ""),
        ("leads elsewhere", 20, &["/1", "/2"], ""),
        ("is led elsewhere", 10, &["/1", "/2"], "another site"),
        ("leads to what is no address", 20, &["/1", "/2"], ""),
        ("has no entries", 10, &["/1", "/2"], ""),
        ("is moved", 20, &["/1", "/2", "/two"], ""),
    ];
    let elsewhere = Origin::at("127.0.0.2", |_| response("200 OK", &[], &page(50, 60, "")));
    let other = elsewhere.url("/x");
    for (rule, entries, paths, told) in cases {
        let other = other.clone();
        let origin = Origin::start(move |asked| {
            let ok = |body: &[u8]| response("200 OK", &[], body);
            let led = |to: &str| response("301 Moved Permanently", &[("Location", to)], b"");
            match (asked.path.as_str(), *rule) {
                ("/1", _) => ok(&page(0, 10, "/2")),
                ("/2", "fails") => response("500 Broken", &[], b""),
                ("/2", "is gone") => response("410 Gone", &[], b""),
                ("/2", "is busy") => response("429 Busy", &[], b""),
                ("/2", "is a web page") => ok(b"<html><title>No</title></html>"),
                ("/2", "is broken") => ok(b"<rss><<<"),
                ("/2", "is too large") => ok(&b"<rss>".repeat(2_000_000)),
                ("/2", "repeats the first") => ok(&page(0, 10, "/3")),
                ("/2", "repeats half of it") => ok(&page(5, 15, "/3")),
                ("/3", _) => ok(&page(5, 15, "/4")),
                ("/2", "leads back") => ok(&page(10, 20, "/1")),
                ("/2", "leads to itself") => ok(&page(10, 20, "/2#more")),
                ("/2", "leads elsewhere") => ok(&page(10, 20, &other)),
                ("/2", "is led elsewhere") => led(&other),
                ("/2", "leads to what is no address") => ok(&page(10, 20, "http://")),
                ("/2", "has no entries") => ok(&page(0, 0, "/4")),
                ("/2", "is moved") => led("/two"),
                ("/two", _) => ok(&page(10, 20, "")),
                (path, _) => panic!("{rule}: {path}"),
            }
        });
        let desk = desk(&origin, "first_items = 0");
        let row = &refresh(&desk)["a"];
        let message = row["message"].as_str().unwrap_or_default();
        assert_eq!(summary(row), "fresh 200", "{rule}: {message}");
        assert_eq!(row["new"], *entries, "{rule}: {message}");
        assert_eq!(origin.paths(), *paths, "{rule}");
        assert!(message.contains(told), "{rule}: {message}");
        assert!(!message.contains("left out"), "{rule}: {message}");
        assert_eq!(sources(&desk)["a"]["errors"], 0, "{rule}");
        assert!(sources(&desk)["a"]["moved_to"].is_null(), "{rule}");
    }
}

/// How the formats say where the feed goes on.
#[test]
fn every_format_goes_on() {
    let atom = |rel: &str, to: &str, nth: usize| {
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>A</title><id>urn:a</id>\
             <link rel=\"self\" href=\"/1\"/><link rel=\"{rel}\" href=\"{to}\"/>\
             <entry><id>urn:{nth}</id><title>Entry {nth}</title></entry></feed>"
        )
    };
    let json = |next: &str, nth: usize| {
        format!(
            "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"J\",\"next_url\":\"{next}\",\
             \"items\":[{{\"id\":\"{nth}\",\"title\":\"Entry {nth}\",\"content_text\":\"x\"}}]}}"
        )
    };
    let cases: Vec<(&str, Vec<String>, usize)> = vec![
        (
            "Atom",
            vec![atom("next", "/2", 1), atom("previous", "/1", 2)],
            2,
        ),
        (
            "archives",
            vec![
                atom("prev-archive", "/2", 1),
                atom("prev-archive", "/3", 2),
                atom("next-archive", "/2", 3),
            ],
            3,
        ),
        (
            "newer ones only",
            vec![atom("previous", "/2", 1), String::new()],
            1,
        ),
        ("JSON Feed", vec![json("/2", 1), json("", 2)], 2),
    ];
    for (what, pages, expected) in cases {
        let origin = Origin::start(move |asked| {
            let nth: usize = asked.path[1..].parse().expect("a number");
            response("200 OK", &[], pages[nth - 1].as_bytes())
        });
        let desk = desk(&origin, "first_items = 0");
        assert_eq!(refresh(&desk)["a"]["new"], expected, "{what}");
    }
}

fn item(guid: &str, title: &str, text: &str) -> String {
    format!(
        "<item><guid isPermaLink=\"false\">{guid}</guid><title>{title}</title><link>https://harbour.example/{}</link>\
         <pubDate>Mon, 04 Mar 2024 09:00:00 GMT</pubDate><description>{text}</description></item>",
        title.replace(' ', "-")
    )
}

fn rss_of(channel: &str, items: &[&String]) -> String {
    let items: String = items.iter().map(|item| item.as_str()).collect();
    format!("<rss version=\"2.0\"><channel><title>H</title>{channel}{items}</channel></rss>")
}

/// A notice on an old page, and one in the same words that comes later under its own GUID: two. And what slips from the second
/// page to the first, because an entry above it was deleted, is known.
#[test]
fn later_polls_do_not_miss_what_stands_on_further_pages() {
    let text = "The office of the harbour is closed on Monday because of the holiday and opens again on Tuesday at eight o'clock in the morning";
    let (first, second) = (
        item(
            "a",
            "Two cranes are painted",
            "Both cranes on the north quay are painted green.",
        ),
        item(
            "b",
            "A ship is named",
            "The new ferry is named after the captain.",
        ),
    );
    let (old, new) = (
        item("notice-1", "The office is closed", text),
        item("notice-2", "The office is closed", text),
    );
    let third = item(
        "c",
        "The light is lit",
        "The old light on the pier is lit again.",
    );
    let next = link("next", "/2");
    let polls = [
        rss_of(&next, &[&first, &second]),
        rss_of(&next, &[&new, &first, &second]),
        // The second entry was deleted: the last of the first page is one that stood on the second.
        rss_of(&next, &[&new, &first, &third]),
    ];
    let further = rss_of("", &[&old, &third]);
    let origin = Origin::start(move |asked| match asked.path.as_str() {
        "/1" => response("200 OK", &[], polls[asked.nth.min(2)].as_bytes()),
        _ => response("200 OK", &[], further.as_bytes()),
    });
    let desk = desk(&origin, "first_items = 0");
    let mut told = String::new();
    for _ in 0..3 {
        let row = &refresh(&desk)["a"];
        let _ = write!(
            told,
            "{}/{}/{} ",
            row["entries"], row["new"], row["changed"]
        );
    }
    assert_eq!(told, "4/4/0 3/1/0 3/0/0 ");
    assert_eq!(origin.paths(), ["/1", "/2", "/1", "/1"]);
    assert_eq!(sources(&desk)["a"]["renamed"], 0);
    let expected = [
        "A ship is named",
        "The light is lit",
        "The office is closed",
        "The office is closed",
        "Two cranes are painted",
    ];
    assert_eq!(titles(&desk), expected);
}

/// One GUID on both pages is told apart as in one document, and stays so when only one of the two is there.
#[test]
fn identity_is_settled_over_all_pages() {
    let item = |title: &str| {
        let link = title.replace(' ', "-");
        format!(
            "<item><guid isPermaLink=\"false\">same</guid><title>{title}</title><link>https://o.example/{link}</link></item>"
        )
    };
    let rss = |channel: &str, items: &str| {
        format!("<rss version=\"2.0\"><channel><title>H</title>{channel}{items}</channel></rss>")
    };
    let first = rss(&link("next", "/2"), &item("Ebb at noon"));
    let second = rss("", &item("Flood at midnight"));
    let later = rss(
        &link("next", "/2"),
        &(item("Ebb at noon") + "<!-- later -->"),
    );
    let origin = Origin::start(move |asked| match (asked.path.as_str(), asked.nth) {
        ("/1", 0) => response("200 OK", &[], first.as_bytes()),
        ("/1", _) => response("200 OK", &[], later.as_bytes()),
        _ => response("200 OK", &[], second.as_bytes()),
    });
    let desk = desk(&origin, "first_items = 0");
    for (new, entries) in [(2, 2), (0, 1)] {
        let row = &refresh(&desk)["a"];
        assert_eq!(
            (&row["new"], &row["entries"]),
            (&new.into(), &entries.into())
        );
    }
    assert_eq!(titles(&desk), ["Ebb at noon", "Flood at midnight"]);
}

#[test]
fn a_source_that_is_known_gets_no_further_pages() {
    let origin = Origin::start(|asked: &Asked| match (asked.path.as_str(), asked.nth) {
        // It goes on from the second poll on.
        ("/1", 0) => response("200 OK", &[], &page(0, 10, "")),
        _ => endless(asked),
    });
    let at = origin.url("/1");
    let known = source("a", &at, "first_items = 0");
    let desk = Desk::new(&format!("{LOCAL}{known}{MERGED}"));
    refresh(&desk);
    refresh(&desk);
    desk.run(&["refresh", "--force"]);
    assert_eq!(origin.paths(), ["/1"; 3]);
    // A new source at the same address is given its backlog by the same request; the known one is not.
    let new = source("b", &at, "first_items = 25");
    desk.configure(&format!("{LOCAL}{known}{new}{MERGED}"));
    let rows = refresh(&desk);
    assert_eq!(
        (&rows["a"]["new"], &rows["b"]["new"]),
        (&0.into(), &30.into())
    );
    assert_eq!(origin.paths()[3..], ["/1", "/2", "/3"]);
    assert_eq!(sources(&desk)["a"]["entries"], 10);
}

#[test]
fn pages_are_stored_together_or_not_at_all() {
    let (came, door) = (Door::default(), Door::default());
    let (knock, wait) = (came.clone(), door.clone());
    let origin = Origin::start(move |asked: &Asked| {
        if asked.path == "/2" && asked.nth == 0 {
            knock.open();
            wait.pass();
        }
        endless(asked)
    });
    let desk = desk(&origin, "first_items = 25");
    let configuration = desk.path("c.toml");
    let directory = configuration.parent().expect("a directory");
    let mut killed = mainstem(directory)
        .args(["-c", "c.toml"])
        .arg("refresh")
        .spawn()
        .expect("it starts");
    assert!(came.pass());
    killed.kill().expect("it runs");
    killed.wait().expect("it ends");
    door.open();
    assert_eq!(sources(&desk)["a"]["entries"], 0);
    assert_eq!(refresh(&desk)["a"]["new"], 30);
    assert_eq!(origin.paths(), ["/1", "/2", "/1", "/2", "/3"]);
}

/// A feed behind a page goes on like any other.
#[test]
fn a_feed_behind_a_page_goes_on() {
    let origin = Origin::start(|asked: &Asked| match asked.path.as_str() {
        "/home" => response(
            "200 OK",
            &[],
            b"<html><link rel=alternate type=application/rss+xml href=/1></html>",
        ),
        _ => endless(asked),
    });
    let desk = Desk::new(&format!(
        "{LOCAL}{}{MERGED}",
        source("a", &origin.url("/home"), "first_items = 15")
    ));
    let row = &refresh(&desk)["a"];
    assert_eq!(
        (summary(row).as_str(), &row["new"]),
        ("moved 200", &20.into())
    );
    assert_eq!(origin.paths(), ["/home", "/1", "/2"]);
}

/// What the channel says, and the address that must be said; empty: none. `SELF` is the one that was asked.
#[test]
fn a_feed_that_says_that_it_has_moved_is_reported_and_not_followed() {
    let cases = [
        (
            "<itunes:new-feed-url>https://new.example/feed</itunes:new-feed-url>",
            "https://new.example/feed",
        ),
        ("<itunes:new-feed-url> /new </itunes:new-feed-url>", "/new"),
        ("<itunes:new-feed-url>SELF</itunes:new-feed-url>", ""),
        ("<itunes:new-feed-url/>", ""),
        (
            "<itunes:new-feed-url>javascript:alert(1)</itunes:new-feed-url>",
            "",
        ),
        (
            "<item><itunes:new-feed-url>https://new.example/feed</itunes:new-feed-url></item>",
            "",
        ),
    ];
    for (says, expected) in cases {
        let origin = Origin::start(move |asked: &Asked| {
            let host = asked.header("host").expect("a host");
            let says = says.replace("SELF", &format!("http://{host}/1"));
            let body = String::from_utf8(feed_of("1")).expect("text");
            let body = body.replace("<title>Origin</title>", &format!("<title>O</title>{says}"));
            let body = body.replace(
                "<rss ",
                "<rss xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" ",
            );
            response("200 OK", &[], body.as_bytes())
        });
        let desk = desk(&origin, "");
        let row = &refresh(&desk)["a"];
        assert_eq!(summary(row), "fresh 200", "{says}");
        // Where nothing changes it is said still.
        assert_eq!(summary(&refresh(&desk)["a"]), "not_modified 200");
        let stored = sources(&desk)["a"]["message"].clone();
        for message in [&row["message"], &stored] {
            let message = message.as_str().unwrap_or_default();
            let expected = match expected {
                path if path.starts_with('/') => origin.url(path),
                url => url.to_owned(),
            };
            let is_said = message.contains("has moved") && message.contains(&expected);
            assert_eq!(is_said, !expected.is_empty(), "{says}: {message}");
        }
        assert_eq!(origin.paths(), ["/1", "/1"], "{says}");
    }
}

/// What documents take in memory is bounded, and so are requests: who has one of the two must not wait for the other.
#[test]
fn pages_of_large_feeds_do_not_wait_for_each_other() {
    let filler = "Few words. ".repeat(40_000);
    let origins: Vec<Origin> = (1..=16)
        .map(|nth| {
            let first = rss_with(&link("next", "/2"), &[("g1", "One", &filler)]);
            Origin::at(
                &format!("127.0.1.{nth}"),
                move |asked: &Asked| match asked.path.as_str() {
                    "/1" => response("200 OK", &[], &first),
                    _ => response("200 OK", &[], &rss_with("", &[("g2", "Two", "Few words.")])),
                },
            )
        })
        .collect();
    let sources: String = origins
        .iter()
        .enumerate()
        .map(|(nth, origin)| source(&format!("s{nth}"), &origin.url("/1"), ""))
        .collect();
    let fetch = LOCAL.replace("host_gap = \"0s\"", "host_gap = \"1s\"\nconcurrency = 2");
    let desk = Desk::new(&format!("{fetch}{sources}{MERGED}"));
    let rows = refresh(&desk);
    assert_eq!(rows.len(), origins.len());
    for (id, row) in &rows {
        assert_eq!(
            (summary(row).as_str(), &row["new"]),
            ("fresh 200", &2.into()),
            "{id}"
        );
    }
}
