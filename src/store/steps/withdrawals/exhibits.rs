//! What becomes of the items that show what is taken back: they are announced as deleted, and leave the archive.

use chrono::TimeDelta;

use crate::model::{EntryId, StoryId, Timestamp, Tombstone};
use crate::store::KeptItem;
use crate::store::rows::{Exhibit, OutputRow, StoredOutput, WithdrawalRows};

/// A reader heeds a tombstone only where it is later than what the entry says of its last change, and an entry that returns only where
/// that is later than the tombstone. Documents tell whole seconds apart (RFC 6721 §3).
pub(in crate::store) const LATER: TimeDelta = TimeDelta::seconds(1);

/// What the tombstones of entries say.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Announced<'a> {
    /// When it is announced.
    pub(in crate::store) at: Timestamp,
    /// Why.
    pub(in crate::store) reason: Option<&'a str>,
}

/// Announces the items as deleted that show any of these entries, of a story or of those that the entries were in before, and has the
/// archive lose those that stand in it with their words. Returns all of them.
pub(in crate::store) fn take_back<R: WithdrawalRows>(
    rows: &R,
    story: StoryId,
    entries: &[EntryId],
    announced: Announced<'_>,
) -> Result<Vec<Exhibit>, R::Error> {
    take_back_from(rows, None, story, entries, announced, |_| false)
}

/// The same of one output, or of all. `stays`: which items of the story remain, showing something else.
fn take_back_from<R: WithdrawalRows>(
    rows: &R,
    output: Option<OutputRow>,
    story: StoryId,
    entries: &[EntryId],
    announced: Announced<'_>,
    stays: impl Fn(&Exhibit) -> bool,
) -> Result<Vec<Exhibit>, R::Error> {
    let mut found = rows.exhibits(story, entries)?;
    found.retain(|exhibit| {
        let is_asked = output.is_none_or(|output| exhibit.output == output);
        let is_filed = filed_with(exhibit, story, entries).is_some();
        is_asked && (is_filed || entries.contains(&exhibit.entry))
    });
    for exhibit in &found {
        if let Some(number) = filed_with(exhibit, story, entries) {
            rows.add_redaction(exhibit.output, number, &exhibit.item_id)?;
        }
        let is_shown = entries.contains(&exhibit.entry);
        if is_shown && (exhibit.story != story || !stays(exhibit)) {
            let tombstone = Tombstone {
                item_id: exhibit.item_id.clone(),
                at: announced.at.max(exhibit.updated + LATER),
                announced_at: announced.at,
                reason: announced.reason.map(str::to_owned),
            };
            rows.add_tombstone(exhibit.output, &tombstone)?;
        }
    }
    Ok(found)
}

/// The number of the archive document that has an item with the words of any of these entries, or may have: where nothing is known of its
/// words, they may be those of any member of the story.
fn filed_with(exhibit: &Exhibit, story: StoryId, entries: &[EntryId]) -> Option<u32> {
    let filed = exhibit.filed?;
    let is_theirs = match filed.entry {
        Some(entry) => entries.contains(&entry),
        None => exhibit.story == story || entries.contains(&exhibit.entry),
    };
    is_theirs.then_some(filed.number)
}

/// The same for one output, which is about to keep these items of the story without these entries: an item that stays by showing another
/// entry is not announced.
pub(in crate::store) fn announce<R: WithdrawalRows>(
    rows: &R,
    output: &StoredOutput,
    story: StoryId,
    entries: &[EntryId],
    kept: &[KeptItem],
    now: Timestamp,
) -> Result<(), R::Error> {
    for entry in entries {
        let (withdrawal, retraction) = (rows.withdrawal(*entry)?, rows.retraction(*entry)?);
        let reason = match (&withdrawal, &retraction) {
            (Some(said), _) => said.reason.as_deref(),
            (None, Some(said)) => said.reason.as_deref(),
            (None, None) => continue,
        };
        // An output may be told to follow long after a publisher has spoken.
        let announced = Announced { at: now, reason };
        let stays = |exhibit: &Exhibit| kept.iter().any(|item| item.slot == exhibit.slot);
        take_back_from(rows, Some(output.row), story, &[*entry], announced, stays)?;
    }
    Ok(())
}
