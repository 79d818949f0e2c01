//! New and changed entries that repeat what an operator has withdrawn.

use super::exhibits::{Announced, take_back};
use super::mark::mark;
use crate::dedupe::{BothWays, Found, MAX_CANDIDATES, most_similar, repeats};
use crate::model::{EntryId, Timestamp, Withdrawal};
use crate::store::rows::{StoryRows, TextRows, WithdrawalRows};
use crate::store::steps::compared::both_ways;

/// How an entry is withdrawn that repeats a withdrawn one: one that it was `found` to be a copy or a version of, or one at any distance
/// in time that it is like. `None`: it repeats none.
pub(in crate::store) fn repeated<R: TextRows + WithdrawalRows>(
    rows: &R,
    new: &BothWays,
    found: &Found,
    now: Timestamp,
) -> Result<Option<Withdrawal>, R::Error> {
    if !rows.has_withdrawals()? {
        return Ok(None);
    }
    let as_copy = |original: EntryId, said: Withdrawal| Withdrawal {
        at: now,
        copy_of: Some(said.copy_of.unwrap_or(original)),
        ..said
    };
    let joining = found.iter().filter(|(_, told)| told.sameness.joins());
    for (entry, _) in joining {
        if let Some(said) = in_force(rows, *entry)? {
            return Ok(Some(as_copy(*entry, said)));
        }
    }
    for entry in alike(rows, new)? {
        let Some(said) = in_force(rows, entry)? else {
            continue;
        };
        let theirs = rows.texts(&[entry], both_ways)?.pop();
        if theirs.is_some_and(|theirs| repeats(new, &theirs)) {
            return Ok(Some(as_copy(entry, said)));
        }
    }
    Ok(None)
}

/// What an operator said of an entry. A copy counts as long as what it repeats is withdrawn: whoever lifts a withdrawal means its copies to
/// come, too.
fn in_force<R: WithdrawalRows>(rows: &R, entry: EntryId) -> Result<Option<Withdrawal>, R::Error> {
    let said = rows.withdrawal(entry)?;
    match said.as_ref().and_then(|said| said.copy_of) {
        Some(original) if rows.withdrawal(original)?.is_none() => Ok(None),
        _ => Ok(said),
    }
}

/// Entries that may be withdrawn ones which an entry repeats, those first that are most like it.
fn alike<R: TextRows + WithdrawalRows>(rows: &R, new: &BothWays) -> Result<Vec<EntryId>, R::Error> {
    let mut alike = most_similar(&rows.withdrawn_with_keys(&new.keys())?);
    let (url, content) = (new.trimmed.url, new.trimmed.text.content);
    for entry in rows.entries_with_hashes(url, content, MAX_CANDIDATES)? {
        if !alike.contains(&entry) {
            alike.push(entry);
        }
    }
    Ok(alike)
}

/// Withdraws an entry that repeats a withdrawn one, with the items that show it.
pub(in crate::store) fn withdraw_copy<R: StoryRows + WithdrawalRows>(
    rows: &R,
    entry: EntryId,
    withdrawal: &Withdrawal,
) -> Result<(), R::Error> {
    let Some(placed) = rows.placed(&[entry])?.pop() else {
        return Ok(());
    };
    mark(rows, entry, withdrawal)?;
    let announced = Announced {
        at: withdrawal.at,
        reason: withdrawal.reason.as_deref(),
    };
    take_back(rows, placed.story, &[entry], announced)?;
    rows.touch_story(placed.story, withdrawal.at)
}
