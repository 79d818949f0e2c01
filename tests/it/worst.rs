//! The worst documents are read, or refused by a name, within the memory that is promised. `make worst` measures them.

use std::process::{Command, Stdio};

use crate::support::worst::{Worst, documents};

/// Address space: 256 MiB, and what threads and the binary reserve without using it.
const MOST_KIB: u32 = (256 + 192) * 1024;
/// What takes seconds without optimization, and says no more than the others.
const LEFT_OUT: [&str; 5] = [
    "50 MB",
    "10 MB",
    "500,000",
    "RSS, escaped",
    "50,000 paragraphs",
];

/// What `mainstem parse` gives of a document when it may have no more memory: entries, or the words of the refusal.
fn outcome(document: &Worst, file: &std::path::Path) -> Result<usize, String> {
    std::fs::write(file, &document.bytes).expect("writable");
    let limited = format!("ulimit -v {MOST_KIB} && exec \"$0\" parse \"$1\"");
    let output = Command::new("sh")
        .args(["-c", &limited, env!("CARGO_BIN_EXE_mainstem")])
        .arg(file)
        .env("MALLOC_ARENA_MAX", "1")
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => {
            let feed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
            Ok(feed["items"].as_array().map_or(0, Vec::len))
        }
        Some(65) => Err(said),
        code => panic!("{}: {code:?}: {said}", document.name),
    }
}

#[test]
fn the_worst_documents_are_read_or_refused_by_name() {
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("document");
    let is_left_out = |document: &Worst| LEFT_OUT.iter().any(|part| document.name.contains(part));
    for document in documents().filter(|document| !is_left_out(document)) {
        match outcome(&document, &file) {
            Ok(entries) => assert_eq!(entries, document.entries, "{}", document.name),
            Err(said) => {
                let named = [
                    "nested deeper than 256",
                    "recursion limit exceeded",
                    "JSON, but no feed",
                ];
                assert!(
                    named.iter().any(|name| said.contains(name)),
                    "{}: {said}",
                    document.name
                );
            }
        }
    }
}
