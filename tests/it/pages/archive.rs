//! `/OUTPUT/archive/N`, the items of an archive document as a page.
//!
//! - from `/OUTPUT` on, older items follow page by page to the first one that there was, and back again
//! - an item is listed as it was in the window, and stands in its archive page as text, whatever it is
//! - a number that no archive document has is not there

use scraper::Html;

use super::{borrowed, desk, follow_all, many, read, target};
use crate::support::html::{selecting, texts};

/// Where a link leads that has this relation to the page of a path.
fn led(path: &str, page: &Html, relation: &str) -> Option<String> {
    let selector = selecting(&format!("main a[rel={relation}]"));
    let link = page.select(&selector).next()?;
    target(path, link.attr("href")?)
}

/// The items of a page, as HTML, without their stories.
fn items(page: &Html) -> Vec<String> {
    let selector = selecting("main ol > li");
    let without_story = |html: String| match html.split_once("<p><a href=\"story/") {
        Some((item, _)) => item.to_owned(),
        None => html,
    };
    let items = page.select(&selector).map(|item| item.inner_html());
    items.map(without_story).collect()
}

#[test]
fn older_items_follow_to_the_first_and_back() {
    let all = many(250);
    let desk = desk("duplicates = \"off\"\nmax_entries = 50\n", &borrowed(&all));
    let daemon = desk.start();
    daemon.until("/o/archive/2.atom", |answer| answer.status == 200);
    daemon.until("/o", |answer| answer.text().contains("Title 249."));
    let (mut path, mut back) = ("/o".to_owned(), None);
    let mut seen = Vec::new();
    let mut pages = 0;
    loop {
        let page = read(&daemon, &path);
        follow_all(&daemon, &path, &page);
        assert_eq!(led(&path, &page, "prev").is_some(), pages > 0, "{path}");
        if path.contains("/archive/") && back.is_some() {
            let newer = led(&path, &page, "prev");
            assert!(newer == back || newer.as_deref() == Some("/o"), "{newer:?}");
        }
        // An archive document is cut before the first of its items leaves the window.
        let titles = texts(&page, "main li h3");
        seen.extend(
            titles
                .into_iter()
                .filter(|title| !seen.contains(title))
                .collect::<Vec<_>>(),
        );
        pages += 1;
        match led(&path, &page, "next") {
            Some(next) => back = Some(std::mem::replace(&mut path, next)),
            None => break,
        }
    }
    assert_eq!(path, "/o/archive/1");
    let expected: Vec<&str> = all.iter().rev().map(|(title, _)| title.as_str()).collect();
    assert_eq!(seen, expected, "every item, the newest first");
}

#[test]
fn an_item_is_listed_in_an_archive_as_it_was_in_the_window() {
    let mut all = many(30);
    all[3].0 = "<script>alert(1)</script> & \"</h3></ol>\" &amp; ]]>".to_owned();
    all[4].0 = "مرحبا بالعالم".to_owned();
    all[5].1 = "magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a".to_owned();
    let keys = "duplicates = \"off\"\nmax_entries = ";
    let desk = desk(&format!("{keys}30\n"), &borrowed(&all));
    let daemon = desk.start();
    daemon.until("/o", |answer| answer.text().contains("Title 29."));
    let in_window = items(&read(&daemon, "/o"));
    assert_eq!(in_window.len(), 30);
    drop(daemon);
    desk.configure(&format!(
        "{}[[output]]\nid = \"o\"\n{keys}10\n",
        super::SOURCE
    ));
    let daemon = desk.start();
    daemon.until("/o/archive/1", |answer| answer.status == 200);
    let archived = items(&read(&daemon, "/o/archive/1"));
    assert!(archived.len() >= 10, "{}", archived.len());
    let rest = &in_window[in_window.len() - archived.len()..];
    for (archived, listed) in archived.iter().zip(rest) {
        assert_eq!(archived, listed);
    }
}

#[test]
fn a_number_that_no_archive_has_is_not_there() {
    let all = many(40);
    let desk = desk("duplicates = \"off\"\nmax_entries = 10\n", &borrowed(&all));
    let daemon = desk.start();
    daemon.until("/o/archive/1", |answer| answer.status == 200);
    for path in [
        "/o/archive/0",
        "/o/archive/01",
        "/o/archive/-1",
        "/o/archive/4294967295",
        "/o/archive/99999999999",
        "/o/archive/1.html",
        "/o/archive/1/",
        "/o/archive/",
        "/o/archive",
        "/p/archive/1",
    ] {
        assert_eq!(daemon.ask("GET", path, &[]).status, 404, "{path}");
    }
}
