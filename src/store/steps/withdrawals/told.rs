//! What withdrawals came to, for the log.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{EntryId, OutputId, StoryId, Timestamp};
use crate::store::WithdrawnStory;
use crate::store::rows::{OutputRow, StoryRows, WithdrawalRows};

/// See [`crate::store::Withdrawals::withdrawn_entries`].
pub(in crate::store) fn withdrawn_entries<R: WithdrawalRows>(
    rows: &R,
) -> Result<BTreeSet<EntryId>, R::Error> {
    rows.withdrawn_by_operator()
}

/// See [`crate::store::Withdrawals::withdrawn_stories`].
pub(in crate::store) fn withdrawn_stories<R: StoryRows + WithdrawalRows>(
    rows: &R,
    entries: &[EntryId],
) -> Result<Vec<WithdrawnStory>, R::Error> {
    let mut stories: BTreeMap<StoryId, Vec<EntryId>> = BTreeMap::new();
    for placed in rows.placed(entries)? {
        stories.entry(placed.story).or_default().push(placed.id);
    }
    let mut told = Vec::new();
    for (story, entries) in stories {
        let Some(entry) = entries.first().copied() else {
            continue;
        };
        let Some(said) = rows.withdrawal(entry)? else {
            continue;
        };
        let (outputs, archives) = shown(rows, story, &entries, said.at)?;
        told.push(WithdrawnStory {
            story,
            entry,
            entries: entries.len(),
            reason: said.reason,
            outputs,
            archives,
        });
    }
    Ok(told)
}

/// Outputs that have shown any of these entries, and how many of their archive documents follow from that.
fn shown<R: WithdrawalRows>(
    rows: &R,
    story: StoryId,
    entries: &[EntryId],
    at: Timestamp,
) -> Result<(Vec<OutputId>, u32), R::Error> {
    let exhibits = rows.exhibits(story, entries)?.into_iter();
    let shown = exhibits.filter(|exhibit| entries.contains(&exhibit.entry));
    let outputs: BTreeMap<OutputId, OutputRow> = shown
        .map(|exhibit| (exhibit.output_id, exhibit.output))
        .collect();
    let mut archives = 0;
    for output in outputs.values() {
        archives += rows.archives_written(*output, at)?;
    }
    Ok((outputs.into_keys().collect(), archives))
}
