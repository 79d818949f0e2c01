//! Finding the feed: a source's URL may be a web page that names it.
//!
//! - `<link rel=alternate type=…>` in any case, among several tokens, relative to the page or its `<base>`, with `feed:`.
//! - The first that is a feed counts (`leads.rs` has the rest); not what stands in a comment, a script or a style, nor stylesheets and translations.
//! - The feed is reported (`moved`, a message that names it) and remembered: the page is not polled again.
//! - When the feed fails, the page is asked again and its new feed is found.
//! - A page that names itself, another page or nothing is no feed; no chain of pages is followed.
//! - A page that stands for a while where a feed was leads nowhere.
//! - A feed that cannot be had is the page's failure, one that is gone too: the page may name another next time.
//! - Validators of the page are never used.

use super::{
    LOCAL, MERGED, assert_all, desk, feed_of, outcomes, refresh, source, sources, summary, titles,
};
use crate::support::daemon::Desk;
use crate::support::origin::{Origin, response};

/// What is special, the page's head (`HOST` stands for the origin's authority), and the feed that it means.
const PAGES: &[(&str, &str, Option<&str>)] = &[
    (
        "plain",
        r#"<link rel="alternate" type="application/rss+xml" href="/feed">"#,
        Some("/feed"),
    ),
    (
        "in capitals, unquoted",
        "<LINK REL=ALTERNATE TYPE=APPLICATION/ATOM+XML HREF=/Feed>",
        Some("/Feed"),
    ),
    (
        "mixed case, single quotes",
        "<Link Rel='Alternate' Type='Application/RSS+xml' Href='/feed'/>",
        Some("/feed"),
    ),
    (
        "several tokens",
        r#"<link rel="me alternate  nofollow" type="application/rss+xml" href="/feed">"#,
        Some("/feed"),
    ),
    (
        "tokens over lines",
        "<link\nrel='\n alternate\thome\n'\ntype='application/rss+xml; charset=utf-8'\nhref='\n /feed \n'>",
        Some("/feed"),
    ),
    (
        "JSON Feed",
        r#"<link rel="alternate" type="application/feed+json" href="/feed">"#,
        Some("/feed"),
    ),
    (
        "JSON by its title",
        r#"<link rel="alternate" type="application/json" title="JSON Feed" href="/feed">"#,
        Some("/feed"),
    ),
    (
        "relative to the page",
        r#"<link rel="alternate" type="application/rss+xml" href="feed?a=1&amp;b=2">"#,
        Some("/pages/feed?a=1&b=2"),
    ),
    (
        "upwards",
        r#"<link rel="alternate" type="application/rss+xml" href="../feed">"#,
        Some("/feed"),
    ),
    (
        "relative to its base",
        r#"<base href="/deep/er/"><link rel="alternate" type="application/rss+xml" href="feed">"#,
        Some("/deep/er/feed"),
    ),
    (
        "relative to its host",
        r#"<link rel="alternate" type="application/rss+xml" href="//HOST/feed">"#,
        Some("/feed"),
    ),
    (
        "absolute",
        r#"<link rel="alternate" type="application/rss+xml" href="http://HOST/feed">"#,
        Some("/feed"),
    ),
    (
        "feed://",
        r#"<link rel="alternate" type="application/rss+xml" href="feed://HOST/feed">"#,
        Some("/feed"),
    ),
    (
        "feed:http://",
        r#"<link rel="alternate" type="application/rss+xml" href="FEED:http://HOST/feed">"#,
        Some("/feed"),
    ),
    (
        "with references",
        r#"<link rel="&#97;lternate" type="application&#x2F;rss+xml" href="&#47;feed">"#,
        Some("/feed"),
    ),
    (
        "with a fragment",
        r#"<link rel="alternate" type="application/rss+xml" href="/feed#latest">"#,
        Some("/feed"),
    ),
    (
        "the first of two",
        r#"<link rel="alternate" type="application/rss+xml" href="/feed"><link rel="alternate" type="application/rss+xml" href="/comments">"#,
        Some("/feed"),
    ),
    (
        "the first that can be asked",
        r#"<link rel="alternate" type="application/rss+xml" href="javascript:0"><link rel="alternate" type="application/rss+xml" href="/feed">"#,
        Some("/feed"),
    ),
    (
        "behind others",
        r#"<link rel="stylesheet" type="text/css" href="/css"><link rel="alternate" hreflang="fr" href="/fr"><link rel="alternate" type="application/rss+xml" href="/feed">"#,
        Some("/feed"),
    ),
    (
        "in the body",
        r#"</head><body><p>Hello<link rel="alternate" type="application/rss+xml" href="/feed">"#,
        Some("/feed"),
    ),
    (
        "never closed",
        r#"<title>A &lt;link&gt;</title><meta charset=utf-8><link rel="alternate" type="application/rss+xml" href="/named"#,
        None,
    ),
    (
        "in a comment",
        r#"<!-- <link rel="alternate" type="application/rss+xml" href="/named"> -->"#,
        None,
    ),
    (
        "in a script",
        r#"<script>document.write('<link rel="alternate" type="application/rss+xml" href="/named">')</script>"#,
        None,
    ),
    (
        "in a title",
        r#"<title><link rel="alternate" type="application/rss+xml" href="/named"></title>"#,
        None,
    ),
    (
        "another relation",
        r#"<link rel="icon" type="application/rss+xml" href="/named">"#,
        None,
    ),
    (
        "of another type",
        r#"<link rel="alternate" type="text/html" href="/named">"#,
        None,
    ),
    (
        "API of WordPress",
        r#"<link rel="alternate" type="application/json" title="JSON" href="/wp-json/posts/1">"#,
        None,
    ),
    (
        "without a place",
        r#"<link rel="alternate" type="application/rss+xml"><link rel="alternate" type="application/rss+xml" href="">"#,
        None,
    ),
    (
        "of another scheme",
        r#"<link rel="alternate" type="application/rss+xml" href="ftp://HOST/named"><link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">"#,
        None,
    ),
    ("none", "<title>Welcome</title>", None),
];

