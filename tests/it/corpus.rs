//! Feeds as they are found in the wild, and what must come out: `tests/corpus/parse/CAUSE/NAME.…` and beside each
//! `NAME.expected.json`, as `mainstem parse` prints it (or `{"error": {"class", "message"}}`).
//!
//! `NAME.http`, where there is one, gives the `Content-Type` that the document came with and the `Base` it was found at.
//! `make golden` writes the expected files anew: to be read in review like code.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mainstem::parse::{Input, parse};
use mainstem::publish::parsed_as_json;
use url::Url;

const EXPECTED: &str = ".expected.json";
const HTTP: &str = ".http";

/// Every file below a directory, in order.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("the corpus is there") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// `NAME` of `NAME.xml`, with its directory.
fn stem(path: &Path) -> String {
    let text = path.to_str().expect("names in UTF-8");
    let name_at = text.rfind('/').map_or(0, |at| at + 1);
    let end = text[name_at..]
        .find('.')
        .map_or(text.len(), |at| name_at + at);
    text[..end].to_owned()
}

/// `Content-Type: …` and `Base: …`, where the case says so.
fn circumstances(stem: &str) -> (Option<String>, Option<Url>) {
    let text = std::fs::read_to_string(format!("{stem}{HTTP}")).unwrap_or_default();
    let value = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name))
            .map(|value| value.trim().to_owned())
    };
    let base = value("Base:").map(|base| base.parse().expect("a URL"));
    (value("Content-Type:"), base)
}

fn outcome(input: &Path) -> String {
    let bytes = std::fs::read(input).expect("readable");
    let (content_type, base) = circumstances(&stem(input));
    let parsed = parse(Input {
        bytes: &bytes,
        content_type: content_type.as_deref(),
        base: base.as_ref(),
    });
    let text = match parsed {
        Ok(feed) => parsed_as_json(&feed),
        Err(error) => {
            let error = serde_json::json!({ "error": { "class": error.class.as_str(), "message": error.message } });
            serde_json::to_string_pretty(&error).expect("JSON")
        }
    };
    text.trim_end().to_owned() + "\n"
}

#[test]
#[expect(clippy::disallowed_methods, reason = "`make golden` asks by it")]
fn every_document_gives_what_it_must() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/parse");
    let rewrite = std::env::var_os("GOLDEN").is_some();
    let (mut inputs, mut expected) = (Vec::new(), BTreeSet::new());
    for path in files(&root) {
        let name = path.to_str().expect("names in UTF-8");
        if name.ends_with(EXPECTED) {
            expected.insert(path);
        } else if !name.ends_with(HTTP) {
            inputs.push(path);
        }
    }
    assert!(!inputs.is_empty(), "the corpus is empty");
    let mut wrong = Vec::new();
    for input in &inputs {
        let beside = PathBuf::from(format!("{}{EXPECTED}", stem(input)));
        let is_new = !expected.remove(&beside);
        let found = outcome(input);
        if rewrite {
            std::fs::write(&beside, found).expect("writable");
        } else if is_new {
            wrong.push(format!("{} has no expected file", input.display()));
        } else if std::fs::read_to_string(&beside).expect("readable") != found {
            wrong.push(format!("{} gives\n{found}", input.display()));
        }
    }
    assert!(expected.is_empty(), "without an input: {expected:?}");
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        inputs.len(),
        wrong.join("\n")
    );
}
