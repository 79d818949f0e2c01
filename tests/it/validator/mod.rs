//! What validators ask of a document, asked of every document over a corpus of hostile feeds: RFC 4287, RSS 2.0 with the Advisory
//! Board's best practices, JSON Feed 1.1, and the rules of the W3C's feed validator that can concern us, by their names there.
//!
//! Not held, for they are the publishers' own or the user's wish: `DuplicateUpdated`, `ImplausibleDate`, `NonCanonicalURI` (a
//! publisher's id is kept byte for byte), IRIs where that validator wants URIs, `MissingTextualContent` of an output of links,
//! `SecurityRisk` of the frames of known players.

mod atom;
mod cases;
mod json;
mod media;
mod rss;
pub(crate) mod tree;
mod values;

use std::collections::HashSet;
use std::path::Path;

use crate::support::daemon::Desk;
use tree::Element;

/// Outputs that differ in what they write.
const OUTPUTS: [(&str, &str); 6] = [
    ("full", ""),
    ("summary", "content = \"summary\""),
    (
        "link",
        "content = \"link\"\ntitle_format = \"{source}: {title} <b>&amp;\"",
    ),
    ("also", "also_in = true\nduplicates = \"off\""),
    (
        "face",
        "title = \"The <Desk> & Co\"\nlanguage = \"de\"\nicon = \"https://news.example.org/i.png\"\nauthor = \"A & B\"\nhub = \"https://hub.example/?a=1&b=2\"",
    ),
    ("empty", "include = [\"no text has this word\"]"),
];

/// Broken rules, each with what broke it.
struct Broken {
    document: String,
    found: Vec<String>,
}

impl Broken {
    fn check(&mut self, rule: &str, holds: bool, what: &str) {
        if !holds {
            let what: String = what.chars().take(200).collect();
            self.found
                .push(format!("{}: {rule}: {what:?}", self.document));
        }
    }

    /// Each at most once.
    fn unique<'v>(&mut self, rule: &str, values: impl Iterator<Item = &'v str>) {
        let mut seen = HashSet::new();
        for value in values {
            self.check(rule, seen.insert(value.to_owned()), value);
        }
    }

    /// Children that there must be, and those that there may be several of.
    fn children(&mut self, parent: &Element, wanted: &[&str], several: &[&str]) {
        for name in wanted {
            self.check("MissingElement", parent.child(name).is_some(), name);
        }
        let names = parent.children.iter().map(|child| child.name.as_str());
        let single = names.filter(|name| !several.contains(name));
        self.unique("DuplicateElement", single);
    }
}

/// Every feed of the corpus, and those that `cases.rs` makes.
fn configuration(desk: &Desk) -> String {
    let mut files: Vec<String> = Vec::new();
    for (name, bytes) in cases::feeds() {
        desk.write(&name, bytes.as_bytes());
        files.push(name);
    }
    files.extend(corpus(Path::new("tests/corpus/parse")));
    let sources = files.iter().enumerate().map(|(nth, file)| {
        format!("[[source]]\nid = \"s{nth}\"\npath = {file:?}\nfirst_items = 0\ndaily_items = 0\n")
    });
    let outputs = OUTPUTS
        .iter()
        .map(|(id, keys)| format!("[[output]]\nid = \"{id}\"\nmax_entries = 5000\n{keys}\n"));
    sources.chain(outputs).collect()
}

/// The same, of what is said about corrections of hostile entries.
#[test]
fn every_document_of_corrections_is_valid() {
    let sources = cases::feeds().map(|(name, _)| {
        let id = name.replace('.', "-");
        format!("[[source]]\nid = \"{id}\"\npath = {name:?}\nfirst_items = 0\ndaily_items = 0\n")
    });
    let outputs = OUTPUTS.map(|(id, keys)| format!("[[output]]\nid = \"{id}\"\n{keys}\n"));
    let desk = Desk::new(&[sources.concat(), outputs.concat()].concat());
    for word in ["Harmless", "Mended <i> & \u{1F600}"] {
        for (name, bytes) in cases::feeds() {
            let word = match name.ends_with("json") {
                true => word.to_owned(),
                false => quick_xml::escape::escape(word).into_owned(),
            };
            desk.write(&name, bytes.replace("Harmless", &word).as_bytes());
        }
        assert!(desk.run(&["refresh"]).status.success());
    }
    let daemon = desk.start();
    let mut found = Vec::new();
    for (output, _) in OUTPUTS {
        let document = format!("{output}/changes.atom");
        let answer = daemon.until(&format!("/{document}"), |answer| answer.status == 200);
        let mut broken = Broken {
            document,
            found: Vec::new(),
        };
        let ids = atom::check(&mut broken, &answer.text());
        assert_eq!(ids.len() > 50, output != "empty", "{output}: {}", ids.len());
        found.append(&mut broken.found);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn corpus(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("the corpus is there") {
        let path = entry.expect("readable").path();
        let name = path.to_str().expect("names in UTF-8").to_owned();
        match path.is_dir() {
            true => found.extend(corpus(&path)),
            false if name.ends_with(".expected.json") || name.ends_with(".http") => {}
            false => found.push(
                path.canonicalize()
                    .expect("it is there")
                    .to_str()
                    .expect("UTF-8")
                    .to_owned(),
            ),
        }
    }
    found.sort();
    found
}

#[test]
fn every_document_is_valid_whatever_the_feeds_are() {
    let desk = Desk::new("");
    desk.configure(&configuration(&desk));
    // Some are no feeds at all: that is their own failure.
    desk.run(&["refresh"]);
    assert_valid(&desk);
    // Some numbers are the GUIDs of other entries, too.
    let reason = "a <court> & \u{b}its \"order\"";
    let withdraw = |number: &u32| {
        let command = ["withdraw", &number.to_string(), "--reason", reason];
        desk.run(&command).status.success()
    };
    assert_eq!((50..80).filter(withdraw).take(3).count(), 3);
    let announced = desk.run(&["print", "full"]).stdout;
    assert!(String::from_utf8_lossy(&announced).contains("<at:deleted-entry"));
    assert_valid(&desk);
}

fn assert_valid(desk: &Desk) {
    let mut found = Vec::new();
    for (output, _) in OUTPUTS {
        let mut ids = Vec::new();
        for format in ["atom", "rss", "json"] {
            let printed = desk.run(&["print", output, "--format", format]);
            assert!(printed.status.success(), "{output}.{format}");
            let text = String::from_utf8(printed.stdout).expect("UTF-8");
            let mut broken = Broken {
                document: format!("{output}.{format}"),
                found: Vec::new(),
            };
            ids.push(match format {
                "atom" => atom::check(&mut broken, &text),
                "rss" => rss::check(&mut broken, &text),
                _ => json::check(&mut broken, &text),
            });
            found.append(&mut broken.found);
        }
        assert_eq!(ids[0].is_empty(), output == "empty");
        assert!(
            ids.iter().all(|list| *list == ids[0]),
            "{output}: other entries in other formats"
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
