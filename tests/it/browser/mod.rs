//! Pages in a real browser.
//!
//! - the first five minutes: from `/` to a feed's page, its addresses, an item's story, a source, a preview, older items
//! - the keyboard alone reaches every link, the first is the one that skips to the content, and where it is can be seen
//! - what hostile publishers wrote runs nothing: the browser complains of nothing
//! - narrow or wide, light or dark: nothing runs out of the window, and every text can be read

mod driver;

use std::collections::BTreeSet;

use driver::{Browser, ENTER, TAB, script};
use serde_json::Value;

use crate::support::daemon::{Daemon, Desk};
use crate::support::releases::{LOCK, file_source, piece, publish, refresh};

/// Every kind of page, of a desk such as [`desk`].
const PAGES: [&str; 9] = [
    "/",
    "/o",
    "/o?page=2",
    "/o/archive/1",
    "/o/preview",
    "/o/preview?include=title&exclude=harbour",
    "/story/1",
    "/sources",
    "/source/a",
];

/// Titles and texts of publishers that mean no good, or have no spaces.
const HOSTILE: [&str; 8] = [
    "<script>document.title = 'taken'</script>",
    "<img src=x onerror=\"document.title = 'taken'\">",
    "</h3></li></ol></main><style>body { display: none }</style>",
    "\" onmouseover=\"document.title = 'taken'\" x=\"",
    "<svg/onload=document.title='taken'>",
    "\u{202E}tfel ot thgir\u{2066}",
    "javascript:document.title='taken'",
    "<meta http-equiv=refresh content=\"0;url=https://elsewhere.example/\">",
];

/// A daemon with a source of many items, one that is missing, and an output of both that has archives.
fn daemon() -> (Desk, Daemon) {
    let items: Vec<Value> = (0..120)
        .map(|nth| {
            let hostile = HOSTILE[nth % HOSTILE.len()];
            let word = "W".repeat(400);
            serde_json::json!({ "id": nth.to_string(), "url": format!("https://a.example/{word}/{nth}"),
                "title": format!("Title {nth} {hostile}"), "content_text": format!("{nth} {hostile} {word}"),
                "date_published": format!("2024-{:02}-{:02}T10:00:00Z", nth / 28 + 1, nth % 28 + 1) })
        })
        .collect();
    let feed = serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": HOSTILE[0], "items": items });
    let desk = Desk::new(
        "[[source]]\nid = \"a\"\npath = \"a.json\"\nfirst_items = 0\ndaily_items = 0\n[[source]]\nid = \"b\"\npath = \"missing.json\"\n\
        [[output]]\nid = \"o\"\ntitle = \"Everything\"\nmax_entries = 60\nduplicates = \"off\"\n",
    );
    desk.write("a.json", feed.to_string().as_bytes());
    let daemon = desk.start();
    for path in PAGES {
        daemon.until(path, |answer| answer.status == 200);
    }
    (desk, daemon)
}

/// A page's address.
fn at(daemon: &Daemon, path: &str) -> String {
    format!("http://{}{path}", daemon.address)
}

/// What a page's main heading says.
fn heading(browser: &Browser) -> String {
    let said = browser.run("return document.querySelector('h1').innerText");
    said.as_str().expect("a heading").to_owned()
}

/// Where the browser is.
fn path(browser: &Browser) -> String {
    let said = browser.run("return location.pathname + location.search");
    said.as_str().expect("a path").to_owned()
}

/// Asks for what the page offers to readers of feeds.
fn subscribe(browser: &Browser, daemon: &Daemon) {
    let offered = browser.run(
        "return [...document.querySelectorAll('dd a')].map(a => [a.getAttribute('href'), a.type])",
    );
    let offered = offered.as_array().expect("addresses").clone();
    assert_eq!(offered.len(), 4, "three formats, and the corrections");
    for address in &offered {
        let (href, kind) = (address[0].as_str(), address[1].as_str());
        let answer = daemon.ask("GET", &format!("/{}", href.expect("an address")), &[]);
        let served = answer.header("content-type").expect("a type");
        assert!(served.starts_with(kind.expect("a type")), "{served}");
    }
}

