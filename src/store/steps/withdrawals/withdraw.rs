//! An operator's word on stories: withdrawn whole, merged with what is withdrawn, or taken out of it.

use std::collections::BTreeMap;

use super::exhibits::{Announced, take_back};
use super::mark::mark;
use crate::model::{EntryId, OutputId, StoryId, Timestamp, Withdrawal};
use crate::store::rows::{StoryRows, TextRows, WithdrawalRows};
use crate::store::steps::compared::both_ways;
use crate::store::{TakenBack, Withdrawn};

/// See [`crate::store::Withdrawals::withdraw`].
pub(in crate::store) fn withdraw<R: StoryRows + TextRows + WithdrawalRows>(
    rows: &R,
    entry: EntryId,
    reason: Option<String>,
    now: Timestamp,
) -> Result<Option<Withdrawn>, R::Error> {
    let Some(placed) = rows.placed(&[entry])?.pop() else {
        return Ok(None);
    };
    let members = members(rows, &[placed.story])?;
    let new = unsaid(rows, &members)?;
    if new.is_empty() {
        let before = rows.withdrawal(entry)?;
        return Ok(before.map(|withdrawal| Withdrawn {
            withdrawal,
            entries: 0,
            items: BTreeMap::new(),
        }));
    }
    let withdrawal = Withdrawal {
        at: now,
        reason,
        copy_of: None,
    };
    let items = withdraw_all(rows, placed.story, &new, &withdrawal)?;
    // From now on it grows by what repeats it, and is never one with a story that is shown.
    rows.rule_on(&[placed.story])?;
    rows.touch_story(placed.story, now)?;
    Ok(Some(Withdrawn {
        withdrawal,
        entries: new.len(),
        items,
    }))
}

/// Withdraws the stories that a person says to be one release, where one of them is withdrawn: each by itself, so that the items of both
/// are announced.
pub(in crate::store) fn before_merge<R: StoryRows + TextRows + WithdrawalRows>(
    rows: &R,
    stories: [StoryId; 2],
    now: Timestamp,
) -> Result<(), R::Error> {
    let mut said = None;
    for member in members(rows, &stories)? {
        said = said.or(rows.withdrawal(member)?);
    }
    let Some(said) = said else {
        return Ok(());
    };
    let withdrawal = Withdrawal {
        at: now,
        copy_of: None,
        ..said
    };
    for story in stories {
        let new = unsaid(rows, &members(rows, &[story])?)?;
        withdraw_all(rows, story, &new, &withdrawal)?;
    }
    rows.rule_on(&stories)
}

/// Takes an entry out of a withdrawal, because a person says that it is a release of its own. The others of its story stay withdrawn, and
/// so does what repeats them.
pub(in crate::store) fn before_split<R: StoryRows + TextRows + WithdrawalRows>(
    rows: &R,
    entry: EntryId,
    story: StoryId,
) -> Result<(), R::Error> {
    if rows.withdrawal(entry)?.is_none() {
        return Ok(());
    }
    for other in members(rows, &[story])? {
        let copied = rows.withdrawal(other)?;
        if let Some(said) = copied.filter(|said| said.copy_of == Some(entry)) {
            let by_itself = Withdrawal {
                copy_of: None,
                ..said
            };
            note(rows, other, &by_itself)?;
        }
    }
    rows.set_withdrawal(entry, None)
}

/// Takes an entry out of its withdrawal that is alone in its story. Returns whether it was withdrawn. Outputs announce its items until they
/// show them again.
pub(in crate::store) fn lift<R: StoryRows + WithdrawalRows>(
    rows: &R,
    entry: EntryId,
    story: StoryId,
    now: Timestamp,
) -> Result<bool, R::Error> {
    if rows.withdrawal(entry)?.is_none() {
        return Ok(false);
    }
    rows.set_withdrawal(entry, None)?;
    // A person's word: an edit does not withdraw it again.
    rows.rule_on(&[story])?;
    rows.touch_story(story, now)?;
    Ok(true)
}

/// See [`crate::store::Withdrawals::taken_back`].
pub(in crate::store) fn taken_back<R: WithdrawalRows>(
    rows: &R,
    entries: &[EntryId],
) -> Result<BTreeMap<EntryId, TakenBack>, R::Error> {
    let mut found = BTreeMap::new();
    for entry in entries {
        let said = TakenBack {
            withdrawal: rows.withdrawal(*entry)?,
            retraction: rows.retraction(*entry)?,
        };
        if said != TakenBack::default() {
            found.insert(*entry, said);
        }
    }
    Ok(found)
}

fn members<R: StoryRows>(rows: &R, stories: &[StoryId]) -> Result<Vec<EntryId>, R::Error> {
    let members = rows.members_of(stories, usize::MAX)?.into_iter();
    Ok(members.map(|member| member.id).collect())
}

/// Those of the entries of which no operator has said anything.
fn unsaid<R: WithdrawalRows>(rows: &R, entries: &[EntryId]) -> Result<Vec<EntryId>, R::Error> {
    let mut unsaid = Vec::new();
    for entry in entries {
        if rows.withdrawal(*entry)?.is_none() {
            unsaid.push(*entry);
        }
    }
    Ok(unsaid)
}

/// Withdraws entries of a story. Returns how many items of each output have shown them.
fn withdraw_all<R: StoryRows + TextRows + WithdrawalRows>(
    rows: &R,
    story: StoryId,
    entries: &[EntryId],
    withdrawal: &Withdrawal,
) -> Result<BTreeMap<OutputId, usize>, R::Error> {
    for entry in entries {
        note(rows, *entry, withdrawal)?;
    }
    let announced = Announced {
        at: withdrawal.at,
        reason: withdrawal.reason.as_deref(),
    };
    let mut items = BTreeMap::new();
    for exhibit in take_back(rows, story, entries, announced)? {
        if exhibit.is_inside || exhibit.filed.is_some() {
            *items.entry(exhibit.output_id).or_default() += 1;
        }
    }
    Ok(items)
}

/// Notes a withdrawal by an operator, and the keys by which new entries meet what was withdrawn.
fn note<R: TextRows + WithdrawalRows>(
    rows: &R,
    entry: EntryId,
    withdrawal: &Withdrawal,
) -> Result<(), R::Error> {
    mark(rows, entry, withdrawal)?;
    for withdrawn in rows.texts(&[entry], both_ways)? {
        rows.write_withdrawn_keys(entry, &withdrawn.keys())?;
    }
    Ok(())
}
