//! Hosts that asked for no requests until some time: `host_holds`.

use rusqlite::{OptionalExtension, Row, params};

use super::columns::{moment, ms};
use super::session::Session;
use crate::model::{HostHold, Timestamp};
use crate::store::rows::HostRows;

/// Whether a hold was counted from the answer; see [`HostHold::as_seen_at`].
pub(super) const IS_RELATIVE: &str = "until % 1000 != 0";

const HOLD: &str = "host, until, refusals, status, noted_at";

fn hold(row: &Row<'_>) -> rusqlite::Result<HostHold> {
    Ok(HostHold {
        host: row.get("host")?,
        until: moment(row.get("until")?),
        refusals: row.get("refusals")?,
        status: row.get("status")?,
        noted_at: moment(row.get("noted_at")?),
    })
}

impl HostRows for Session {
    fn host_holds(&self) -> rusqlite::Result<Vec<HostHold>> {
        self.prepare_cached(&format!("SELECT {HOLD} FROM host_holds ORDER BY host"))?
            .query_map([], hold)?
            .collect()
    }

    fn host_hold(&self, host: &str) -> rusqlite::Result<Option<HostHold>> {
        self.prepare_cached(&format!("SELECT {HOLD} FROM host_holds WHERE host = ?"))?
            .query_row([host], hold)
            .optional()
    }

    fn write_host_hold(&self, hold: &HostHold) -> rusqlite::Result<()> {
        self.prepare_cached(&format!(
            "INSERT OR REPLACE INTO host_holds ({HOLD}) VALUES (?, ?, ?, ?, ?)"
        ))?
        .execute(params![
            hold.host,
            ms(hold.until),
            hold.refusals,
            hold.status,
            ms(hold.noted_at)
        ])?;
        Ok(())
    }

    fn forget_host_holds(&self, before: Timestamp) -> rusqlite::Result<()> {
        self.prepare_cached("DELETE FROM host_holds WHERE until < ?")?
            .execute([ms(before)])?;
        Ok(())
    }

    fn release_host(&self, host: &str) -> rusqlite::Result<()> {
        self.prepare_cached("DELETE FROM host_holds WHERE host = ?")?
            .execute([host])?;
        Ok(())
    }
}
