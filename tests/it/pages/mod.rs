//! Pages for a browser, read as a browser reads them.
//!
//! - `front`: `/`; `output`: `/OUTPUT`; `archive`: `/OUTPUT/archive/N`
//! - `serving`: what every page's answer says, and the files that pages are shown with; `tokens`: who may read

mod archive;
mod front;
mod output;
mod serving;
mod tokens;

use scraper::Html;
use url::Url;

use crate::support::daemon::{Answer, Daemon, Desk};
use crate::support::html::{links, parse};

const SOURCE: &str =
    "[[source]]\nid = \"a\"\npath = \"a.json\"\nevery = \"1s\"\nfirst_items = 0\ndaily_items = 0\n";

/// A JSON Feed whose items have these titles and addresses, the last one the newest.
fn feed(items: &[(&str, &str)]) -> Vec<u8> {
    let items: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(nth, (title, url))| {
            serde_json::json!({ "id": url, "url": url, "title": title, "content_html": format!("<p>A <b>body</b> of its own, number {nth}</p>"),
                "date_published": format!("20{:02}-{:02}-{:02}T10:00:00Z", 10 + nth / 336, nth / 28 % 12 + 1, nth % 28 + 1), "language": "fr" })
        })
        .collect();
    serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "The \"Agency\" & Co", "items": items })
        .to_string()
        .into_bytes()
}

/// A source of these items, and an output with these keys.
fn desk(keys: &str, items: &[(&str, &str)]) -> Desk {
    let desk = Desk::new(&format!("{SOURCE}[[output]]\nid = \"o\"\n{keys}"));
    desk.write("a.json", &feed(items));
    desk
}

/// So many titles, each with its address.
fn many(count: usize) -> Vec<(String, String)> {
    let title = |nth| (format!("Title {nth}."), format!("https://a.example/{nth}"));
    (0..count).map(title).collect()
}

/// [`many`] as [`feed`] takes them.
fn borrowed(items: &[(String, String)]) -> Vec<(&str, &str)> {
    let items = items
        .iter()
        .map(|(title, url)| (title.as_str(), url.as_str()));
    items.collect()
}

/// An answer that is there at last.
fn page(daemon: &Daemon, path: &str) -> Answer {
    daemon.until(path, |answer| answer.status == 200)
}

/// The page of a path, as a browser reads it.
fn read(daemon: &Daemon, path: &str) -> Html {
    let answer = daemon.ask("GET", path, &[]);
    assert_eq!(answer.status, 200, "{path}");
    parse(&answer.text())
}

/// Where a link on the page of a path leads; `None`: to another site.
fn target(path: &str, href: &str) -> Option<String> {
    let base = Url::parse("http://here.invalid/").expect("a URL");
    let page = base.join(path).expect("a path");
    let target = page.join(href).expect("an address");
    let is_here = target.host_str() == base.host_str();
    is_here.then(|| target[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
}

/// Follows every link of a page that leads to this site.
fn follow_all(daemon: &Daemon, path: &str, page: &Html) {
    let targets = links(page)
        .into_iter()
        .filter_map(|href| target(path, &href));
    let mut targets: Vec<String> = targets.collect();
    targets.sort();
    targets.dedup();
    assert!(targets.len() > 3, "{path} leads to {targets:?}");
    for target in targets {
        let answer = daemon.ask("GET", &target, &[]);
        assert_eq!(answer.status, 200, "{path} leads to {target}");
    }
}
