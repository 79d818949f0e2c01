//! Checkpoints beside the writer: a commit that had to copy a thousand pages into the database itself kept everybody who waited
//! for it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::connect::{BUSY, connect_reader};

/// Pages in the log that are worth a checkpoint.
const PAGES: i64 = 2000;
/// With fewer pages a checkpoint is made after this time all the same, so that a start has little to recover.
const AT_LATEST: Duration = Duration::from_secs(60);
/// Pause between two looks at the log.
const PAUSE: Duration = Duration::from_millis(200);
/// Pages in the log from which on it is made to begin anew (24 MiB). By itself it never does while one reader follows another.
const TOO_LONG: i64 = 3000;
/// How long the writer waits for readers of the old log then.
const FOR_READERS: Duration = Duration::from_millis(50);
/// Pages in the log from which on the writer waits longer (48 MiB). A reader that stays even longer keeps the log growing by all
/// that is written meanwhile: SQLite cannot overwrite what a snapshot reads.
const MUCH_TOO_LONG: i64 = 6000;
/// How long it waits then.
const FOR_LONG_READERS: Duration = Duration::from_millis(400);
/// Longest pause before it is tried again after a reader that stayed longer; the pause doubles each time.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The thread that makes checkpoints; it ends when this is dropped.
pub(super) struct Checkpoints {
    /// `None` once it is told to end.
    commits: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// How long to wait for readers so that the log can begin anew, which only the writer can see to without waiting for itself;
    /// 0: it need not.
    patience_ms: Arc<AtomicU64>,
}

impl Checkpoints {
    /// Starts the thread.
    pub(super) fn start(path: &Path) -> std::io::Result<Self> {
        let (commits, told) = sync_channel(1);
        let path = path.to_owned();
        let patience_ms = Arc::<AtomicU64>::default();
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn({
                let patience_ms = patience_ms.clone();
                move || run(&path, &told, &patience_ms)
            })?;
        Ok(Self {
            patience_ms,
            commits: Some(commits),
            thread: Some(thread),
        })
    }

    /// Something was committed by the writer, whose connection this is and who has no transaction open. Where the log has become
    /// too long, it is held up for a moment.
    pub(super) fn committed(&self, db: Option<&Connection>) {
        let patience = self.patience_ms.swap(0, Ordering::Relaxed);
        if patience > 0
            && let Some(db) = db
            && let Err(error) = begin_anew(db, Duration::from_millis(patience))
        {
            // It is asked for again.
            tracing::debug!(%error, "the write-ahead log could not begin anew");
        }
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

fn run(path: &Path, told: &Receiver<()>, patience_ms: &AtomicU64) {
    let mut log = Log {
        path,
        db: None,
        last: Instant::now(),
        patience_ms,
        pause: Duration::ZERO,
        not_before: Instant::now(),
    };
    let mut is_said = false;
    while told.recv().is_ok() {
        let mut again = Some(true);
        while again == Some(true) {
            if let Err(error) = log.carry_over() {
                log.db = None;
                if !std::mem::replace(&mut is_said, true) {
                    // The writer's own checkpoints are far apart, but they come.
                    tracing::warn!(error = &error as &dyn std::error::Error, path = %path.display(), "the write-ahead log could not be carried over beside the writer; it is tried again");
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
    /// Asks the writer to have the log begin anew.
    patience_ms: &'p AtomicU64,
    /// After readers that kept the log from beginning anew: how long it is left alone, and until when.
    pause: Duration,
    not_before: Instant,
}

impl Log<'_> {
    /// Carries the log over where it is worth it, and has it begin anew where it is too long.
    fn carry_over(&mut self) -> rusqlite::Result<()> {
        let db = match &mut self.db {
            Some(db) => db,
            none => none.insert(connect_reader(self.path)?),
        };
        let length = pages(db, "NOOP")?;
        if length >= PAGES || self.last.elapsed() >= AT_LATEST {
            pages(db, "PASSIVE")?;
            self.last = Instant::now();
        }
        if length < TOO_LONG {
            self.pause = Duration::ZERO;
        } else if Instant::now() >= self.not_before {
            let patience = match length {
                MUCH_TOO_LONG.. => FOR_LONG_READERS,
                _ => FOR_READERS,
            };
            let patience = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
            self.patience_ms.store(patience, Ordering::Relaxed);
            self.pause = (self.pause * 2).clamp(PAUSE, LONGEST_PAUSE);
            self.not_before = Instant::now() + self.pause;
        }
        Ok(())
    }
}

/// Waits for those who read from the log, so that the next commit begins at its start. Most of it was carried over before, so
/// that there is little left to do.
fn begin_anew(db: &Connection, patience: Duration) -> rusqlite::Result<()> {
    db.busy_timeout(patience)?;
    let restarted = pages(db, "RESTART");
    db.busy_timeout(BUSY)?;
    restarted.map(|_| ())
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
