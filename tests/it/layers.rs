//! The layers of `src/lib.rs`, held.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const ROWS: [&[&str]; 5] = [
    &["model", "clock", "text"],
    &[
        "schedule", "parse", "dedupe", "select", "publish", "health", "websub",
    ],
    &["fetch", "store", "telemetry", "systemd"],
    &["refresh", "republish", "worker", "maintain", "serve"],
    &["config", "daemon", "cli", "main"],
];
/// Within a row nobody uses anybody, but for these.
const NEIGHBOURS: [(&str, &str); 1] = [("worker", "refresh")];
/// Rows whose modules may use each other: words build on words, assembly on assembly.
const OPEN: [usize; 2] = [0, 4];

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn module(root: &Path, path: &Path) -> String {
    let first = path
        .strip_prefix(root)
        .expect("below src")
        .components()
        .next()
        .expect("a part");
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// Top-level modules named in `crate::…`, in groups too.
fn used(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for after in text.split("crate::").skip(1) {
        let group = after
            .strip_prefix('{')
            .and_then(|group| group.split_once("};"))
            .map(|(group, _)| group);
        let name = |text: &str| {
            text.trim()
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect::<String>()
        };
        match group {
            Some(group) => names.extend(group.split(',').map(name)),
            None => names.push(name(after)),
        }
    }
    names
}

#[test]
fn no_module_uses_a_later_row() {
    let rows: BTreeMap<&str, usize> = ROWS
        .iter()
        .enumerate()
        .flat_map(|(row, names)| names.iter().map(move |name| (*name, row)))
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut judged = 0;
    for path in files.iter().filter(|path| !path.ends_with("lib.rs")) {
        let own = module(&root, path);
        let row = *rows
            .get(own.as_str())
            .unwrap_or_else(|| panic!("{own} stands in no row: add it to the table"));
        for other in used(&std::fs::read_to_string(path).expect("readable")) {
            let Some(other_row) = rows.get(other.as_str()).copied() else {
                continue;
            };
            judged += 1;
            let allowed = other == own
                || other_row < row
                || (other_row == row
                    && (OPEN.contains(&row) || NEIGHBOURS.contains(&(&own, &other))));
            assert!(
                allowed,
                "{}: row {row} uses {other} of row {other_row}",
                path.display()
            );
        }
    }
    assert!(judged > 100, "only {judged} uses were found");
}
