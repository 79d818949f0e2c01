//! A feed and an output, and the documents of it: `tests/corpus/publish`.
//!
//! A case is `NAME.toml`, the feed `NAME.rss`, `.atom` or `.json`, and the documents `NAME.expected.atom`, `.rss`, `.json`, and
//! `.html` for the items on the page. The first says what the case is for, what the source and the output are (see [`Case`]), and what the case is about in
//! the documents. `make golden` writes the documents anew, but for what a case is about: to be read in review like code.
//!
//! The documents are kept without the numbers of stories and without our version.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::support::cases::{assert_none_wrong, cases};
use crate::support::daemon::Desk;
use crate::support::html::parse;
use crate::support::laws::well_formed;
use crate::support::releases::told;

/// A document's media, by the ending of its expected file, and how its path ends.
const DOCUMENTS: [(&str, &str); 4] = [
    ("atom", ".atom"),
    ("rss", ".rss"),
    ("json", ".json"),
    ("html", ""),
];

/// A case, as its file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is, for whoever reads that it fails.
    what: String,
    /// More keys of the source.
    #[serde(default)]
    source: String,
    /// More keys of the output.
    #[serde(default)]
    output: String,
    /// The documents have no item.
    #[serde(default)]
    empty: bool,
    #[serde(default)]
    rss: Texts,
    #[serde(default)]
    atom: Texts,
    #[serde(default)]
    html: Texts,
    /// The GUID of the item that the members below are of; default: the first.
    guid: Option<String>,
    /// Members of an item.
    #[serde(default)]
    json: BTreeMap<String, Value>,
    #[serde(default)]
    none: Absent,
}

/// Of a document without the white space between its elements.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Texts {
    has: Vec<String>,
    lacks: Vec<String>,
    /// What it has exactly once.
    once: Vec<String>,
}

/// Members that the item does not have.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Absent {
    json: Vec<String>,
}

/// A case, its name, and its feed's file and text.
type Read<'f> = (&'f str, Case, (&'f str, &'f str));

/// The cases, and the expected documents by their files' names. A file that is no case's is an error.
fn read(files: &[(String, String)]) -> (Vec<Read<'_>>, BTreeMap<&str, &str>) {
    let (mut read, mut expected) = (Vec::new(), BTreeMap::new());
    let mut names = BTreeSet::new();
    for (file, text) in files {
        let (name, ending) = file.split_once('.').expect("an ending");
        names.insert(name);
        if ending.starts_with("expected.") {
            expected.insert(file.as_str(), text.as_str());
        } else if ending == "toml" {
            let case = toml::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
            let is_feed = |(other, _): &&(String, String)| {
                let feeds = ["atom", "rss", "json"].map(|ending| format!("{name}.{ending}"));
                feeds.contains(other)
            };
            let (feed, bytes) = files.iter().find(is_feed).expect("a case has a feed");
            read.push((name, case, (feed.as_str(), bytes.as_str())));
        }
    }
    assert_eq!(names.len(), read.len(), "a file of {names:?} is no case's");
    (read, expected)
}

