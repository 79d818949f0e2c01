//! When an address is asked that several sources share: one request serves them all.

use super::settings::Settings;
use super::turn::next_due;
use super::wishes::retry_after;
use crate::model::{Due, History, SourceId, Timestamp};

/// Why a refresh was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Its time has come: another process may have been there before us.
    Due,
    /// A person asks now, due or not, but not against `Retry-After` or 410.
    Asked,
    /// A person insists: against everything, without validators, unchanged bytes read again.
    Forced,
}

/// One of the sources at an address, as far as it decides when the address is asked.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// What decides its rhythm.
    pub settings: &'a Settings,
    /// Its id, from which its jitter follows.
    pub source: &'a SourceId,
    /// What is known of it.
    pub history: &'a History,
}

/// When the address of these sources is due next: with the first of them, but never against a `Retry-After` that one of
/// several was told. Without members: never.
#[must_use]
pub fn due_together(members: &[Member<'_>], now: Timestamp) -> Due {
    let dues = members
        .iter()
        .map(|member| next_due(member.settings, member.source, member.history, now));
    let due = dues
        .min_by_key(|due| (due.at.is_none(), due.at))
        .unwrap_or(Due {
            at: None,
            because: "nothing is asked here".to_owned(),
        });
    let told = members
        .iter()
        .filter_map(|member| retry_after(member.history, now));
    match (due.at, told.max()) {
        (Some(at), Some(until)) if at < until && members.len() > 1 => Due {
            at: Some(until),
            because: "Retry-After: the server asked to wait".to_owned(),
        },
        _ => due,
    }
}

/// The turn to wait for, if the address of these sources is not to be asked now; `None`: it may be asked.
#[must_use]
pub fn wait(members: &[Member<'_>], occasion: Occasion, now: Timestamp) -> Option<Due> {
    let must_wait = match occasion {
        Occasion::Forced => false,
        Occasion::Asked => {
            let told_to_wait = |member: &Member<'_>| {
                retry_after(member.history, now).is_some_and(|until| until > now)
            };
            members.iter().all(|member| member.history.gone) || members.iter().any(told_to_wait)
        }
        Occasion::Due => {
            let due = due_together(members, now);
            return due.at.is_none_or(|at| at > now).then_some(due);
        }
    };
    must_wait.then(|| due_together(members, now))
}
