//! Cases as data: read from a folder, run beside each other, their failures told together.

use std::path::Path;
use std::sync::Mutex;

/// Cases that run beside each other.
const BESIDE: usize = 4;

/// Name and text of each file in `tests/corpus/<folder>`, by name. A folder without a file is no test.
pub(crate) fn cases(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(folder);
    let read = |file: std::io::Result<std::fs::DirEntry>| {
        let path = file.expect("readable").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        (
            name.into_owned(),
            std::fs::read_to_string(&path).expect("readable"),
        )
    };
    let files = std::fs::read_dir(&folder).expect("the corpus is there");
    let mut cases: Vec<(String, String)> = files.map(read).collect();
    assert!(!cases.is_empty(), "no case in {}", folder.display());
    cases.sort();
    cases
}

/// What `run` returns for each case, in no order.
pub(crate) fn run_beside<T: Sync, R: Send>(cases: &[T], run: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (next, ended) = (Mutex::new(cases.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..BESIDE {
            scope.spawn(|| {
                loop {
                    let Some(case) = next.lock().expect("no panic under the lock").next() else {
                        break;
                    };
                    let told = run(case);
                    ended.lock().expect("no panic under the lock").push(told);
                }
            });
        }
    });
    ended.into_inner().expect("no panic under the lock")
}

/// Fails with all that is wrong, if anything is.
#[track_caller]
pub(crate) fn assert_none_wrong(mut wrong: Vec<String>, count: usize) {
    wrong.sort();
    assert!(
        wrong.is_empty(),
        "{} of {count} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Every order of some things.
pub(crate) fn orders<T: Clone>(things: &[T]) -> Vec<Vec<T>> {
    let mut orders = vec![Vec::new()];
    for thing in things {
        orders = orders
            .iter()
            .flat_map(|order: &Vec<T>| {
                (0..=order.len()).map(|at| {
                    let mut longer = order.clone();
                    longer.insert(at, thing.clone());
                    longer
                })
            })
            .collect();
    }
    orders
}

/// A case that no test reads would be right whatever it says: every file and folder of the corpus is named by a test.
#[test]
fn every_part_of_the_corpus_is_read() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let src = tests.with_file_name("src");
    let sources: String = [tests.join("it"), src]
        .iter()
        .flat_map(|folder| rust_files(folder))
        .map(|path| std::fs::read_to_string(path).expect("readable"))
        .collect();
    for part in std::fs::read_dir(tests.join("corpus")).expect("the corpus is there") {
        let name = part.expect("readable").file_name();
        let name = name.to_string_lossy();
        let is_read = [format!("cases(\"{name}\")"), format!("corpus/{name}")]
            .iter()
            .any(|written| sources.contains(written.as_str()));
        assert!(is_read, "no test reads tests/corpus/{name}");
    }
}

/// Every file of Rust below a folder.
fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir(folder).expect("readable");
    let paths = files.map(|file| file.expect("readable").path());
    let (folders, files): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
    let below = folders.iter().flat_map(|folder| rust_files(folder));
    let rust = files.into_iter();
    rust.filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .chain(below)
        .collect()
}