fn page(head: &str, host: &str) -> Vec<u8> {
    format!(
        "<!DOCTYPE html>\n<html><head>{}</head><body><p>Hello</p></body></html>",
        head.replace("HOST", host)
    )
    .into_bytes()
}

#[test]
fn the_feed_of_a_page_is_found_reported_and_remembered() {
    for (rule, head, expected) in PAGES {
        let origin = Origin::start(move |asked| match asked.path.as_str() {
            "/pages/home" => {
                let body = page(head, asked.header("host").expect("a host"));
                response(
                    "200 OK",
                    &[("ETag", "\"page\""), ("Content-Type", "text/html")],
                    &body,
                )
            }
            // Where a page names nothing, these are asked.
            "/pages/feed" | "/feed" if expected.is_none() => response("404 Not Found", &[], b""),
            path => response("200 OK", &[("ETag", "\"feed\"")], &feed_of(path)),
        });
        let desk = Desk::new(&format!(
            "{LOCAL}{}{MERGED}",
            source("a", &origin.url("/pages/home"), "")
        ));
        let rows = [refresh(&desk), refresh(&desk)];
        let row = &rows[0]["a"];
        let (found, message) = (summary(row), row["message"].as_str().unwrap_or_default());
        let Some(expected) = expected else {
            assert_eq!(found, "failed not_a_feed 200", "{rule}");
            assert_eq!(origin.count("/pages/home"), 2, "{rule}");
            assert!(titles(&desk).is_empty(), "{rule}");
            continue;
        };
        assert_eq!(found, "moved 200", "{rule}: {message}");
        assert!(
            message.contains("web page") && message.contains(&origin.url(expected)),
            "{rule}: {message}"
        );
        assert_eq!(
            origin.paths(),
            ["/pages/home", expected, expected],
            "{rule}"
        );
        let sent: Vec<_> = origin
            .asked()
            .iter()
            .map(|asked| asked.header("if-none-match").map(str::to_owned))
            .collect();
        assert_eq!(sent, [None, None, Some("\"feed\"".to_owned())], "{rule}");
        assert_eq!(titles(&desk), [*expected], "{rule}");
        assert_eq!(sources(&desk)["a"]["errors"], 0, "{rule}");
    }
}

