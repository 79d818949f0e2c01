//! What the binary makes of a case: its verdicts, its documents, and what `check` says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::case::{Case, Given, Rule};
use crate::support::daemon::Desk;
use crate::support::releases::told;

/// By output and entry: whether it is kept, and why.
pub(super) type Verdicts = BTreeMap<(String, String), (bool, String)>;

fn verdict<'v>(verdicts: &'v Verdicts, output: &str, name: &str) -> &'v (bool, String) {
    &verdicts[&(output.to_owned(), name.to_owned())]
}

/// What each output makes of each entry, as `explain` says it.
pub(super) fn explained(desk: &Desk, case: &Case) -> Verdicts {
    let mut found = BTreeMap::new();
    for entry in &case.entry {
        let said: Value =
            serde_json::from_str(&told(desk, &["explain", entry.name(), "--json"])).expect("JSON");
        for output in said["outputs"].as_array().expect("outputs") {
            let text = |key: &str| output[key].as_str().unwrap_or_default().to_owned();
            let is_kept = output["kept"] == true;
            found.insert(
                (text("output"), entry.name().to_owned()),
                (is_kept, text("because")),
            );
        }
    }
    found
}

/// Whether a reason is the expected one.
fn says(because: &str, expected: &str) -> bool {
    match expected.strip_suffix('…') {
        Some(beginning) => because.starts_with(beginning),
        None => because == expected,
    }
}

/// GUIDs of an output's items.
fn shown(desk: &Desk, output: &str) -> BTreeSet<String> {
    let document = desk.json(output);
    let items = document["items"].as_array().expect("items").iter();
    let guid = |item: &Value| item["_mainstem"]["guid"].as_str().map(str::to_owned);
    items.filter_map(guid).collect()
}

/// Entries of which a rule or one of its twins makes something else than the file says.
pub(super) fn misjudged(
    case: &Case,
    id: &str,
    rule: &Rule,
    keeps: &BTreeSet<String>,
    verdicts: &Verdicts,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for entry in &case.entry {
        let (name, is_kept) = (entry.name(), keeps.contains(entry.name()));
        let found = verdict(verdicts, id, name);
        let is_explained = rule.why.get(name).is_none_or(|why| says(&found.1, why));
        if found.0 != is_kept || !is_explained {
            wrong.push(format!("{name:?}: {found:?}"));
        }
        // What the source drops neither a rule nor its opposite sees.
        let is_seen = !found.1.starts_with("by the rule of its source");
        let twins = rule.twins(case.has_word).into_iter().enumerate();
        for (nth, (twin, is_same)) in twins.filter(|_| is_seen) {
            let found = verdict(verdicts, &format!("{id}-{nth}"), name);
            if found.0 != (is_kept == is_same) {
                let said = twin.output("twin", case.duplicates());
                wrong.push(format!("{name:?}: {found:?} by\n{said}"));
            }
        }
    }
    wrong
}

/// Whether a document has other entries than those of which `explain` says that it shows them.
pub(super) fn misprinted(
    desk: &Desk,
    case: &Case,
    id: &str,
    verdicts: &Verdicts,
) -> Option<String> {
    let names = case.entry.iter().map(Given::name);
    let expected: BTreeSet<String> = names
        .filter(|name| {
            let (is_kept, because) = verdict(verdicts, id, name);
            *is_kept && because.starts_with("it is shown")
        })
        .map(str::to_owned)
        .collect();
    let found = shown(desk, id);
    (found != expected).then(|| format!("its document has {found:?}, `explain` says {expected:?}"))
}

/// Names that no entry of the file has.
pub(super) fn strangers(case: &Case, rule: &Rule, keeps: &BTreeSet<String>) -> Vec<String> {
    let names: BTreeSet<&str> = case.entry.iter().map(Given::name).collect();
    let named = keeps.iter().chain(rule.why.keys());
    let strangers = named.filter(|name| !names.contains(name.as_str()));
    strangers
        .map(|name| format!("no entry is {name:?}"))
        .collect()
}

/// What `check` says of parts of rules that do nothing, where that is not what the file says.
pub(super) fn idle(desk: &Desk, case: &Case, rules: &[(String, &Rule)]) -> Vec<String> {
    let checked = desk.run(&["check"]);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    let of_outputs = rules
        .iter()
        .map(|(id, rule)| (format!("output {id}"), rule.idle.as_ref()));
    let of_source = ("source agency".to_owned(), case.source_idle.as_ref());
    let mut wrong = Vec::new();
    for (whose, expected) in of_outputs.chain([of_source]) {
        let prefix = format!("mainstem: {whose}: ");
        let found = said.lines().filter_map(|line| line.strip_prefix(&prefix));
        let found: Vec<&str> = found.collect();
        if expected.is_some_and(|expected| *expected != found) {
            wrong.push(format!("{whose}, {expected:?}: {found:?}"));
        }
    }
    wrong
}

/// What is wrong with what `check` says of a rule that cannot be compiled.
pub(super) fn refused_by(case: &Case, rule: &Rule) -> Option<String> {
    let desk = case.desk();
    let text = rule.output("o", case.duplicates());
    desk.configure(&case.configuration(&text));
    let checked = desk.run(&["check"]);
    let said = String::from_utf8_lossy(&checked.stdout) + String::from_utf8_lossy(&checked.stderr);
    let found: Vec<&str> = said.lines().filter(|line| !line.starts_with(' ')).collect();
    let is_said = found.len() == rule.wrong.len()
        && found
            .iter()
            .zip(&rule.wrong)
            .all(|(found, wrong)| found.contains(wrong.as_str()));
    let is_there = rule.at.as_ref().is_none_or(|at| {
        let mut place = found[0]
            .split(':')
            .skip(1)
            .filter_map(|number| number.parse::<usize>().ok());
        let (Some(line), Some(column)) = (place.next(), place.next()) else {
            return false;
        };
        let written = std::fs::read_to_string(desk.path("c.toml")).expect("readable");
        let line: String = written
            .lines()
            .nth(line - 1)
            .unwrap_or_default()
            .chars()
            .skip(column - 1)
            .collect();
        line.starts_with(at.as_str())
    });
    (checked.status.code() != Some(78) || !is_said || !is_there).then(|| format!("{text}{said}"))
}
