//! A store as it is found when the power comes back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mainstem::store::{self, Opening, Settings};
use tempfile::TempDir;

use super::disk::Files;
use super::ledger::{Ledger, Outcome};
use super::publisher::{SOURCES, document};
use super::run::Recording;
use crate::support::daemon::Desk;

/// What is found when the power comes back.
pub(super) struct State<'l> {
    pub(super) files: Files,
    /// What was acknowledged before the cut.
    pub(super) ledger: &'l Ledger,
}

impl State<'_> {
    fn write(&self, database: &Path) {
        for (file, bytes) in &self.files {
            std::fs::write(file.beside(database), bytes).expect("writable");
        }
    }

    /// Opens the store as the daemon does at its start, and compares it with what was acknowledged.
    pub(super) fn check(&self, outcome: &Outcome) -> Result<(), String> {
        let directory = quick_directory();
        let database = directory.path().join("mainstem.db");
        self.write(&database);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let store = store::open(&Settings::at(&database), Opening::Thorough);
        let store = store.map_err(|error| format!("it does not open: {error}"))?;
        runtime
            .block_on(store.close())
            .map_err(|error| error.to_string())?;
        self.ledger.check(&database, outcome)
    }

    /// Carries on with the real binary: after a `refresh` every entry must be published exactly once, under its old id.
    pub(super) fn resume(&self, recording: &Recording) -> Result<(), String> {
        let desk = Desk::new(&recording.configuration);
        self.write(&desk.path("mainstem.db"));
        let ended = desk.run(&["refresh"]);
        if !ended.status.success() {
            return Err(format!(
                "`refresh` fails: {}",
                String::from_utf8_lossy(&ended.stderr)
            ));
        }
        let feed = desk.json("merged");
        let mut ids = self.ledger.ids("merged");
        let mut missing: BTreeSet<String> = self.ledger.guids().map(str::to_owned).collect();
        let current = SOURCES
            .iter()
            .flat_map(|source| document(source, recording.version));
        missing.extend(current.map(|(guid, _)| guid));
        let mut seen = BTreeSet::new();
        for item in feed["items"].as_array().expect("JSON Feed") {
            let guid = item["_mainstem"]["guid"].as_str().expect("a GUID");
            if !seen.insert(guid) {
                return Err(format!("after `refresh`, {guid} is there twice"));
            }
            if ids.remove(guid).is_some_and(|id| item["id"] != id) {
                return Err(format!(
                    "after `refresh`, {guid} has another id: {}",
                    item["id"]
                ));
            }
            missing.remove(guid);
        }
        match missing.first() {
            Some(guid) => Err(format!("after `refresh`, {guid} is not published")),
            None => Ok(()),
        }
    }

    /// Keeps the files for whoever looks into a failure.
    pub(super) fn keep(&self) -> PathBuf {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("powercut");
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).expect("writable");
        self.write(&directory.join("mainstem.db"));
        directory
    }
}

/// A temporary directory, in memory if the system offers that: it makes the syncs of thousands of stores cheap.
fn quick_directory() -> TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .expect("a temporary directory")
}
