//! Feeds as publishers change them from poll to poll, in `tests/corpus/wild/KIND`: nothing lost, nothing twice, no date moved.
//!
//! `NAME.toml` is a case and says which documents its sources give at each poll and what outputs show then; see [`Case`]. A new case is a
//! new file; a file that no case uses fails the run. Kinds that public reports and feeds nobody tuned to have shown.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::support::cases::{assert_none_wrong, run_beside};
use crate::support::daemon::Desk;

/// A case, as its file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is, for whoever reads that it fails.
    what: String,
    /// A file with a whole configuration; without it: the sources of the polls, all of their backlog, and the outputs `off`, `exact` and
    /// `near`.
    config: Option<String>,
    /// Keys of a source: `a = 'priority = 10'`.
    #[serde(default)]
    keys: BTreeMap<String, String>,
    poll: Vec<Poll>,
}

/// One `refresh` of all sources, and what must be so after it. Whatever an output showed before it still shows, under the same id and with
/// the same date of change, but for what `edited` and `leaves` name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Poll {
    /// The document of each source, a file beside the case; one that is not named gives what it gave before.
    #[serde(default)]
    feeds: BTreeMap<String, String>,
    /// How many entries are new.
    new: Option<u64>,
    /// How many items these outputs show.
    #[serde(default)]
    shown: BTreeMap<String, usize>,
    /// Titles of items whose date of change moves.
    #[serde(default)]
    edited: BTreeSet<String>,
    /// Titles of items that leave the documents.
    #[serde(default)]
    leaves: BTreeSet<String>,
    /// Titles that these outputs show, among others.
    #[serde(default)]
    standing: BTreeMap<String, Vec<String>>,
    /// Titles that these outputs do not show.
    #[serde(default)]
    absent: BTreeMap<String, Vec<String>>,
    /// By output, whose entry stands for an item: source by title.
    #[serde(default)]
    from: BTreeMap<String, BTreeMap<String, String>>,
    /// Dates of publication by title.
    #[serde(default)]
    published: BTreeMap<String, String>,
    /// Words for `explain`, and the title of the entry that they must find.
    #[serde(default)]
    explain: BTreeMap<String, String>,
}

const OUTPUTS: [&str; 3] = ["off", "exact", "near"];

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/wild")
}

/// The files of each kind, as `KIND/NAME`.
fn files() -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let list = |path: &Path| std::fs::read_dir(path).expect("the corpus is there");
    for kind in list(&corpus()).map(|kind| kind.expect("readable")) {
        for file in list(&kind.path()).map(|file| file.expect("readable")) {
            let names = [kind.file_name(), file.file_name()];
            files.insert(
                names
                    .map(|name| name.into_string().expect("UTF-8"))
                    .join("/"),
            );
        }
    }
    files
}

/// An item as a subscriber tells it from others and from its earlier self.
#[derive(Debug, Clone)]
struct Item {
    title: String,
    source: String,
    published: String,
    updated: String,
}

/// What an output shows, by id.
type Items = BTreeMap<String, Item>;

/// One case under way: what went wrong so far, and what was shown.
struct Run<'a> {
    folder: &'a str,
    desk: Desk,
    outputs: Vec<String>,
    shown: BTreeMap<String, Items>,
    wrong: Vec<String>,
    used: BTreeSet<String>,
}

