//! `/source/ID`: one source for the eye.
//!
//! - how it is doing, why it is asked when it is asked, what had to be repaired, what it asks of us
//! - the days of two weeks as bars, the same figures in a table, and in words
//! - its newest entries and the feeds that have it, for who may know of them; what is hidden cannot be told from what is not there
//! - text of publishers is text; every link within the site leads somewhere

use chrono::{Days, NaiveDate};
use mainstem::clock::{Clock, SystemClock};
use scraper::Html;

use crate::sources_page::found;
use crate::support::daemon::{Answer, Daemon, Desk};
use crate::support::html::{follow_links, links, parse, texts};
use crate::support::origin::{Origin, Reply, response, rss, rss_with};

const TEXT: &str =
    "The miller opens the sluice when the pond stands above the second mark on the post";

fn page(daemon: &Daemon, path: &str) -> Html {
    let answer = daemon.ask("GET", path, &[]);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    parse(&answer.text())
}

/// What a page says, all of it, with a space after whatever ends a line.
fn said(page: &Html) -> String {
    let mut html = page.html();
    for block in ["h1", "h2", "p", "li", "dt", "dd", "td", "th", "summary"] {
        html = html.replace(&format!("</{block}>"), &format!("</{block}> "));
    }
    texts(&Html::parse_document(&html), "main").join(" ")
}

/// The page of a source once it was asked.
fn asked(daemon: &Daemon, path: &str) -> Html {
    let is_asked = |answer: &Answer| {
        let text = answer.text();
        answer.status == 200 && !text.contains("Nobody has asked it so far.")
    };
    parse(&daemon.until(path, is_asked).text())
}

fn today() -> NaiveDate {
    SystemClock.now().date_naive()
}

/// A JSON Feed with so many items on days before today.
fn feed(days: &[(u64, usize)]) -> Vec<u8> {
    let mut items = Vec::new();
    for (days, count) in days {
        let date = today() - Days::new(*days);
        for nth in 0..*count {
            let id = format!("{date}-{nth}");
            items.push(serde_json::json!({ "id": id, "title": format!("Bulletin {id}"), "url": format!("https://mill.example/{id}"),
                "content_text": id, "date_published": format!("{date}T00:{nth:02}:00Z"), "language": "fr" }));
        }
    }
    let feed = serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "The mill", "home_page_url": "https://mill.example/",
        "items": items });
    feed.to_string().into_bytes()
}

const MILL: &str = "[[source]]\nid = \"mill\"\npath = \"mill.json\"\nevery = \"1h\"\ntags = [\"water\", \"a b\"]\npriority = 7\nfirst_items = 0\n";

fn mill(more: &str) -> Desk {
    let desk = Desk::new(&format!("{MILL}{more}"));
    desk.write(
        "mill.json",
        &feed(&[(1, 3), (2, 1), (5, 12), (13, 2), (14, 40)]),
    );
    desk
}

#[test]
fn the_days_of_two_weeks_are_drawn_told_and_listed() {
    let desk = mill("");
    let daemon = desk.start();
    let page = asked(&daemon, "/source/mill");
    let figures = found(page.root_element(), "details tbody tr").into_iter();
    let figures: Vec<Vec<String>> = figures
        .map(|row| {
            row.child_elements()
                .map(|cell| cell.text().collect())
                .collect()
        })
        .collect();
    assert_eq!(figures.len(), 14);
    for (nth, row) in figures.iter().enumerate() {
        let days = 13 - u64::try_from(nth).expect("small");
        let date = today() - Days::new(days);
        let count = match days {
            1 => 3,
            2 => 1,
            5 => 12,
            13 => 2,
            _ => 0,
        };
        let is_first_day = days == 0;
        let what = match (count, is_first_day) {
            (0, true) => "nothing new",
            (0, false) => "not a source yet",
            _ => "new entries",
        };
        assert_eq!(*row, [date.to_string(), count.to_string(), what.to_owned()]);
    }
    let drawing = found(page.root_element(), "svg[role=img][aria-label]")
        .into_iter()
        .next();
    let drawing = drawing.expect("a drawing with a name");
    let told = drawing.attr("aria-label").expect("a label");
    let most = (today() - Days::new(5)).format("%-d %B");
    let end = format!("18 entries, most on {most}: 12.");
    assert!(told.ends_with(&end), "{told}");
    let bars = found(drawing, "rect[fill=currentColor]").into_iter();
    let mut heights: Vec<u64> = bars
        .map(|bar| bar.attr("height").and_then(|height| height.parse().ok()))
        .map(|height| height.expect("a number"))
        .collect();
    heights.sort_unstable();
    assert_eq!(heights, [7, 15, 22, 90]);
    let marks = texts(&page, "svg text").concat();
    assert_eq!(
        marks.matches('·').count(),
        9,
        "the days before it was a source"
    );
    assert_eq!(found(drawing, "rect[fill=none]").len(), 0);
    assert!(said(&page).contains("· not a source yet"));
}

