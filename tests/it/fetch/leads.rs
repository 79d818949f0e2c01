//! Where a page leads to, in `tests/corpus/discovery`: each case is a page, what its site has, and what must be asked and read.
//!
//! A new case is a new file; see [`Case`]. A page that no case uses fails the run.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{MERGED, feed_of, refresh, source, summary, titles};
use crate::support::cases::{assert_none_wrong, cases, run_beside};
use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Origin, Reply, response};

/// A case, as its file says it. In pages and texts `HOST` stands for the site's authority, `ELSEWHERE` for another one where every
/// address is a feed, `FILLER` for 300 KiB of letters, `ATTRIBUTES` for 100,000 attributes, and `MANY` for 5,000 anchors to feeds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is, for whoever reads that it fails.
    what: String,
    /// The page at the source's address, or a file with it; one that ends in `.http` is the whole answer.
    page: Option<String>,
    file: Option<String>,
    /// The source's address.
    #[serde(default = "home")]
    at: String,
    #[serde(default = "ok")]
    status: String,
    #[serde(rename = "type", default = "html")]
    content_type: String,
    /// Further lines of the answer's head.
    #[serde(default)]
    headers: Vec<String>,
    /// Where the site has feeds; everywhere else it has nothing (404), but for these pages and statuses.
    #[serde(default)]
    feeds: BTreeSet<String>,
    #[serde(default)]
    pages: BTreeMap<String, String>,
    #[serde(default)]
    statuses: BTreeMap<String, u16>,
    /// The feed that is read; empty: none.
    reads: String,
    /// What is asked of the site behind the page, in order.
    asked: Vec<String>,
    /// What `refresh` says came of it where no feed is read.
    #[serde(default = "no_feed")]
    outcome: String,
    /// What its message says.
    #[serde(default)]
    says: Vec<String>,
}

fn home() -> String {
    "/home".to_owned()
}

fn ok() -> String {
    "200 OK".to_owned()
}

fn html() -> String {
    "text/html; charset=utf-8".to_owned()
}

fn no_feed() -> String {
    "failed not_a_feed 200".to_owned()
}

/// As one page is, whatever the cap.
const LOCAL: &str = "[fetch]\nallow_addresses = [\"127.0.0.0/8\"]\nhost_gap = \"0s\"\n";

fn expanded(text: &str, host: &str, elsewhere: &str) -> String {
    let mut text = text
        .replace("HOST", host)
        .replace("ELSEWHERE", elsewhere)
        .replace("FILLER", &"harbour ".repeat(300 * 128));
    if text.contains("ATTRIBUTES") {
        let attributes: String = (0..100_000).map(|nth| format!(" a{nth}")).collect();
        text = text.replace("ATTRIBUTES", &attributes);
    }
    if text.contains("MANY") {
        let anchors: String = (0..5_000)
            .map(|nth| format!("<a href=\"/{nth}/feed\">{nth}</a>"))
            .collect();
        text = text.replace("MANY", &anchors);
    }
    text
}

impl Case {
    fn answer(&self, file: Option<&str>, asked: &Asked, elsewhere: &str) -> Vec<u8> {
        let host = asked.header("host").expect("a host");
        let expanded = |text: &str| expanded(text, host, elsewhere);
        let path = asked.path.as_str();
        if path == self.at {
            let page = self.page.as_deref().or(file).expect("a page");
            let page = expanded(page);
            if self
                .file
                .as_ref()
                .is_some_and(|file| file.ends_with(".http"))
            {
                return page.into_bytes();
            }
            let headers: Vec<(&str, &str)> = [("Content-Type", self.content_type.as_str())]
                .into_iter()
                .chain(
                    self.headers
                        .iter()
                        .map(|line| line.split_once(": ").expect("a field")),
                )
                .collect();
            return response(&self.status, &headers, page.as_bytes());
        }
        if self.feeds.contains(path) {
            return response("200 OK", &[], &feed_of(path));
        }
        match (self.pages.get(path), self.statuses.get(path)) {
            (Some(page), _) => response("200 OK", &[], expanded(page).as_bytes()),
            (None, status) => response(&format!("{} No", status.unwrap_or(&404)), &[], b""),
        }
    }
}

