//! `mainstem parse` reads no more than a source may have, from wherever.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::daemon::mainstem;

/// The address space that the command may use: enough for a runtime and a document, not for the input.
const MEMORY: &str = "700000";

/// Runs `parse` with what a shell command prints as its standard input, in little memory; returns exit code and stderr.
fn parse(directory: &Path, input: &str, piped: &str) -> (Option<i32>, String) {
    let binary = mainstem(directory).get_program().to_owned();
    let script = format!("{piped} | (ulimit -v {MEMORY}; exec \"$0\" parse \"$1\")");
    let output = Command::new("bash")
        .args(["-c", &script])
        .arg(binary)
        .arg(input)
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

#[test]
fn parse_is_bounded_as_sources_are() {
    let directory = TempDir::new().expect("a directory");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/accidents");
    let steps = std::fs::read_to_string(corpus.join("unbounded-input/steps.txt")).expect("steps");
    // `head -c 200000000 /dev/zero | mainstem parse - : …`
    let (piped, _) = steps.split_once('|').expect("a pipe");
    let large = directory.path().join("large.xml");
    let file = File::create(&large).expect("writable");
    file.set_len(8 * 1024 * 1024 + 1).expect("it is sparse");
    let whole = "echo '<rss version=\"2.0\"><channel><title>T</title></channel></rss>'";
    let too_large = Some("larger than max_body allows (8388608 bytes)");
    let path = |path: &Path| path.display().to_string();
    let fifo = directory.path().join("fifo");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo runs").success());
    let feed_fifo = format!("({whole} > fifo &); true");
    let cases: [(String, &str, i32, Option<&str>); 7] = [
        ("-".to_owned(), piped, 65, too_large),
        ("/dev/zero".to_owned(), "true", 65, too_large),
        (path(&large), "true", 65, too_large),
        ("-".to_owned(), whole, 0, None),
        // `mainstem parse <(curl …)` is a pipe with a name.
        (path(&fifo), &feed_fifo, 0, None),
        (path(directory.path()), "true", 74, Some("directory")),
        (
            path(&PathBuf::from("missing.xml")),
            "true",
            74,
            Some("missing.xml"),
        ),
    ];
    for (input, piped, code, said) in cases {
        let (found, stderr) = parse(directory.path(), &input, piped);
        assert_eq!(found, Some(code), "parse {input}: {stderr}");
        if let Some(said) = said {
            assert!(stderr.contains(said), "parse {input}: {stderr}");
        }
    }
}
