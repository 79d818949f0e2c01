//! A run of the real binary over some versions of two feeds, recorded.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::ledger::Outcome;
use super::publisher::{Publisher, SOURCES, document};
use super::recording::{Event, build_recorder, note, read};
use crate::support::daemon::{Daemon, Desk};
use crate::support::origin::PATIENCE;

/// Versions that commands refresh before and after the daemon runs, and those that the daemon refreshes.
const BY_COMMAND: usize = 3;
const BY_DAEMON: usize = 4;

/// A run of the real binary, and what it wrote down.
pub(super) struct Recording {
    desk: Desk,
    publisher: Publisher,
    /// What it ran with.
    pub(super) configuration: String,
    log: PathBuf,
    /// The last version that was published.
    pub(super) version: usize,
}

impl Recording {
    /// Runs commands, then the daemon, then commands again, each over newer versions.
    pub(super) fn make() -> Self {
        let publisher = Publisher::start();
        let configuration = format!(
            "[fetch]\nallow_addresses = [\"127.0.0.1\"]\nhost_gap = \"0s\"\nevery = \"1s\"\n{}\
             [[output]]\nid = \"merged\"\n[[output]]\nid = \"brief\"\nmax_entries = 10\n",
            publisher.configuration()
        );
        let desk = Desk::new(&configuration);
        desk.write("log", b"");
        let log = desk.path("log");
        let mut recording = Self {
            desk,
            publisher,
            configuration,
            log,
            version: 0,
        };
        let environment = recording.environment();
        let environment: Vec<_> = environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        for _ in 0..BY_COMMAND {
            recording.refresh(&environment);
        }
        let daemon = recording.desk.start_in(&environment);
        for _ in 0..BY_DAEMON {
            recording.version = recording.publisher.advance();
            recording.read(&daemon);
        }
        assert_eq!(daemon.stop(), Some(0));
        for _ in 0..BY_COMMAND {
            recording.refresh(&environment);
        }
        recording
    }

    fn environment(&self) -> [(&'static str, String); 3] {
        let text = |path: PathBuf| path.to_str().expect("a path in UTF-8").to_owned();
        let directory = self.desk.path("").canonicalize().expect("it exists");
        [
            ("LD_PRELOAD", text(build_recorder(&directory))),
            ("POWERCUT_STORE", text(directory.join("mainstem.db"))),
            ("POWERCUT_LOG", text(directory.join("log"))),
        ]
    }

    fn refresh(&mut self, environment: &[(&str, &str)]) {
        self.version = self.publisher.advance();
        let ended = self.desk.run_in(environment, &["refresh"]);
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{said}");
        note(&self.log, &self.version.to_string());
    }

    /// Reads what the daemon serves until that is the present version, as a feed reader does.
    fn read(&self, daemon: &Daemon) {
        let newest = SOURCES.map(|source| document(source, self.version).swap_remove(0).0);
        let began = Instant::now();
        let mut validator = String::new();
        loop {
            let answer = daemon.ask("GET", "/merged.json", &[("If-None-Match", &validator)]);
            let text = answer.text();
            if newest
                .iter()
                .all(|guid| text.contains(&format!("of {guid}.")))
            {
                break;
            }
            assert!(began.elapsed() < PATIENCE, "{newest:?} are not served");
            validator = answer.header("etag").unwrap_or_default().to_owned();
            std::thread::sleep(Duration::from_millis(20));
        }
        for path in [
            "/brief.json",
            "/brief/archive/1.atom",
            "/brief/archive/2.atom",
        ] {
            daemon.ask("GET", path, &[]);
        }
    }

    /// Everything that happened, in order.
    pub(super) fn events(&self) -> Vec<Event> {
        read(&self.log)
    }

    /// What the store held at the end.
    pub(super) fn outcome(&self) -> Outcome {
        let database = Connection::open(self.desk.path("mainstem.db")).expect("opens");
        Outcome::read(&database).expect("readable")
    }
}