/// What is wrong with a case, if anything.
fn wrong(name: &str, text: &str, file: Option<String>) -> Option<String> {
    let case: Case = toml::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let elsewhere = Origin::at("127.0.0.2", |asked| {
        response("200 OK", &[], &feed_of(&asked.path))
    });
    let other = elsewhere.address().to_string();
    let other_host = other.clone();
    let case = std::sync::Arc::new(case);
    let of_origin = case.clone();
    let origin = Origin::start(move |asked| {
        Reply::from(of_origin.answer(file.as_deref(), asked, &other_host))
    });
    let host = origin.address().to_string();
    let expand = |text: &str| expanded(text, &host, &other);
    let desk = Desk::new(&format!(
        "{LOCAL}{}{MERGED}",
        source("a", &origin.url(&case.at), "")
    ));
    let row = refresh(&desk).remove("a").expect("a row");
    let message = row["message"].as_str().unwrap_or_default().to_owned();
    let mut asked = origin.paths();
    let first = asked.remove(0);
    let reads = expand(&case.reads);
    let (path, at) = match reads.split_once(&other) {
        Some((_, path)) => (path.to_owned(), reads.clone()),
        None => (reads.clone(), origin.url(&reads)),
    };
    let (outcome, read) = match reads.is_empty() {
        true => (case.outcome.clone(), Vec::new()),
        false => ("moved 200".to_owned(), vec![path]),
    };
    let mut wrong = Vec::new();
    if first != case.at || asked != case.asked {
        wrong.push(format!("asked {first} {asked:?}"));
    }
    if summary(&row) != outcome {
        wrong.push(summary(&row));
    }
    let stored = titles(&desk);
    if stored != read {
        wrong.push(format!("read {stored:?}"));
    }
    let mut says: Vec<String> = case.says.iter().map(|text| expand(text)).collect();
    if !reads.is_empty() {
        says.extend(["web page".to_owned(), at]);
    }
    let unsaid = says.iter().filter(|text| !message.contains(text.as_str()));
    wrong.extend(unsaid.map(|text| format!("unsaid: {text}")));
    let what = &case.what;
    (!wrong.is_empty()).then(|| format!("{name}: {what}: {}: {message}", wrong.join("; ")))
}

#[test]
fn a_page_leads_to_its_feed() {
    let files: BTreeMap<String, String> = cases("discovery").into_iter().collect();
    let is_case = |name: &&String| name.ends_with(".toml");
    let mut pages: BTreeSet<&String> = files.keys().filter(|name| !is_case(name)).collect();
    let told: Vec<(&String, &String, Option<String>)> = files
        .iter()
        .filter(|(name, _)| is_case(name))
        .map(|(name, text)| {
            let page = files
                .keys()
                .find(|page| text.contains(&format!("\"{page}\"")));
            pages.retain(|unused| Some(*unused) != page);
            (name, text, page.map(|page| files[page].clone()))
        })
        .collect();
    assert_eq!(pages, BTreeSet::new(), "pages that no case uses");
    let failed = run_beside(&told, |(name, text, page)| wrong(name, text, page.clone()));
    assert_none_wrong(failed.into_iter().flatten().collect(), told.len());
}

/// A page that names nothing is asked for more when it is new, and when a person asks, not at every turn.
#[test]
fn a_daemon_does_not_guess_again_and_again() {
    let origin = Origin::start(|asked| match asked.path.as_str() {
        "/home" => response("200 OK", &[], b"<html><title>Harbour</title></html>"),
        _ => response("404 Not Found", &[], b""),
    });
    let desk = Desk::new(&format!(
        "{LOCAL}{}{MERGED}",
        source("a", &origin.url("/home"), "every = \"1s\"")
    ));
    let daemon = desk.start();
    origin.until("/home", 3);
    daemon.stop();
    assert_eq!(origin.count("/feed"), 1);
    refresh(&desk);
    assert_eq!(origin.count("/feed"), 2);
}

#[test]
fn parse_follows_a_page_and_says_so() {
    let page = include_bytes!("../../corpus/discovery/first-is-dead.html");
    let origin = Origin::start(|asked| match asked.path.as_str() {
        "/home" | "/none" => response("200 OK", &[("Content-Type", "text/html")], page),
        "/posts.xml" => response("200 OK", &[], &feed_of("/posts.xml")),
        _ => response("404 Not Found", &[], b""),
    });
    let desk = Desk::new(MERGED);
    let told = desk.run(&["parse", &origin.url("/home")]);
    let (out, log) = (
        String::from_utf8_lossy(&told.stdout),
        String::from_utf8_lossy(&told.stderr),
    );
    assert!(told.status.success(), "{log}");
    assert!(out.contains("\"title\": \"/posts.xml\""), "{out}");
    let named = format!(
        "a web page that names {} as its feed",
        origin.url("/posts.xml")
    );
    let dead = format!("{} (the server answered 404", origin.url("/gone.xml"));
    assert!(log.contains(&named) && log.contains(&dead), "{log}");
    assert_eq!(origin.paths(), ["/home", "/gone.xml", "/posts.xml"]);
}

/// A page without a feed, or with dead ones, is bad input (65), and what was asked is said.
#[test]
fn parse_of_a_page_without_a_feed_is_refused() {
    let page = include_bytes!("../../corpus/discovery/first-is-dead.html");
    let origin = Origin::start(|asked| match asked.path.as_str() {
        "/home" => response("200 OK", &[], page),
        _ => response("404 Not Found", &[], b""),
    });
    let told = Desk::new(MERGED).run(&["parse", &origin.url("/home")]);
    let log = String::from_utf8_lossy(&told.stderr);
    assert_eq!(told.status.code(), Some(65), "{log}");
    assert!(told.stdout.is_empty());
    for said in ["titled \"Harbour\", no feed", "/gone.xml (", "/posts.xml ("] {
        assert!(log.contains(said), "{said}: {log}");
    }
    // What is said may be copied elsewhere: no password is in it.
    let secret = origin.url("/home").replace("://", "://jo:secret@");
    let told = Desk::new(MERGED).run(&["parse", &secret]);
    let log = String::from_utf8_lossy(&told.stderr);
    assert!(log.contains("titled") && !log.contains("secret"), "{log}");
}
