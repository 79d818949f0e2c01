//! What becomes of the items that show what is taken back: they are announced as deleted, and leave the archive.

use chrono::TimeDelta;

use crate::model::{EntryId, StoryId, Timestamp, Tombstone};
use crate::store::rows::{Exhibit, WithdrawalRows};

/// A reader heeds a tombstone only where it is later than what the entry says of its last change, and documents tell whole seconds
/// apart (RFC 6721 §3).
const LATER: TimeDelta = TimeDelta::seconds(1);

/// What the tombstones of entries say.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Announced<'a> {
    /// When the entries were taken back.
    pub(in crate::store) at: Timestamp,
    /// Why.
    pub(in crate::store) reason: Option<&'a str>,
}

/// Has the archive lose the items that show any of these entries, of a story or of those that the entries were in before; and announces
/// those as deleted that do not stay. Returns all of them.
pub(in crate::store) fn take_back<R: WithdrawalRows>(
    rows: &R,
    story: StoryId,
    entries: &[EntryId],
    announced: Announced<'_>,
    stays: impl Fn(&Exhibit) -> bool,
) -> Result<Vec<Exhibit>, R::Error> {
    let mut found = rows.exhibits(story, entries)?;
    found.retain(|exhibit| entries.contains(&exhibit.entry));
    for exhibit in &found {
        if let Some(number) = exhibit.archive {
            rows.add_redaction(exhibit.output, number, &exhibit.item_id)?;
        }
        if !stays(exhibit) {
            let tombstone = Tombstone {
                item_id: exhibit.item_id.clone(),
                at: announced.at.max(exhibit.updated + LATER),
                reason: announced.reason.map(str::to_owned),
            };
            rows.add_tombstone(exhibit.output, &tombstone)?;
        }
    }
    Ok(found)
}
