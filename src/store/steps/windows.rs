//! In which state the items of outputs are, and what they show.

use std::collections::HashMap;
use std::sync::Arc;

use super::{archives, outputs};
use crate::model::{EntryId, OutputId, StoryId};
use crate::store::rows::{ArchiveRows, CorrectionRows, OutputRows, StoredOutput, WindowRows};
use crate::store::{
    Archived, ItemVersion, ShownEntry, Versions, VersionsRequest, WhichItems, WindowItem,
};

/// See [`crate::store::Store::versions`].
pub(in crate::store) fn versions<R: OutputRows + WindowRows + ArchiveRows>(
    rows: &R,
    requests: &[VersionsRequest],
) -> Result<Vec<Versions>, R::Error> {
    let feeds = rows.feed_changes()?;
    let outputs = outputs::by_id(rows)?;
    let answers = requests.iter().map(|request| {
        let (items, archived) = match outputs.get(&request.output) {
            None => (Vec::new(), Archived::default()),
            Some(output) => (
                items_of(rows, output, &request.which)?,
                archives::archived_of(rows, output, request.rules)?,
            ),
        };
        Ok(Versions {
            items: items.into_iter().map(Arc::new).collect(),
            archived,
            feeds,
        })
    });
    answers.collect()
}

fn items_of<R: WindowRows>(
    rows: &R,
    output: &StoredOutput,
    which: &WhichItems,
) -> Result<Vec<ItemVersion>, R::Error> {
    match which {
        WhichItems::Newest {
            not_before,
            behind,
            limit,
        } => rows.newest_versions(output.row, *not_before, behind.as_ref(), *limit),
        WhichItems::OfStories(stories) => rows.versions_of_stories(output.row, stories),
    }
}

/// See [`crate::store::Store::items`].
pub(in crate::store) fn items<R: OutputRows + WindowRows + CorrectionRows>(
    rows: &R,
    wanted: &[(OutputId, Arc<ItemVersion>)],
) -> Result<Vec<Option<(ItemVersion, WindowItem)>>, R::Error> {
    let outputs = outputs::by_id(rows)?;
    let found = wanted.iter().map(|(output, asked)| {
        let Some(output) = outputs.get(output) else {
            return Ok(None);
        };
        let Some(version) = rows.version(output.row, asked.story, asked.slot)? else {
            return Ok(None);
        };
        let Some(shown) = rows.shown_entry(version.story, version.entry)? else {
            return Ok(None);
        };
        let corrections = rows.corrections_of(version.entry)?;
        let item = WindowItem::new(&version, shown, corrections);
        Ok(Some((version, item)))
    });
    found.collect()
}

/// See [`crate::store::Store::shown_entries`].
pub(in crate::store) fn shown_entries<R: WindowRows>(
    rows: &R,
    entries: &[(StoryId, EntryId)],
) -> Result<HashMap<EntryId, ShownEntry>, R::Error> {
    let mut found = HashMap::with_capacity(entries.len());
    for (story, entry) in entries {
        if let Some(shown) = rows.shown_entry(*story, *entry)? {
            found.insert(*entry, shown);
        }
    }
    Ok(found)
}
