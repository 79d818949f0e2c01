//! Checks a large database in a thread of its own. A start that waited for the check would serve nobody for seconds.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle};

use super::connect::connect_reader;
use super::failure::damage_advice;
use super::inspect::flaw;
use super::vitals::Vitals;
use crate::store::{StoreTrouble, TroubleKind};

/// A file of more bytes is read whole beside the work on it; that takes about a second per GiB.
const LARGE: u64 = 512 * 1024 * 1024;

/// How long the check waits after the start. A thread that reads the whole file would delay the first documents.
pub(super) const AFTER_START: Duration = Duration::from_secs(10);

/// Whether a database is so large that a start does not wait until all of it was read.
pub(super) fn is_large(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.len() > LARGE)
}

/// A thread that reads a database whole. It ends with this value.
pub(super) struct Verifier {
    interrupt: InterruptHandle,
    /// Dropped to end the wait before the check.
    waits: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Verifier {
    /// Starts it; it begins to read after a while. Damage is the store's trouble from then on.
    ///
    /// # Errors
    /// No connection, or no thread.
    pub(super) fn start(vitals: Arc<Vitals>, after: Duration) -> rusqlite::Result<Self> {
        let db = connect_reader(vitals.path())?;
        let interrupt = db.get_interrupt_handle();
        let (waits, ended) = channel();
        let thread = std::thread::Builder::new()
            .name("store-verifier".to_owned())
            .spawn(move || {
                if ended.recv_timeout(after) == Err(RecvTimeoutError::Timeout) {
                    verify(&vitals, &db);
                }
            })
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        Ok(Self {
            interrupt,
            waits: Some(waits),
            thread: Some(thread),
        })
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        self.waits = None;
        self.interrupt.interrupt();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn verify(vitals: &Vitals, db: &Connection) {
    match flaw(db) {
        Ok(None) => {}
        Ok(Some(found)) => drop(vitals.set(StoreTrouble {
            kind: TroubleKind::Damaged,
            location: vitals.path().into(),
            found,
            advice: damage_advice(vitals.path()),
        })),
        // It was interrupted, or the store is in trouble, of which everybody else hears, too.
        Err(error) => drop(vitals.note(&error)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn damage_is_found_and_a_sound_file_is_well() {
        for is_damaged in [false, true] {
            let directory = tempfile::TempDir::new().expect("a directory");
            let path = directory.path().join("x.db");
            let db = Connection::open(&path).expect("opens");
            db.execute_batch(
                "CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a);
                 WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20000)
                 INSERT INTO t SELECT hex(randomblob(16)) FROM n",
            )
            .expect("filled");
            drop(db);
            if is_damaged {
                let file = std::fs::File::options().write(true).open(&path);
                let file = file.expect("writable");
                file.write_all_at(&[0xFF; 4096], 40 * 4096)
                    .expect("written");
            }
            let vitals = Vitals::of(&path).expect("there");
            let mut verifier = Verifier::start(vitals.clone(), Duration::ZERO).expect("starts");
            let thread = verifier.thread.take().expect("running");
            thread.join().expect("ends by itself");
            let kind = vitals.trouble().map(|trouble| trouble.kind);
            assert_eq!(kind, is_damaged.then_some(TroubleKind::Damaged));
        }
    }
}