impl Run<'_> {
    /// The bytes of a file beside the case.
    fn file(&mut self, name: &str) -> Vec<u8> {
        let name = format!("{}/{name}", self.folder);
        let bytes = std::fs::read(corpus().join(&name));
        self.used.insert(name.clone());
        bytes.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn configure(&mut self, case: &Case) {
        if let Some(config) = &case.config {
            let text = String::from_utf8(self.file(config)).expect("UTF-8");
            self.desk.configure(&text);
            let value: toml::Table = text.parse().expect("TOML");
            let outputs = value["output"].as_array().expect("outputs").iter();
            let id = |output: &toml::Value| output["id"].as_str().expect("an id").to_owned();
            self.outputs = outputs.map(id).collect();
            return;
        }
        let sources: BTreeSet<&String> = case
            .poll
            .iter()
            .flat_map(|poll| poll.feeds.keys())
            .collect();
        for source in case.keys.keys() {
            assert!(sources.contains(source), "keys of {source}: no such source");
        }
        let mut text = String::new();
        for source in sources {
            let keys = case
                .keys
                .get(source)
                .map(String::as_str)
                .unwrap_or_default();
            text += &format!(
                "[[source]]\nid = \"{source}\"\npath = \"{source}.rss\"\nfirst_items = 0\n{keys}\n"
            );
        }
        for output in OUTPUTS {
            text += &format!(
                "[[output]]\nid = \"{output}\"\nduplicates = \"{output}\"\nmax_entries = 1000\n"
            );
        }
        self.desk.configure(&text);
        self.outputs = OUTPUTS.map(str::to_owned).to_vec();
    }

    /// What a command prints; one that fails is told, with an empty answer.
    fn told(&mut self, command: &[&str]) -> Vec<u8> {
        let ended = self.desk.run(command);
        if !ended.status.success() {
            let said = String::from_utf8_lossy(&ended.stderr);
            self.wrong
                .push(format!("{command:?} fails: {}", said.trim()));
        }
        ended.stdout
    }

    fn poll(&mut self, poll: &Poll) {
        for (source, name) in &poll.feeds {
            let bytes = self.file(name);
            self.desk.write(&format!("{source}.rss"), &bytes);
        }
        let said = self.told(&["refresh", "--json"]);
        if !self.wrong.is_empty() {
            return;
        }
        let rows: Vec<Value> = serde_json::from_slice(&said).unwrap_or_default();
        let new: u64 = rows.iter().filter_map(|row| row["new"].as_u64()).sum();
        if let Some(expected) = poll.new.filter(|expected| *expected != new) {
            self.wrong.push(format!("{new} new, must be {expected}"));
        }
        self.check_names(poll);
        for output in self.outputs.clone() {
            let items = self.items(&output);
            self.compare(&output, &items, poll);
            self.follow(&output, &items, poll);
            self.shown.insert(output, items);
        }
        for title in poll.published.keys() {
            let mut items = self.shown.values().flat_map(BTreeMap::values);
            if !items.any(|item| item.title == *title) {
                self.wrong.push(format!(
                    "no output shows {title:?}, whose date is asked for"
                ));
            }
        }
        for (words, title) in &poll.explain {
            let said = self.told(&["explain", words, "--json"]);
            let said: Value = serde_json::from_slice(&said).unwrap_or_default();
            if said["entry"]["title"].as_str() != Some(title) {
                self.wrong
                    .push(format!("explain {words:?} does not find {title:?}"));
            }
        }
    }

    /// A name that nothing has would never be looked at.
    fn check_names(&mut self, poll: &Poll) {
        let outputs = [
            poll.shown.keys().collect::<Vec<_>>(),
            poll.standing.keys().collect(),
            poll.absent.keys().collect(),
            poll.from.keys().collect(),
        ];
        for name in outputs.into_iter().flatten() {
            if !self.outputs.contains(name) {
                self.wrong.push(format!("there is no output {name:?}"));
            }
        }
        let left = self.shown.values().flat_map(BTreeMap::values);
        let titles: BTreeSet<&str> = left.map(|item| item.title.as_str()).collect();
        for title in &poll.leaves {
            if !titles.contains(title.as_str()) {
                self.wrong
                    .push(format!("{title:?} leaves, and no output showed it"));
            }
        }
    }

    fn items(&mut self, output: &str) -> Items {
        let said = self.told(&["print", output, "--format", "json"]);
        let document: Value = serde_json::from_slice(&said).unwrap_or_default();
        let items = document["items"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let item = |item: &Value| Item {
            title: text(&item["title"]),
            source: text(&item["_mainstem"]["source"]),
            published: text(&item["date_published"]),
            updated: text(&item["date_modified"]),
        };
        let by_id: Items = items
            .iter()
            .map(|told| (text(&told["id"]), item(told)))
            .collect();
        if by_id.len() != items.len() {
            self.wrong.push(format!("{output} shows an id twice"));
        }
        by_id
    }

    fn compare(&mut self, output: &str, items: &Items, poll: &Poll) {
        let titles: Vec<&str> = items.values().map(|item| item.title.as_str()).collect();
        if let Some(count) = poll
            .shown
            .get(output)
            .filter(|count| **count != items.len())
        {
            self.wrong.push(format!(
                "{output} shows {}, must show {count}: {titles:?}",
                items.len()
            ));
        }
        for title in poll.standing.get(output).into_iter().flatten() {
            if !titles.contains(&title.as_str()) {
                self.wrong.push(format!("{output} does not show {title:?}"));
            }
        }
        for title in poll.absent.get(output).into_iter().flatten() {
            if titles.contains(&title.as_str()) {
                self.wrong.push(format!("{output} shows {title:?}"));
            }
        }
        for (title, source) in poll.from.get(output).into_iter().flatten() {
            let is_from = |item: &Item| item.title == *title && item.source == *source;
            if !items.values().any(is_from) {
                self.wrong
                    .push(format!("{output} does not show {title:?} of {source}"));
            }
        }
        for item in items.values() {
            if let Some(date) = poll
                .published
                .get(&item.title)
                .filter(|date| **date != item.published)
            {
                self.wrong.push(format!(
                    "{output}: {:?} is published {}, must be {date}",
                    item.title, item.published
                ));
            }
        }
    }

    /// What was shown before must still be shown as it was, but for what the poll names.
    fn follow(&mut self, output: &str, items: &Items, poll: &Poll) {
        let before = self.shown.remove(output).unwrap_or_default();
        for (id, old) in &before {
            match items.get(id) {
                None if poll.leaves.contains(&old.title) => {}
                None => self.wrong.push(format!(
                    "{output} shows {:?} no more under its id",
                    old.title
                )),
                Some(new) => {
                    let (moved, must) =
                        (new.updated != old.updated, poll.edited.contains(&new.title));
                    if moved != must {
                        let what = if must { "does not move" } else { "moves" };
                        self.wrong.push(format!(
                            "{output}: the date of change of {:?} {what}",
                            new.title
                        ));
                    }
                }
            }
        }
        for title in &poll.edited {
            if !before
                .keys()
                .any(|id| items.get(id).is_some_and(|item| item.title == *title))
            {
                self.wrong.push(format!(
                    "{output} shows no edited {title:?} under the id it had"
                ));
            }
        }
    }
}

/// What is wrong with a case, and the files that it uses.
fn run(name: &str) -> (Vec<String>, BTreeSet<String>) {
    let folder = name.split('/').next().unwrap_or_default();
    let text = std::fs::read_to_string(corpus().join(name)).expect(name);
    let case: Case = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut run = Run {
        folder,
        desk: Desk::new(""),
        outputs: Vec::new(),
        shown: BTreeMap::new(),
        wrong: Vec::new(),
        used: BTreeSet::new(),
    };
    run.configure(&case);
    let mut wrong = Vec::new();
    for (nth, poll) in case.poll.iter().enumerate() {
        run.poll(poll);
        let told = run
            .wrong
            .drain(..)
            .map(|what| format!("  poll {}: {what}", nth + 1));
        wrong.extend(told);
    }
    if !wrong.is_empty() {
        wrong.insert(0, format!("{name}: {}", case.what));
    }
    (wrong, run.used)
}

#[test]
fn feeds_lose_nothing_and_repeat_nothing_over_their_polls() {
    let mut left: BTreeSet<String> = files();
    let is_case = |name: &String| {
        let text = std::fs::read_to_string(corpus().join(name)).unwrap_or_default();
        name.ends_with(".toml") && text.starts_with("what = ")
    };
    let cases: Vec<String> = left.iter().filter(|name| is_case(name)).cloned().collect();
    left.retain(|name| !cases.contains(name));
    assert!(!cases.is_empty(), "no case in {}", corpus().display());
    let mut wrong = Vec::new();
    for (told, used) in run_beside(&cases, |name| run(name)) {
        left.retain(|name| !used.contains(name));
        wrong.extend((!told.is_empty()).then(|| told.join("\n")));
    }
    assert!(left.is_empty(), "no case uses {left:?}");
    assert_none_wrong(wrong, cases.len());
}
