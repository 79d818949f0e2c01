//! The layers of `src/lib.rs`, held: no module uses a later row, and no files use each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

mod imports;

use imports::{Module, Tree};

const ROWS: [&[&str]; 5] = [
    &["model", "clock", "text"],
    &[
        "schedule", "parse", "dedupe", "select", "publish", "health", "websub",
    ],
    &["fetch", "store", "telemetry", "systemd"],
    &[
        "refresh",
        "republish",
        "worker",
        "maintain",
        "pages",
        "serve",
    ],
    &["config", "daemon", "cli", "main"],
];
/// Within a row nobody uses anybody, but for these.
const NEIGHBOURS: [(&str, &str); 4] = [
    ("worker", "refresh"),
    ("pages", "refresh"),
    ("pages", "republish"),
    ("serve", "pages"),
];
/// Rows whose modules may use each other: words build on words, assembly on assembly.
const OPEN: [usize; 2] = [0, 4];

fn tree() -> Tree {
    Tree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

#[test]
fn no_module_uses_a_later_row() {
    let rows: BTreeMap<&str, usize> = ROWS
        .iter()
        .enumerate()
        .flat_map(|(row, names)| names.iter().map(move |name| (*name, row)))
        .collect();
    let tree = tree();
    let mut judged = 0;
    for file in tree.modules() {
        let own = file[0].as_str();
        let row = *rows
            .get(own)
            .unwrap_or_else(|| panic!("{own} stands in no row: add it to the table"));
        let named = [tree.imported_by(file), tree.passed_on_by(file)];
        for imported in named.iter().flatten() {
            let other = imported[0].as_str();
            let other_row = rows[other];
            judged += 1;
            let is_allowed = other == own
                || other_row < row
                || (other_row == row
                    && (OPEN.contains(&row) || NEIGHBOURS.contains(&(own, other))));
            assert!(
                is_allowed,
                "{}: row {row} uses {other} of row {other_row}",
                file.join("/")
            );
        }
    }
    assert!(judged > 1000, "only {judged} uses were found");
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let tree = tree();
    let mut search = Search {
        tree: &tree,
        done: BTreeSet::new(),
        way: Vec::new(),
        circles: Vec::new(),
    };
    for file in tree.modules() {
        search.visit(file);
    }
    let circles = search.circles.join("\n");
    assert!(circles.is_empty(), "files that use each other:\n{circles}");
}

/// A depth-first search for ways that lead back to where they began.
struct Search<'a> {
    tree: &'a Tree,
    done: BTreeSet<Module>,
    way: Vec<Module>,
    circles: Vec<String>,
}

impl Search<'_> {
    fn visit(&mut self, file: &Module) {
        if let Some(begin) = self.way.iter().position(|passed| passed == file) {
            let circle = self.way[begin..].iter().chain([file]);
            let circle: Vec<String> = circle.map(|file| file.join("/")).collect();
            self.circles.push(circle.join(" → "));
            return;
        }
        if !self.done.insert(file.clone()) {
            return;
        }
        self.way.push(file.clone());
        for imported in self.tree.imported_by(file) {
            self.visit(&imported);
        }
        self.way.pop();
    }
}
