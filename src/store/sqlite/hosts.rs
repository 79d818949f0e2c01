//! Hosts that want to be left alone.

use rusqlite::{Connection, params};

use super::columns::{moment, ms};
use crate::model::{HostChange, HostHold, Timestamp};

/// Holds that ended so long ago are forgotten with the next that is written: redirects may lead to any number of hosts.
const FORGOTTEN_AFTER_MS: i64 = 7 * 24 * 3600 * 1000;

/// See [`crate::store::Store::host_holds`].
pub(super) fn holds(db: &Connection) -> rusqlite::Result<Vec<HostHold>> {
    db.prepare_cached(
        "SELECT host, until, refusals, status, noted_at FROM host_holds ORDER BY host",
    )?
    .query_map([], |row| {
        Ok(HostHold {
            host: row.get(0)?,
            until: moment(row.get(1)?),
            refusals: row.get(2)?,
            status: row.get(3)?,
            noted_at: moment(row.get(4)?),
        })
    })?
    .collect()
}

/// Notes what a refresh has changed. Another process may have heard of a longer hold meanwhile, which then stays; but not one
/// that was noted later than now, by a clock that was ahead.
pub(super) fn note(db: &Connection, changes: &[HostChange], at: Timestamp) -> rusqlite::Result<()> {
    for change in changes {
        match change {
            HostChange::Held(hold) => {
                db.prepare_cached("DELETE FROM host_holds WHERE until < ?")?
                    .execute([ms(at) - FORGOTTEN_AFTER_MS])?;
                db.prepare_cached(
                    "INSERT INTO host_holds (host, until, refusals, status, noted_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (host) DO UPDATE
                     SET until = CASE WHEN noted_at > excluded.noted_at THEN excluded.until ELSE max(until, excluded.until) END, refusals = excluded.refusals, status = excluded.status, noted_at = excluded.noted_at",
                )?
                .execute(params![hold.host, ms(hold.until), hold.refusals, hold.status, ms(hold.noted_at)])?;
            }
            HostChange::Released { host } => {
                db.prepare_cached("DELETE FROM host_holds WHERE host = ? AND until <= ?")?
                    .execute(params![host, ms(at)])?;
            }
        }
    }
    Ok(())
}

/// Whether a hold was counted from the answer; see [`HostHold::as_seen_at`].
pub(super) const IS_RELATIVE: &str = "until % 1000 != 0";

/// Corrects what was noted by a clock that was ahead; see [`HostHold::as_seen_at`].
pub(super) fn correct(db: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached(&format!(
        "UPDATE host_holds SET until = CASE WHEN {IS_RELATIVE} THEN until - (noted_at - ?1) ELSE until END, noted_at = ?1
         WHERE noted_at > ?1"
    ))?
    .execute([ms(now)])?;
    Ok(())
}
