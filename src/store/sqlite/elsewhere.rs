//! Commits of other processes, noticed also across a reconnection of our own.
//!
//! SQLite's `data_version` moves when another connection commits, and says nothing across two connections. So a second
//! connection that never writes, the witness, is asked at the same time: where it has not moved between the writer's last
//! commit and its reconnection, nobody has committed between them. Nor has anybody while it has not moved since the writer
//! last looked, which is how others learn of it without asking the writer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::connect::connect_reader;
use super::vitals::Vitals;

/// Counts how often other processes were found to have committed.
pub(super) struct Elsewhere {
    /// `data_version` of the writer's connection.
    of_writer: Option<i64>,
    seen: Seen,
}

/// What was found when the writer last looked. Clones share it.
#[derive(Clone)]
pub(super) struct Seen(Arc<Mutex<Witness>>);

/// A plain mutex around it: held for one question to SQLite, which in WAL mode reads shared memory and waits for nobody; never
/// across an await.
struct Witness {
    /// `None` where it could not be opened or failed: the next reconnection then counts as a change.
    db: Option<Connection>,
    /// Its `data_version`, read before the writer's: what it had seen, the writer had seen.
    version: Option<i64>,
    count: u64,
}

impl Elsewhere {
    /// Begins with the writer's first connection.
    pub(super) fn since(vitals: &Vitals, db: &Connection) -> Self {
        let witness = Witness {
            db: connect_reader(vitals.path()).ok(),
            version: None,
            count: 0,
        };
        let mut new = Self {
            of_writer: None,
            seen: Seen(Arc::new(Mutex::new(witness))),
        };
        // A failure shows at the next look.
        let _ = new.look(db);
        new
    }

    /// What is found from now on, for those who do not write.
    pub(super) fn seen(&self) -> Seen {
        self.seen.clone()
    }

    /// How often others have committed so far. Called after every commit of our own, which moves the witness too.
    pub(super) fn look(&mut self, db: &Connection) -> rusqlite::Result<u64> {
        let mut witness = self.seen.witness();
        // Not believed again before the writer was asked.
        witness.version = None;
        let of_witness = witness.now();
        let now = version(db)?;
        if self
            .of_writer
            .replace(now)
            .is_some_and(|before| before != now)
        {
            witness.count += 1;
        }
        witness.version = of_witness;
        Ok(witness.count)
    }

    /// The writer has a new connection. A commit that failed and was written all the same counts as another's: what it
    /// wrote was answered to nobody.
    pub(super) fn reconnected(&mut self, vitals: &Vitals, db: &Connection) {
        self.of_writer = version(db).ok();
        let mut witness = self.seen.witness();
        let now = witness.now();
        if now.is_none() || now != witness.version {
            witness.count += 1;
        }
        if now.is_none() {
            witness.db = connect_reader(vitals.path()).ok();
        }
        witness.version = witness.now();
    }

    /// Gives up the witness, so that the last connection can leave one file behind.
    pub(super) fn close(&mut self) {
        *self.seen.witness() = Witness {
            db: None,
            version: None,
            count: 0,
        };
    }
}

impl Seen {
    /// How often others have committed so far; `None`: somebody has committed since the writer last looked, and only it can tell
    /// who.
    pub(super) fn count(&self) -> Option<u64> {
        let witness = self.witness();
        let now = witness.now()?;
        (witness.version == Some(now)).then_some(witness.count)
    }

    fn witness(&self) -> MutexGuard<'_, Witness> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Witness {
    fn now(&self) -> Option<i64> {
        version(self.db.as_ref()?).ok()
    }
}

fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("PRAGMA data_version")?
        .query_row([], |row| row.get(0))
}
