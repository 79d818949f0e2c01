//! A directory whose programs have a wall clock of their own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;

use crate::support::daemon::{Daemon, Desk};

/// Columns that hold our own times; none may lie in the future once the clock is right.
const OWN_TIMES: [(&str, &str); 19] = [
    ("source_state", "attempt_at"),
    ("source_state", "success_at"),
    ("source_state", "parsed_at"),
    ("source_state", "last_new_at"),
    ("documents", "read_at"),
    ("entries", "first_seen"),
    ("entries", "ordered_at"),
    ("entries", "edition_at"),
    ("entries", "changed_at"),
    ("stories", "created_at"),
    ("stories", "began_at"),
    ("output_items", "ordered_at"),
    ("output_items", "edition_at"),
    ("output_items", "entered_at"),
    ("output_items", "updated_at"),
    ("output_items", "left_at"),
    ("outputs", "changed_at"),
    ("health", "began_at"),
    ("outbox", "since"),
];

/// A library that stands between a program and its clock, compiled once.
pub(super) fn shim(name: &str) -> PathBuf {
    static BUILT: OnceLock<TempDir> = OnceLock::new();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/accidents/clock-ahead");
    let built = BUILT.get_or_init(|| {
        let directory = TempDir::new().expect("a directory");
        for name in ["shift_clock", "step_clock"] {
            let compiled = Command::new("cc")
                .args(["-shared", "-fPIC", "-o"])
                .arg(directory.path().join(format!("{name}.so")))
                .arg(corpus.join(format!("{name}.c")))
                .arg("-ldl")
                .status();
            assert!(compiled.expect("cc, which Rust links with, runs").success());
        }
        directory
    });
    built.path().join(format!("{name}.so"))
}

/// A directory whose programs have a wall clock of their own; the boot clock is the machine's.
pub(super) struct Room {
    pub(super) desk: Desk,
    shim: String,
    file: String,
}

impl Room {
    pub(super) fn new(configuration: &str, shift: i64) -> Self {
        let desk = Desk::new(configuration);
        let file = desk.path("shift").display().to_string();
        let shim = shim("step_clock").display().to_string();
        let room = Self { desk, shim, file };
        room.step_to(shift);
        room
    }

    /// Steps the clock of all its programs: so many seconds off.
    pub(super) fn step_to(&self, shift: i64) {
        self.desk.write("shift", shift.to_string().as_bytes());
    }

    fn environment(&self) -> [(&str, &str); 2] {
        [("LD_PRELOAD", &self.shim), ("SHIFT_FILE", &self.file)]
    }

    pub(super) fn start(&self) -> Daemon {
        self.desk.start_in(&self.environment())
    }

    pub(super) fn run(&self, arguments: &[&str]) -> String {
        let output = self.desk.run_in(&self.environment(), arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Columns of our own times that hold one later than `now`.
    pub(super) fn future(&self, now: DateTime<Utc>) -> Vec<&'static str> {
        let db = rusqlite::Connection::open(self.desk.path("mainstem.db")).expect("opens");
        let is_later = |(table, column): &(&str, &str)| {
            let later = format!("SELECT 1 FROM {table} WHERE {column} > ?");
            let mut later = db.prepare(&later).expect("a statement");
            // A poll may end while we look.
            let slack = now + TimeDelta::seconds(2);
            later.exists([slack.timestamp_millis()]).expect("it reads")
        };
        let later = OWN_TIMES.into_iter().filter(is_later);
        later.map(|(_, column)| column).collect()
    }

    /// Its store as another boot of the machine would find it: how the two clocks stood to each other says nothing.
    pub(super) fn forget_boot(&self) {
        let db = rusqlite::Connection::open(self.desk.path("mainstem.db")).expect("opens");
        db.execute_batch("UPDATE clock SET boot = 'another'")
            .expect("written");
    }
}