#[test]
fn the_first_five_minutes_lead_everywhere() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let (_desk, daemon) = daemon();
    browser.open(&at(&daemon, "/"));
    assert_eq!(heading(&browser), "Feeds");
    browser.click("section h2 a");
    assert_eq!(
        (path(&browser), heading(&browser)),
        ("/o".to_owned(), "Everything".to_owned())
    );
    subscribe(&browser, &daemon);
    let mut walked = vec![path(&browser)];
    while walked
        .last()
        .is_some_and(|last| !last.contains("/archive/"))
        && walked.len() < 9
    {
        browser.click("a[rel=next]");
        walked.push(path(&browser));
    }
    assert_eq!(walked[1], "/o?page=2");
    assert!(
        walked
            .last()
            .is_some_and(|last| last.starts_with("/o/archive/")),
        "{walked:?}"
    );
    browser.open(&at(&daemon, "/o"));
    browser.click("main li a[href^=story]");
    assert!(path(&browser).starts_with("/story/"), "{}", path(&browser));
    browser.click("nav a[href$=sources]");
    assert_eq!(
        (path(&browser), heading(&browser)),
        ("/sources".to_owned(), "Sources".to_owned())
    );
    browser.click("main a[href^=\"source/a\"]");
    assert!(
        path(&browser).starts_with("/source/a"),
        "{}",
        path(&browser)
    );
    browser.open(&at(&daemon, "/o"));
    browser.click("a[href*=preview]");
    assert_eq!(path(&browser), "/o/preview");
    browser.click("main form button");
    assert!(
        path(&browser).starts_with("/o/preview?"),
        "{}",
        path(&browser)
    );
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_keyboard_reaches_every_link_and_shows_where_it_is() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let (_desk, daemon) = daemon();
    let focused = "const at = document.activeElement; const style = getComputedStyle(at); const box = at.getBoundingClientRect();
        return [at.getAttribute('href') ?? at.tagName, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
            box.width > 0 && box.left >= 0 && box.top >= 0 && box.top < innerHeight]";
    for page in ["/", "/o", "/sources"] {
        browser.open(&at(&daemon, page));
        let links = browser.run("return [...document.querySelectorAll('a[href], input, select, button, textarea, summary, [tabindex=\"0\"]')].map(a => a.getAttribute('href') ?? a.tagName)");
        let wanted: BTreeSet<String> = links
            .as_array()
            .expect("links")
            .iter()
            .filter_map(|href| href.as_str().map(str::to_owned))
            .collect();
        let count = links.as_array().map_or(0, Vec::len);
        let mut reached = BTreeSet::new();
        for nth in 0..count {
            browser.press(TAB);
            let found = browser.run(focused);
            let href = found[0].as_str().expect("an element").to_owned();
            assert_eq!(found[1], true, "{page}: the focus on {href} is not seen");
            assert_eq!(found[2], true, "{page}: {href} is out of sight");
            assert!(nth > 0 || href == "#content", "{page} begins with {href}");
            reached.insert(href);
        }
        assert_eq!(reached, wanted, "{page}");
    }
    browser.open(&at(&daemon, "/o"));
    browser.press(TAB);
    browser.press(ENTER);
    let focus = browser.run("return document.activeElement.id");
    assert_eq!(focus, "content");
}

#[test]
fn what_hostile_publishers_wrote_runs_nothing() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let (_desk, daemon) = daemon();
    for page in PAGES {
        browser.open(&at(&daemon, page));
        let title = browser.run("return document.title");
        assert_ne!(title, "taken", "{page}");
        assert_eq!(path(&browser), page);
        let strange = browser.run("return document.querySelectorAll('main script, main style, main img, main iframe, [onerror], [onload], [onmouseover]').length");
        assert_eq!(strange, 0, "{page}");
        // A refused style, script or file is one; so is a file that is not there.
        assert_eq!(browser.complaints(), [""; 0], "{page}");
        let styled = browser.run(
            "return document.styleSheets.length && document.styleSheets[0].cssRules.length > 10",
        );
        assert_eq!(styled, true, "{page} has its style");
    }
}

#[test]
fn every_page_fits_and_can_be_read() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let (_desk, daemon) = daemon();
    let contrast = script("contrast.js");
    let mut wrong = Vec::new();
    for page in PAGES {
        browser.open(&at(&daemon, page));
        for (width, scheme) in [(320, "light"), (1280, "dark")] {
            browser.look(width, scheme);
            let wide = browser.run("return document.documentElement.scrollWidth - innerWidth");
            if wide.as_i64().is_none_or(|wide| wide > 0) {
                wrong.push(format!("{page} at {width}: {wide} too wide"));
            }
            let unreadable = browser.run(&contrast);
            if unreadable != serde_json::json!([]) {
                wrong.push(format!("{page} in {scheme}: {unreadable}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn the_names_on_a_timeline_are_seen_on_a_narrow_screen() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let times = [
        ("a", "10:00"),
        ("b", "10:20"),
        ("c", "13:00"),
        ("d", "18:00"),
    ];
    let title = "title = \"The Agency of the Whole Wide Region\"";
    let sources = times.map(|(source, _)| file_source(source, title)).concat();
    let desk = Desk::new(&format!("{sources}[[output]]\nid = \"o\"\n"));
    for (source, time) in times {
        publish(
            &desk,
            source,
            &[piece(source, time, "Lock at Haldenau closes", LOCK)],
        );
    }
    refresh(&desk, &[]);
    let daemon = desk.start();
    daemon.until("/story/1", |answer| answer.text().contains("timeline"));
    browser.open(&at(&daemon, "/story/1"));
    let hidden = "return [...document.querySelectorAll('.timeline text')].map(text => [text, text.getBoundingClientRect()]) \
        .filter(([_, box]) => box.width === 0 || box.left < 0 || box.right > innerWidth).map(([text]) => text.textContent)";
    let overlapping = "const boxes = [...document.querySelectorAll('.timeline text')].map(text => text.getBoundingClientRect()); \
        return boxes.some((one, nth) => boxes.slice(nth + 1).some(other => one.left < other.right && other.left < one.right \
            && one.top + 2 < other.bottom && other.top + 2 < one.bottom))";
    for width in [320, 1280] {
        browser.look(width, "light");
        assert_eq!(browser.run(hidden), serde_json::json!([]), "{width}");
        assert_eq!(browser.run(overlapping), false, "{width}");
    }
    let told = browser.run("return document.querySelectorAll('.timeline text').length");
    assert_eq!(told, 6, "four names, and when the line begins and ends");
}
