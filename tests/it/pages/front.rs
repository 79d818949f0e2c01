//! `/`, the page of everything.
//!
//! - it lists the outputs, each with its addresses, what it carries, how many items it has and when it last changed
//! - it says how many sources are in which state, each leading to them
//! - it stays short, however many outputs there are; a log line says where it is

use super::{SOURCE, desk, feed, follow_all, page, read};
use crate::support::daemon::Desk;
use crate::support::html::{links, selecting, text_of, texts};

#[test]
fn a_feed_is_listed_with_its_addresses_and_what_it_carries() {
    let desk = Desk::new(&format!(
        "{SOURCE}[[source]]\nid = \"b\"\npath = \"missing.json\"\n[[output]]\nid = \"all\"\ntitle = \"All & <everything>\"\n\
        [[output]]\nid = \"some\"\nsources = [\"a\"]\ninclude = [\"One\", \"<b>\"]\nexclude = [\"horoscope\"]\nwhere = 'words > 2 && title != \"<i>\"'\n"
    ));
    desk.write("a.json", &feed(&[("One", "https://a.example/1")]));
    let daemon = desk.start();
    daemon.until("/some", |answer| answer.text().contains(">One<"));
    daemon.until("/", |answer| !answer.text().contains("first pass"));
    let front = read(&daemon, "/");
    follow_all(&daemon, "/", &front);
    let sections = selecting("main section");
    let told: Vec<String> = front.select(&sections).map(text_of).collect();
    assert_eq!(told.len(), 2);
    for (told, parts) in told.iter().zip([
        vec![
            "All & <everything>",
            "1 item, last changed 20",
            "From all 2 sources.",
            "https://news.example.org/all.json",
        ],
        vec![
            "From a. Only with any of: One, <b>. Without: horoscope. Only where words > 2 && title != \"<i>\".",
            "https://news.example.org/some.atom",
        ],
    ]) {
        for part in parts {
            assert!(told.contains(part), "{part:?} is not in {told:?}");
        }
    }
    let hrefs = links(&front);
    for (name, kind) in [
        ("some.atom", "application/atom+xml"),
        ("some.rss", "application/rss+xml"),
        ("some.json", "application/feed+json"),
    ] {
        assert!(hrefs.contains(&name.to_owned()), "{name}");
        let document = daemon.ask("GET", &format!("/{name}"), &[]);
        let served = document.header("content-type").expect("a type");
        assert!(served.starts_with(kind), "{served}");
    }
    let alternates = selecting("head link[rel=alternate][type=\"application/atom+xml\"]");
    let found = front
        .select(&alternates)
        .filter_map(|link| link.attr("href"));
    assert_eq!(found.collect::<Vec<_>>(), ["all.atom", "some.atom"]);
    assert_eq!(texts(&front, "nav a[aria-current]"), ["Feeds"]);
}

#[test]
fn sources_are_counted_by_their_states() {
    let desk = Desk::new(&format!(
        "{SOURCE}[[source]]\nid = \"b\"\npath = \"missing.json\"\n[[source]]\nid = \"c\"\npath = \"broken.json\"\n[[output]]\nid = \"o\"\n"
    ));
    desk.write("a.json", &feed(&[("One", "https://a.example/1")]));
    desk.write("broken.json", b"{");
    let daemon = desk.start();
    daemon.until("/", |answer| {
        let text = answer.text();
        text.contains("in trouble</a>: 2") && text.contains("well</a>: 1")
    });
    let front = read(&daemon, "/");
    let states = texts(&front, "main > ul > li");
    assert!(
        states[0].starts_with("in trouble: 2 (file: 1, "),
        "{states:?}"
    );
    assert!(texts(&front, "main").concat().contains("3 sources"));
    // Its documents come a moment after the last of its sources was heard.
    page(&daemon, "/o");
    for state in ["trouble", "well"] {
        let href = format!("sources?state={state}");
        assert!(links(&front).contains(&href), "{href}");
    }
    follow_all(&daemon, "/", &front);
}

#[test]
fn many_outputs_are_listed_in_pages() {
    let outputs: String = (0..120)
        .map(|nth| {
            format!(
                "[[output]]\nid = \"o{nth}\"\ntitle = \"Releases of the region, part {nth}\"\nsources = [\"a\"]\n\
                 include = [\"harbour\", \"peace talks\"]\n"
            )
        })
        .collect();
    let closed = "[[output]]\nid = \"closed\"\ntoken = { file = \"t\" }\n";
    let desk = Desk::new(&format!("{SOURCE}{outputs}{closed}"));
    desk.write("t", b"sesame");
    desk.write("a.json", &feed(&[]));
    let daemon = desk.start();
    page(&daemon, "/");
    let ids = |path: &str| {
        let front = read(&daemon, path);
        texts(&front, "main section h2")
    };
    let all: Vec<String> = (0..120)
        .map(|nth| format!("Releases of the region, part {nth}"))
        .collect();
    assert_eq!(ids("/"), all[..25]);
    assert_eq!(ids("/?page=2"), all[25..50]);
    assert_eq!(ids("/?page=5"), all[100..]);
    assert_eq!(ids("/?page=99"), all[100..]);
    assert_eq!(ids("/?page=nought"), all[..25]);
    let front = read(&daemon, "/?page=2");
    let hrefs = links(&front);
    assert!(hrefs.contains(&"./".to_owned()) && hrefs.contains(&"./?page=3".to_owned()));
    assert!(page(&daemon, "/").body.len() < 30 * 1024);
    let hrefs = links(&read(&daemon, "/?token=sesame&page=2"));
    for with_token in [
        "./?token=sesame",
        "./?token=sesame&page=3",
        "sources?token=sesame",
    ] {
        assert!(
            hrefs.contains(&with_token.to_owned()),
            "{with_token}: {hrefs:?}"
        );
    }
}

#[test]
fn without_feeds_it_says_how_to_get_one() {
    let desk = Desk::new("");
    let daemon = desk.start();
    page(&daemon, "/");
    let front = read(&daemon, "/");
    let told = texts(&front, "main").concat();
    assert!(
        told.contains("[[output]]") && told.contains("[[source]]"),
        "{told}"
    );
}

#[test]
fn the_log_says_where_it_is() {
    let desk = desk("", &[("One", "https://a.example/1")]);
    let daemon = desk.start();
    let address = daemon.address;
    daemon.until_logged(|event| {
        let said = event["message"].as_str().unwrap_or_default();
        said.contains(&format!("open http://{address}/ in a browser"))
    });
}