#[test]
fn a_source_is_told_of_whole() {
    let desk = mill(
        "[[output]]\nid = \"o\"\ntitle = \"All & sundry\"\n[[output]]\nid = \"other\"\nsources = [\"tag:none\"]\n[[source]]\nid = \"none\"\npath = \"none.json\"\ntags = [\"none\"]\n",
    );
    desk.write("none.json", &feed(&[]));
    let daemon = desk.start();
    let page = asked(&daemon, "/source/mill");
    assert_eq!(texts(&page, "h1"), ["The mill"]);
    let text = said(&page);
    for part in [
        "State: well",
        "it gave a new document",
        "; no failure since.",
        "every 1h",
        "an entry about every",
        "What it asks of us nothing",
        "no validators: it gave none",
        "Id mill",
        "Address file mill.json",
        "Title of its feed The mill",
        "Its home page https://mill.example/",
        "Priority 7",
        "Entries 58, 0 of them copies of other sources' entries",
        "None are on record.",
        "These are the newest 20.",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let entries = found(page.root_element(), "main ul li a[lang=fr]").into_iter();
    let entries: Vec<String> = entries.map(|entry| entry.text().collect()).collect();
    assert_eq!(entries.len(), 20);
    let yesterday = today() - Days::new(1);
    assert_eq!(entries[0], format!("Bulletin {yesterday}-2"), "the newest");
    let linked = links(&page);
    for link in [
        "../o",
        "../sources?tag=water",
        "../sources?tag=a+b",
        "https://mill.example/",
    ] {
        assert!(
            linked.iter().any(|other| other == link),
            "{link}: {linked:?}"
        );
    }
    assert!(!linked.iter().any(|link| link == "../other"));
    for link in found(page.root_element(), "a[href^=https]") {
        assert_eq!(link.attr("rel"), Some("nofollow noopener noreferrer"));
    }
}

#[test]
fn every_link_within_the_site_leads_somewhere() {
    let desk = mill("[[output]]\nid = \"o\"\n");
    let daemon = desk.start();
    daemon.until("/o", |answer| {
        answer.status == 200 && answer.text().contains("Bulletin")
    });
    for path in ["/source/mill", "/sources", "/sources?q=mill&sort=due"] {
        let followed = follow_links(&daemon, path);
        assert!(followed >= 5, "{path}");
    }
}

/// Sources that answer in ways of their own, one that does not, and one that is switched off.
fn troubled() -> (Desk, Origin) {
    let origin = Origin::start(|asked| {
        let etag = [("ETag", "\"the <tag>\""), ("Cache-Control", "max-age=7200")];
        let channel = "<ttl>90</ttl><skipDays><day>Sunday</day></skipDays><skipHours><hour>0</hour><hour>5</hour></skipHours>";
        Reply::from(match asked.path.as_str() {
            "/repaired" => {
                let feed = rss_with(channel, &[("1", "Salt & pepper", TEXT)]);
                response("200 OK", &etag, &feed)
            }
            "/gone" => response("410 Gone", &[], b""),
            "/old" => {
                let host = asked.header("host").expect("a host");
                let to = format!("http://reader:secret@{host}/new");
                response("301 Moved Permanently", &[("Location", &to)], b"")
            }
            "/new" => response("200 OK", &[], &rss(&[("1", "Mill", TEXT)])),
            "/broken" => response("500 Internal Server Error", &[], b""),
            _ => return Reply::default().silence(),
        })
    });
    let mut configuration =
        "[fetch]\nhost_gap = \"0s\"\nper_host = 9\nallow_addresses = [\"127.0.0.1\"]\n".to_owned();
    for id in ["repaired", "gone", "old", "broken", "waits"] {
        let url = origin.url(&format!("/{id}"));
        configuration += &format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\n");
    }
    configuration += "[[source]]\nid = \"off\"\npath = \"off.xml\"\nenabled = false\n";
    (Desk::new(&configuration), origin)
}

/// What the pages of these sources say.
const SAID: &[(&str, &[&str])] = &[
    (
        "repaired",
        &[
            "State: well",
            "Its document had to be repaired to be read:",
            "Cache-Control: max-age: an answer stays fresh for 2h",
            "ttl: a copy may be kept for 1h30m",
            "skipHours: not in the hours from 0:00, 5:00 (UTC)",
            "skipDays: not on Sunday (UTC)",
            "ETag \"the <tag>\"",
            "after its own rhythm, between every 15m and every 1d",
        ],
    ),
    (
        "gone",
        &[
            "State: ended by the publisher",
            "the feed is gone for good (HTTP status 410)",
            "not again by itself",
        ],
    ),
    (
        "old",
        &[
            "State: well",
            "It has moved: write http://127.0.0.1:",
            "/new into the configuration.",
        ],
    ),
    (
        "broken",
        &[
            "State: in trouble: status",
            "it answered with an error (HTTP status 500).",
            "It has never answered with a feed; one failure so far.",
            "back-off after 1 failure",
        ],
    ),
    ("off", &["This source is switched off"]),
];

#[test]
fn why_and_what_went_wrong_is_said() {
    let (desk, _origin) = troubled();
    let daemon = desk.start();
    for (id, parts) in SAID {
        let text = said(&asked(&daemon, &format!("/source/{id}")));
        for part in *parts {
            assert!(text.contains(part), "{id}, {part}: {text}");
        }
        assert!(!text.contains("secret"), "{id}: {text}");
    }
    let waits = said(&page(&daemon, "/source/waits"));
    for part in [
        "State: not asked yet Nobody has asked it so far.",
        "None are stored yet.",
    ] {
        assert!(waits.contains(part), "{waits}");
    }
    for unknown in ["/source/unknown", "/source/", "/source/A", "/source/off/x"] {
        assert_eq!(daemon.ask("GET", unknown, &[]).status, 404, "{unknown}");
    }
}

#[test]
fn text_of_publishers_is_text() {
    let desk =
        Desk::new("[[source]]\nid = \"a\"\npath = \"a.json\"\nevery = \"1h\"\nfirst_items = 0\n");
    // As text it has tags, as HTML it has none.
    let hostile = "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;\" onclick=\"x";
    let item = |id: &str, url: &str, date: &str| serde_json::json!({ "id": id, "title": hostile, "url": url, "content_text": id, "date_published": date, "language": "\" onload=\"x" });
    let items = [
        item("1", "javascript:alert(1)", "2020-01-01T00:00:00Z"),
        item("2", "data:text/html,x", "0001-01-01T00:00:00Z"),
        item("3", "https://a.example/\"><script>", "9999-12-31T23:59:59Z"),
    ];
    let feed = serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": hostile, "home_page_url": "javascript:alert(3)", "items": items });
    desk.write("a.json", feed.to_string().as_bytes());
    let daemon = desk.start();
    let page = asked(&daemon, "/source/a");
    let title = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\" onclick=\"x";
    assert_eq!(texts(&page, "h1"), [title]);
    let entries = texts(&page, "main li a").into_iter();
    let hostile = entries.filter(|text| text.contains("alert(1)"));
    assert_eq!(hostile.count(), 3);
    asked(&daemon, "/sources");
}

#[test]
fn what_a_visitor_may_not_read_is_not_told() {
    let source =
        |id: &str| format!("[[source]]\nid = \"{id}\"\npath = \"{id}.xml\"\nevery = \"1h\"\n");
    let configuration = source("open")
        + &source("hidden")
        + &source("alone")
        + "[[output]]\nid = \"all\"\nsources = [\"open\"]\n[[output]]\nid = \"inner\"\ntitle = \"The inner circle\"\nsources = [\"hidden\"]\ntoken = { file = \"t\" }\n";
    let desk = Desk::new(&configuration);
    desk.write("t", b"sesame");
    for id in ["open", "hidden", "alone"] {
        desk.write(
            &format!("{id}.xml"),
            &rss(&[(id, &format!("Headline of {id}"), TEXT)]),
        );
    }
    let daemon = desk.start();
    let open = said(&asked(&daemon, "/source/open"));
    assert!(open.contains("Headline of open"), "{open}");
    // Nobody can tell the source of a hidden feed from one that is in none.
    let sections = |id: &str| {
        let text = said(&asked(&daemon, &format!("/source/{id}")));
        let begin = text.find("Feeds with this source").expect("a section");
        let end = text.find("Troubles").expect("the next one");
        text[begin..end].to_owned()
    };
    assert_eq!(sections("hidden"), sections("alone"));
    let hidden = daemon.ask("GET", "/source/hidden", &[]);
    assert!(!hidden.text().contains("inner"), "{}", hidden.text());
    assert!(!hidden.text().contains("Headline of hidden"));
    let caching = hidden.header("cache-control").expect("a rule");
    assert!(
        caching.starts_with("private"),
        "it depends on who asks: {caching}"
    );
    let known = page(&daemon, "/source/hidden?token=sesame");
    assert!(said(&known).contains("Headline of hidden"));
    assert!(links(&known).contains(&"../inner?token=sesame".to_owned()));
    // What he came with goes along within the site, and nowhere else.
    for link in links(&known) {
        let is_ours =
            !link.starts_with("http") && !link.starts_with('#') && !link.contains("static/");
        assert_eq!(link.contains("?token=sesame"), is_ours, "{link}");
    }
    let bearer = [("Authorization", "Bearer sesame")];
    let known = daemon.ask("GET", "/source/hidden", &bearer).text();
    assert!(known.contains("Headline of hidden") && !known.contains("sesame"));
}

#[test]
fn an_entry_is_listed_where_its_story_is_open() {
    let desk = Desk::new(
        "[[source]]\nid = \"a\"\npath = \"a.xml\"\nfirst_items = 0\n[[output]]\nid = \"all\"\nexclude = [\"secret\"]\n\
        [[output]]\nid = \"inner\"\nexclude = [\"nobody\"]\ntoken = { file = \"t\" }\n",
    );
    desk.write("t", b"sesame");
    let entries = [
        (
            "1",
            "Open to all",
            "A barge has run aground below the weir.",
        ),
        (
            "2",
            "A secret thing",
            "Forty singers perform in the tram depot.",
        ),
        (
            "3",
            "A secret of nobody",
            "The old timber bridge is closed to carts.",
        ),
    ];
    desk.write("a.xml", &rss(&entries));
    let daemon = desk.start();
    daemon.until("/all.json", |answer| answer.status == 200);
    for (query, listed) in [
        ("", [true, false, true]),
        ("?token=wrong", [true, false, true]),
        ("?token=sesame", [true, true, true]),
    ] {
        let text = said(&asked(&daemon, &format!("/source/a{query}")));
        for ((_, title, _), is_listed) in entries.iter().zip(listed) {
            assert_eq!(text.contains(title), is_listed, "{query}: {text}");
        }
    }
}