/// Feeds that a page names and that are none.
#[test]
fn what_a_page_names_must_be_a_feed() {
    let origin = Origin::start(|asked| {
        let names = |place: &str| {
            let head =
                format!("<link rel=\"alternate\" type=\"application/rss+xml\" href=\"{place}\">");
            response("200 OK", &[], &page(&head, ""))
        };
        match asked.path.as_str() {
            "/itself" => names("/itself"),
            "/fragment" => names("#top"),
            "/another-page" => names("/page"),
            "/page" => names("/feed"),
            "/to-404" => names("/404"),
            "/to-410" => names("/410"),
            "/to-broken" => names("/broken"),
            "/to-loop" => names("/loop"),
            "/404" => response("404 Not Found", &[], b""),
            "/410" => response("410 Gone", &[], b""),
            "/loop" => response("302 Found", &[("Location", "/loop")], b""),
            "/broken" => response("200 OK", &[], b"<?xml version=\"1.0\"?><rss><<<"),
            path => response("200 OK", &[], &feed_of(path)),
        }
    });
    let desk = desk(
        &origin,
        &[
            "/itself",
            "/fragment",
            "/another-page",
            "/to-404",
            "/to-410",
            "/to-broken",
            "/to-loop",
        ],
    );
    let mut wrong = Vec::new();
    for (id, row) in refresh(&desk) {
        let expected = match id.as_str() {
            "to-404" => "failed status 404",
            "to-410" => "failed status 410",
            "to-broken" => "failed parse 200",
            "to-loop" => "failed loop 302",
            _ => "failed not_a_feed 200",
        };
        // One that leads on says where to.
        let names = id.strip_prefix("to-").map_or("page".to_owned(), |place| {
            format!(
                "a web page that names {} as its feed",
                origin.url(&format!("/{place}"))
            )
        });
        let message = row["message"].as_str().unwrap_or_default();
        let told = message.contains(&names);
        if !told || summary(&row) != expected {
            wrong.push(format!("{id}: {}: {}", summary(&row), row["message"]));
        }
    }
    assert_all(&wrong);
    refresh(&desk);
    assert_eq!(origin.count("/feed"), 0, "no chain of pages");
    assert_eq!(origin.count("/itself"), 2);
    assert_eq!(titles(&desk).len(), 0);
}

#[test]
fn when_the_feed_fails_the_page_is_asked_again() {
    let origin = Origin::start(|asked| match (asked.path.as_str(), asked.nth) {
        ("/home", 0) => response(
            "200 OK",
            &[],
            &page(
                "<link rel=alternate type=application/rss+xml href=/old>",
                "",
            ),
        ),
        ("/home", _) => response(
            "200 OK",
            &[],
            &page(
                "<link rel=alternate type=application/rss+xml href=/new>",
                "",
            ),
        ),
        ("/old", 1) => response("404 Not Found", &[], b""),
        (path, _) => response("200 OK", &[], &feed_of(path)),
    });
    let desk = desk(&origin, &["/home"]);
    let found: Vec<String> = (0..4).flat_map(|_| outcomes(&desk)).collect();
    assert_eq!(
        found,
        [
            "home moved 200",
            "home failed status 404",
            "home moved 200",
            "home not_modified 200"
        ]
    );
    assert_eq!(
        origin.paths(),
        ["/home", "/old", "/old", "/home", "/new", "/new"]
    );
    assert_eq!(titles(&desk), ["/new", "/old"], "what was there stays");
}

#[test]
fn a_page_that_stands_where_a_feed_was_leads_nowhere() {
    let other = Origin::start(|_| response("200 OK", &[], &feed_of("elsewhere")));
    let login = other.url("/login");
    let names = "<link rel=alternate type=application/rss+xml href=/comments>";
    let origin = Origin::start(move |asked| match (asked.path.as_str(), asked.nth) {
        // Maintenance for a while.
        ("/upkeep", 1) => response("200 OK", &[], &page(names, "")),
        // A login on the way, at first contact already.
        ("/hotel", 0) => response("302 Found", &[("Location", &login)], b""),
        (path, nth) => response("200 OK", &[], &feed_of(&format!("{path}-{nth}"))),
    });
    let desk = desk(&origin, &["/upkeep", "/hotel"]);
    let found: Vec<String> = (0..3).flat_map(|_| outcomes(&desk)).collect();
    assert_eq!(
        found,
        [
            "hotel fresh 200",
            "upkeep fresh 200",
            "hotel fresh 200",
            "upkeep failed not_a_feed 200",
            "hotel fresh 200",
            "upkeep fresh 200",
        ]
    );
    assert_eq!(origin.count("/comments"), 0);
}
