//! Finds the stored entries that an entry is compared with: by URL, by text, and by the keys of similar texts.

use std::rc::Rc;

use super::profiles::Profiles;
use crate::dedupe::{MAX_CANDIDATES, Profile, Reach, enough_of_each_story};
use crate::model::{EntryId, compared_at};
use crate::store::rows::{KeyRows, Placed, StoryRows, TextRows};
use crate::store::steps::keys;

/// The stored entries that an entry is to be compared with, by their numbers; `own`, the entry itself, is none of them.
pub(super) fn candidates<R: KeyRows + StoryRows + TextRows>(
    rows: &R,
    own: Option<EntryId>,
    profile: &Profile,
    reach: Reach,
    profiles: &mut Profiles,
) -> Result<Vec<(EntryId, Rc<Profile>)>, R::Error> {
    let mut found = rows.entries_with_hashes(profile.url, profile.text.content, MAX_CANDIDATES)?;
    let similar = keys::similar(rows, &profile.text, reach)?;
    let within_reach = |placed: &Placed| {
        !placed.is_expired && reach.has(compared_at(placed.published, placed.ordered_at))
    };
    let similar = rows.placed(&similar)?.into_iter().filter(within_reach);
    found.extend(similar.map(|placed| placed.id));
    let found = enough_of_each_story(own, found, |found| -> Result<_, R::Error> {
        let placed = rows.placed(found)?.into_iter();
        Ok(placed.map(|placed| (placed.id, placed.story)).collect())
    })?;
    profiles.all(rows, found.into_iter())
}
