//! Accidents of the world around the daemon, and what it and its commands do then, through the real binary.
//!
//! Inputs stand in `tests/corpus/accidents/KIND`, as they were found.

use std::path::{Path, PathBuf};

mod authorities;
mod clock;
mod compact;
mod crowd;
mod disk;
mod import;
mod listing;
mod news;
mod parse_bounds;
mod requests;
mod restarts;
mod retention;
mod room;
mod second_daemon;
mod secrets;
mod service_manager;
mod sockets;
mod store_files;
mod store_lost;
mod store_unwritable;
mod stored_times;
mod terminal;
mod two_stores;
mod unit;
mod unstored;
mod wire;
mod write_ahead_log;

use wire::{connect, is_accepted, say, status, until};

/// An input of the corpus.
fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/accidents")
        .join(name)
}

/// The same, as text.
fn corpus_text(name: &str) -> String {
    std::fs::read_to_string(corpus(name)).expect(name)
}
