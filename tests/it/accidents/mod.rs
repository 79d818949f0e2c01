//! Accidents around the daemon: what it and its commands do when the world fails or is set up otherwise.
//!
//! Inputs stand in `tests/corpus/accidents/KIND`.

use std::path::{Path, PathBuf};

mod import;
mod second_daemon;
mod secrets;
mod store_files;
mod two_stores;

/// An input of the corpus.
fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/accidents")
        .join(name)
}
