//! Hosts that asked for no requests until some time.

use chrono::TimeDelta;

use crate::model::{HostChange, HostHold, Timestamp};
use crate::store::rows::HostRows;

/// Holds that ended so long ago are deleted when the next one is written: redirects may lead to any number of hosts.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::days(7);

/// Notes what a refresh has changed for the hosts that it asked.
pub(in crate::store) fn note<R: HostRows>(
    rows: &R,
    changes: &[HostChange],
    at: Timestamp,
) -> Result<(), R::Error> {
    for change in changes {
        match change {
            HostChange::Held(hold) => {
                rows.forget_host_holds(at - FORGOTTEN_AFTER)?;
                let stored = rows.host_hold(&hold.host)?;
                rows.write_host_hold(&longer(stored.as_ref(), hold))?;
            }
            HostChange::Released { host } => {
                // Another process may have been asked to wait longer meanwhile.
                let stored = rows.host_hold(host)?;
                if stored.is_some_and(|hold| hold.until <= at) {
                    rows.release_host(host)?;
                }
            }
        }
    }
    Ok(())
}

/// The new hold, which ends no earlier than the stored one: another process may have been asked to wait longer meanwhile. A stored
/// hold that was noted later than the new one was noted by a clock that was ahead, and does not count.
fn longer(stored: Option<&HostHold>, new: &HostHold) -> HostHold {
    let stored = stored.filter(|stored| stored.noted_at <= new.noted_at);
    let until = stored.map_or(new.until, |stored| stored.until.max(new.until));
    HostHold {
        until,
        ..new.clone()
    }
}

/// Corrects holds that were noted by a clock that was ahead; see [`HostHold::as_seen_at`].
pub(in crate::store) fn correct<R: HostRows>(rows: &R, now: Timestamp) -> Result<(), R::Error> {
    for hold in rows.host_holds()? {
        if hold.noted_at > now {
            rows.write_host_hold(&hold.as_seen_at(now))?;
        }
    }
    Ok(())
}
