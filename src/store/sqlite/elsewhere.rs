//! Commits of other processes, noticed also across a reconnection of our own.
//!
//! SQLite's `data_version` moves when another connection commits, and says nothing across two connections. So a second
//! connection that never writes, the witness, is asked at the same time: where it has not moved between the writer's last
//! commit and its reconnection, nobody has committed between them.

use rusqlite::Connection;

use super::connect::connect_reader;
use super::vitals::Vitals;

/// Counts how often other processes were found to have committed.
pub(super) struct Elsewhere {
    /// `None` where it could not be opened or failed: the next reconnection then counts as a change.
    witness: Option<Connection>,
    /// `data_version` of the witness, read before the writer's: what it had seen, the writer had seen.
    of_witness: Option<i64>,
    /// `data_version` of the writer's connection.
    of_writer: Option<i64>,
    count: u64,
}

impl Elsewhere {
    /// Begins with the writer's first connection.
    pub(super) fn since(vitals: &Vitals, db: &Connection) -> Self {
        let mut new = Self {
            witness: connect_reader(vitals.path()).ok(),
            of_witness: None,
            of_writer: None,
            count: 0,
        };
        // A failure shows at the next look.
        let _ = new.look(db);
        new
    }

    /// How often others have committed so far. Called after every commit of our own, which moves the witness too.
    pub(super) fn look(&mut self, db: &Connection) -> rusqlite::Result<u64> {
        self.of_witness = self.witness_version();
        let now = version(db)?;
        if self
            .of_writer
            .replace(now)
            .is_some_and(|before| before != now)
        {
            self.count += 1;
        }
        Ok(self.count)
    }

    /// The writer has a new connection. A commit that failed and was written all the same counts as another's: what it
    /// wrote was answered to nobody.
    pub(super) fn reconnected(&mut self, vitals: &Vitals, db: &Connection) {
        self.of_writer = version(db).ok();
        let now = self.witness_version();
        if now.is_none() || now != self.of_witness {
            self.count += 1;
        }
        if now.is_none() {
            self.witness = connect_reader(vitals.path()).ok();
        }
        self.of_witness = self.witness_version();
    }

    /// Gives up the witness, so that the last connection can leave one file behind.
    pub(super) fn close(&mut self) {
        self.witness = None;
    }

    fn witness_version(&self) -> Option<i64> {
        version(self.witness.as_ref()?).ok()
    }
}

fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("PRAGMA data_version")?
        .query_row([], |row| row.get(0))
}
