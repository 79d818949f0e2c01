//! Finds the stored entries that an entry is compared with: by URL, by text, and by the keys of similar texts.

use std::collections::HashMap;
use std::convert::Infallible;

use crate::dedupe::{MAX_CANDIDATES, Profile, Reach, enough_of_each_story};
use crate::model::{EntryId, compared_at};
use crate::store::rows::{Candidate, KeyRows, TextRows};
use crate::store::steps::keys;

/// The stored entries that an entry is to be compared with, by their numbers; `own`, the entry itself, is none of them.
pub(super) fn candidates<R: KeyRows + TextRows>(
    rows: &R,
    own: Option<EntryId>,
    profile: &Profile,
    reach: Reach,
) -> Result<Vec<Candidate>, R::Error> {
    let same = rows.entries_with_hashes(profile.url, profile.text.content, MAX_CANDIDATES)?;
    let similar = keys::similar(rows, &profile.text, reach)?;
    let mut all: Vec<EntryId> = same.iter().chain(&similar).copied().collect();
    all.sort_unstable();
    all.dedup();
    let read = rows.candidates(&all)?.into_iter();
    let mut read: HashMap<EntryId, Candidate> =
        read.map(|found| (found.placed.id, found)).collect();
    let is_within_reach = |entry: &EntryId| {
        let placed = read.get(entry).map(|found| found.placed);
        placed.is_some_and(|placed| {
            !placed.is_expired && reach.has(compared_at(placed.published, placed.ordered_at))
        })
    };
    let mut found = same;
    found.extend(similar.into_iter().filter(is_within_reach));
    let enough = enough_of_each_story(own, found, |found| {
        let placed = found.iter().filter_map(|entry| read.get(entry));
        let placed = placed.map(|found| (found.placed.id, found.placed.story));
        Ok::<_, Infallible>(placed.collect())
    });
    let enough = enough.unwrap_or_else(|never| match never {});
    Ok(enough
        .into_iter()
        .filter_map(|entry| read.remove(&entry))
        .collect())
}
