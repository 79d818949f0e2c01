//! The write-ahead log goes into the database beside the writer: a commit that had to carry a thousand pages over itself made
//! whoever waited for it wait for them too.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::open::connect_reader;

/// Pages in the log that are worth a checkpoint.
const PAGES: i64 = 2000;
/// With fewer it is done after so long all the same, so that a start has little to recover.
const AT_LATEST: Duration = Duration::from_secs(60);
/// Between two looks at the log.
const PAUSE: Duration = Duration::from_millis(500);

/// The thread that carries the log over; it ends when this is dropped.
pub(super) struct Checkpoints {
    /// `None` once it is told to end.
    commits: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Starts the thread.
    pub(super) fn start(path: &Path) -> std::io::Result<Self> {
        let (commits, told) = sync_channel(1);
        let path = path.to_owned();
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || run(&path, &told))?;
        Ok(Self {
            commits: Some(commits),
            thread: Some(thread),
        })
    }

    /// Something was committed. Never waits.
    pub(super) fn committed(&self) {
        if let Some(commits) = &self.commits {
            // It is told already where there is no room.
            let _ = commits.try_send(());
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.commits = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(path: &Path, told: &Receiver<()>) {
    let mut log = Log {
        path,
        db: None,
        last: Instant::now(),
    };
    let mut is_said = false;
    while told.recv().is_ok() {
        let mut again = Some(true);
        while again == Some(true) {
            if let Err(error) = log.carry_over() {
                log.db = None;
                if !std::mem::replace(&mut is_said, true) {
                    // The writer's own checkpoints are far apart, but they come.
                    tracing::warn!(%error, path = %path.display(), "the write-ahead log could not be carried over beside the writer; it is tried again");
                }
            }
            again = rest(told);
        }
        if again.is_none() {
            return;
        }
    }
}

/// The log of a database, as the thread knows it.
struct Log<'p> {
    path: &'p Path,
    /// `None` until there is something to do, and after a failure.
    db: Option<Connection>,
    /// When it was last carried over.
    last: Instant,
}

impl Log<'_> {
    /// Carries the log over where it is worth it.
    fn carry_over(&mut self) -> rusqlite::Result<()> {
        let db = match &mut self.db {
            Some(db) => db,
            none => none.insert(connect_reader(self.path)?),
        };
        if pages(db, "NOOP")? >= PAGES || self.last.elapsed() >= AT_LATEST {
            pages(db, "PASSIVE")?;
            self.last = Instant::now();
        }
        Ok(())
    }
}

/// Waits a little. Whether something was committed meanwhile; `None`: it is to end.
fn rest(told: &Receiver<()>) -> Option<bool> {
    let until = Instant::now() + PAUSE;
    let mut committed = false;
    loop {
        match told.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(()) => committed = true,
            Err(RecvTimeoutError::Timeout) => return Some(committed),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
}

/// Pages in the log, after a checkpoint of this kind. A passive one waits for nobody and holds up nobody.
fn pages(db: &Connection, kind: &str) -> rusqlite::Result<i64> {
    let mut checkpoint = db.prepare_cached(&format!("PRAGMA wal_checkpoint({kind})"))?;
    checkpoint.query_row([], |row| row.get(1))
}