/// A source and an output for each case, refreshed once.
fn desk(cases: &[Read<'_>]) -> Desk {
    let mut configuration = String::new();
    for (id, case, (feed, _)) in cases {
        configuration += &format!(
            "[[source]]\nid = \"{id}\"\npath = \"{feed}\"\nfirst_items = 0\n{}\n[[output]]\nid = \"{id}\"\nsources = [\"{id}\"]\nduplicates = \"off\"\n{}\n",
            case.source, case.output
        );
    }
    let desk = Desk::new(&configuration);
    for (_, _, (feed, bytes)) in cases {
        desk.write(feed, bytes.as_bytes());
    }
    told(&desk, &["refresh"]);
    desk
}

fn check_texts(wrong: &mut Vec<String>, name: &str, texts: &Texts, document: &str) {
    let counts = |text: &String| (text.clone(), document.matches(text.as_str()).count());
    let has = texts
        .has
        .iter()
        .map(counts)
        .filter(|(_, count)| *count == 0);
    let lacks = texts
        .lacks
        .iter()
        .map(counts)
        .filter(|(_, count)| *count > 0);
    let once = texts
        .once
        .iter()
        .map(counts)
        .filter(|(_, count)| *count != 1);
    for (text, count) in has.chain(lacks).chain(once) {
        wrong.push(format!("{name}: {count} times {text}\nin {document}"));
    }
}

/// What a case is about.
fn check_case(wrong: &mut Vec<String>, (name, case, _): &Read<'_>, documents: &[String; 4]) {
    let title = format!("{name} ({})", case.what);
    let joined = |nth: usize| {
        let lines = documents[nth].lines().map(str::trim_start);
        lines.collect::<String>()
    };
    for (nth, texts) in [(0, &case.atom), (1, &case.rss), (3, &case.html)] {
        let (format, document) = (DOCUMENTS[nth].0, joined(nth));
        if format != "html" {
            assert_eq!(well_formed(&documents[nth]), Ok(()), "{name}.{format}");
        }
        check_texts(wrong, &format!("{title}: {format}"), texts, &document);
    }
    let feed: Value = serde_json::from_str(&documents[2]).expect("JSON");
    let is_meant = |item: &&Value| match &case.guid {
        Some(guid) => item["_mainstem"]["guid"] == **guid,
        None => true,
    };
    let items = feed["items"].as_array().expect("items");
    let Some(item) = items.iter().find(is_meant).filter(|_| !case.empty) else {
        assert!(case.empty && items.is_empty(), "{title}: {feed:#}");
        return;
    };
    for (pointer, expected) in &case.json {
        if item.pointer(pointer) != Some(expected) {
            wrong.push(format!("{title}: {pointer} is not {expected} in {item:#}"));
        }
    }
    for pointer in &case.none.json {
        if item.pointer(pointer).is_some() {
            wrong.push(format!("{title}: {pointer} stands in {item:#}"));
        }
    }
}

/// A document without the numbers of stories and our version.
fn same_each_time(document: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let lines = document.lines();
    let lines = lines.filter(|line| !line.trim_start().starts_with("\"story\": "));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    text.replace(&format!("\"{version}\">Mainstem"), "\"…\">Mainstem")
        .replace(&format!("Mainstem {version}"), "Mainstem …")
}

/// The items on a page, a line for each part of one, without their stories.
fn items_on(page: &str) -> String {
    parse(page);
    let (_, rest) = page
        .split_once("<ol class=\"plain\">")
        .expect("a list of items");
    let (items, _) = rest.split_once("</ol>").expect("its end");
    let mut lines = String::new();
    for part in ["<li>", "<h3", "<p", "</li>"]
        .iter()
        .fold(items.to_owned(), |items, tag| {
            items.replace(tag, &format!("\n{tag}"))
        })
        .lines()
    {
        if !part.is_empty() && !part.contains("href=\"story/") {
            lines.push_str(part);
            lines.push('\n');
        }
    }
    lines
}

#[test]
#[expect(clippy::disallowed_methods, reason = "`make golden` asks by it")]
fn every_document_says_what_its_feed_said() {
    let rewrite = std::env::var_os("GOLDEN").is_some();
    let files = cases("publish");
    let (read, mut expected) = read(&files);
    let desk = desk(&read);
    let daemon = desk.start();
    let mut wrong = Vec::new();
    for case in &read {
        let name = case.0;
        let documents = DOCUMENTS.map(|(_, ending)| {
            let answer = daemon.until(&format!("/{name}{ending}"), |answer| answer.status == 200);
            match ending {
                "" => items_on(&answer.text()),
                _ => same_each_time(&answer.text()),
            }
        });
        check_case(&mut wrong, case, &documents);
        for ((ending, _), document) in DOCUMENTS.iter().zip(&documents) {
            let beside = format!("{name}.expected.{ending}");
            let kept = expected.remove(beside.as_str());
            if rewrite {
                let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/publish");
                std::fs::write(folder.join(beside), document).expect("writable");
            } else if kept != Some(document.as_str()) {
                wrong.push(format!("{beside} is now\n{document}"));
            }
        }
    }
    assert!(expected.is_empty(), "of no case: {:?}", expected.keys());
    assert_none_wrong(wrong, read.len());
}
