//! Compares entries with what may be the same release: new ones, edited ones, and those of which less text counts than before.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::candidates::candidates;
use super::profiles::Profiles;
use super::regroup::Regroup;
use crate::dedupe::{
    Comparison, Found, Link, Prepared, Profile, Reach, Sameness, Sifted, compare, links_after_edit,
    links_after_trim, links_of, strongest,
};
use crate::model::{EntryId, Joined, Layer, StoryId, Timestamp, compared_at};
use crate::store::rows::{KeyRows, LinkRows, Placed, StoryRows, TextRows, WithdrawalRows};
use crate::store::steps::compared::both_ways;
use crate::store::steps::{keys, withdrawals};

/// What one step compares, and whose stories are put in order at its end.
pub(in crate::store) struct Linking<'a, R> {
    rows: &'a R,
    now: Timestamp,
    window: Duration,
    profiles: Profiles,
    /// Entries whose stories are put in order at the end, with all that is connected with them.
    seeds: Vec<EntryId>,
    /// New entries that may join a story, with the layer of their strongest link.
    fresh: HashMap<EntryId, Layer>,
    /// Entries that were compared anew, see [`crate::dedupe::Group::settle`].
    anew: HashSet<EntryId>,
    /// Entries whose own links have changed.
    moved: HashSet<EntryId>,
}

impl<'a, R: StoryRows + LinkRows + KeyRows + TextRows + WithdrawalRows> Linking<'a, R> {
    /// Begins a step. `window`: how far in time from an entry similar ones are looked for.
    pub(in crate::store) fn new(rows: &'a R, now: Timestamp, window: Duration) -> Self {
        Self {
            rows,
            now,
            window,
            profiles: Profiles::default(),
            seeds: Vec::new(),
            fresh: HashMap::new(),
            anew: HashSet::new(),
            moved: HashSet::new(),
        }
    }

    /// Compares an entry with all candidates; what says nothing is left out. `own`: its number, if it is stored. `at`: when it
    /// counts as published.
    pub(in crate::store) fn compare(
        &mut self,
        own: Option<EntryId>,
        profile: &Profile,
        at: Timestamp,
    ) -> Result<Found, R::Error> {
        let reach = Reach {
            at,
            now: self.now,
            window: self.window,
        };
        let sifted = Sifted::new(profile);
        let (mut found, mut close) = (Found::new(), Vec::new());
        for candidate in candidates(self.rows, own, profile, reach)? {
            let other = candidate.placed.id;
            match candidate.sketched.and_then(|other| sifted.told(&other)) {
                Some(comparison) => found.extend(if_told(comparison).map(|told| (other, told))),
                None => close.push(other),
            }
        }
        for (other, theirs) in self.profiles.all(self.rows, close.into_iter())? {
            found.extend(told(profile, &theirs).map(|told| (other, told)));
        }
        Ok(found)
    }

    /// The story in which a new entry is written: its own, of which the outputs are told, or one that it may join.
    pub(in crate::store) fn story_for(
        &self,
        found: &Found,
        at: Timestamp,
    ) -> Result<StoryId, R::Error> {
        // The entry has no number yet, and any number leads to the same link.
        let links = links_of(EntryId(i64::MAX), found);
        let joined = match strongest(&links) {
            Some(link) => self.rows.placed(&[link.one])?.pop(),
            None => None,
        };
        match joined {
            Some(other) => Ok(other.story),
            None => self.rows.announce_story(at, self.now),
        }
    }

    /// Stores what comparing a new entry came to.
    pub(in crate::store) fn add(&mut self, entry: EntryId, found: &Found) -> Result<(), R::Error> {
        let links = links_of(entry, found);
        self.rows.write_links(&links)?;
        if let Some(link) = strongest(&links) {
            self.fresh.insert(entry, link.layer);
            self.seeds.push(entry);
        }
        Ok(())
    }

    /// Compares an entry whose publisher has changed its words anew, see [`links_after_edit`]. Returns the withdrawn entry that it is
    /// withdrawn with, because its new words repeat that one.
    pub(in crate::store) fn edited(
        &mut self,
        entry: EntryId,
        is_revised: bool,
        is_replaced: bool,
    ) -> Result<Option<EntryId>, R::Error> {
        self.moved.insert(entry);
        if is_replaced {
            self.anew.insert(entry);
        }
        let before = self.links_before(entry)?;
        let found = self.compare_anew(entry, &before)?;
        let repeated = self.withdraw_repeated(entry, &found)?;
        let now = links_after_edit(entry, &before, found, is_revised, is_replaced);
        self.replace_links(entry, &before, &now)?;
        Ok(repeated)
    }

    /// Withdraws an entry whose new words repeat what an operator has withdrawn. If a person has ruled on its story since, it stays: by
    /// splitting it from a withdrawn story, that person said that it is another release.
    fn withdraw_repeated(
        &mut self,
        entry: EntryId,
        found: &Found,
    ) -> Result<Option<EntryId>, R::Error> {
        if !self.rows.has_withdrawals()? {
            return Ok(None);
        }
        let (Some(edited), Some(placed)) = (
            self.rows.texts(&[entry], both_ways)?.pop(),
            self.rows.placed(&[entry])?.pop(),
        ) else {
            return Ok(None);
        };
        let repeated = withdrawals::repeated(self.rows, &edited, found, self.now)?;
        let Some(withdrawal) = repeated else {
            return Ok(None);
        };
        let stories = self.rows.present(&[placed.story])?;
        if stories.iter().any(|story| story.is_ruled) {
            return Ok(None);
        }
        withdrawals::withdraw_copy(self.rows, entry, &withdrawal)?;
        Ok(withdrawal.copy_of)
    }

    /// Writes stored entries as they were prepared anew, without what their publisher was found to repeat, and compares them: what
    /// was one release only by that comes apart.
    pub(in crate::store) fn reconsider(
        &mut self,
        entries: Vec<(EntryId, Prepared)>,
    ) -> Result<(), R::Error> {
        let all: Vec<EntryId> = entries.iter().map(|(entry, _)| *entry).collect();
        self.anew.extend(&all);
        self.moved.extend(&all);
        let placed = self.rows.placed(&all)?.into_iter();
        let placed: HashMap<EntryId, Placed> = placed.map(|placed| (placed.id, placed)).collect();
        for (entry, text) in &entries {
            self.profiles.forget(*entry);
            self.rows.write_prepared(*entry, text)?;
            if let Some(placed) = placed.get(entry) {
                let at = compared_at(placed.published, placed.ordered_at);
                keys::write(self.rows, *entry, text, at)?;
                self.rows.touch_story(placed.story, self.now)?;
            }
        }
        for entry in all {
            let before = self.links_before(entry)?;
            let found = self.compare_anew(entry, &before)?;
            let now = links_after_trim(entry, &before, found);
            self.replace_links(entry, &before, &now)?;
        }
        Ok(())
    }

    /// Puts all stories in order in which something has changed. Returns how many new entries were joined to entries that were
    /// there before them, and by what.
    pub(in crate::store) fn end(&mut self) -> Result<(u32, Joined), R::Error> {
        let seeds = std::mem::take(&mut self.seeds);
        let fresh: HashSet<EntryId> = self.fresh.keys().copied().collect();
        let regroup = Regroup {
            rows: self.rows,
            now: self.now,
            fresh: &fresh,
            anew: &self.anew,
            moved: &self.moved,
        };
        regroup.around(&seeds, &mut self.profiles)?;
        let (mut count, mut joined) = (0, Joined::default());
        let fresh: Vec<EntryId> = fresh.into_iter().collect();
        for entry in self.rows.joined_to_older(&fresh)? {
            if let Some(layer) = self.fresh.get(&entry) {
                count += 1;
                joined.add(*layer);
            }
        }
        Ok((count, joined))
    }

    /// The links of an entry; where an earlier version stored none, those that stand for what it was recognized by.
    fn links_before(&self, entry: EntryId) -> Result<Vec<Link>, R::Error> {
        let mut links = self.rows.links_of(entry)?;
        let known: HashSet<EntryId> = links.iter().map(|link| link.beside(entry)).collect();
        for found in self.rows.recognitions(entry)? {
            let (matched, edition_at) = (found.matched, found.matched_edition_at);
            let link = Link::of_role(found.entry, &found.role, matched, edition_at);
            if !known.contains(&link.beside(entry)) {
                links.push(link);
            }
        }
        Ok(links)
    }

    /// Compares a stored entry with its candidates and with what it was linked to.
    fn compare_anew(&mut self, entry: EntryId, before: &[Link]) -> Result<Found, R::Error> {
        self.profiles.forget(entry);
        let (Some(profile), Some(placed)) = (
            self.profiles.of(self.rows, entry)?,
            self.rows.placed(&[entry])?.pop(),
        ) else {
            return Ok(Found::default());
        };
        let at = compared_at(placed.published, placed.ordered_at);
        let mut now = self.compare(Some(entry), &profile, at)?;
        // One text at a time: the oldest entries of an address or a text may be linked to any number of later ones.
        for other in before.iter().map(|link| link.beside(entry)) {
            if now.contains_key(&other) {
                continue;
            }
            if let Some(theirs) = self.profiles.of(self.rows, other)?
                && let Some(found) = told(&profile, &theirs)
            {
                now.insert(other, found);
            }
        }
        Ok(now)
    }

    /// Makes the links of an entry these. Its story, and those of the entries that it was linked to, are put in order at the end.
    fn replace_links(
        &mut self,
        entry: EntryId,
        before: &[Link],
        now: &Found,
    ) -> Result<(), R::Error> {
        self.rows.remove_links(entry)?;
        self.rows.write_links(&links_of(entry, now))?;
        if before.is_empty() && now.is_empty() {
            return Ok(());
        }
        self.seeds.push(entry);
        let others = before.iter().filter(|link| link.joins());
        self.seeds.extend(others.map(|link| link.beside(entry)));
        Ok(())
    }
}

/// What comparing two entries comes to; `None`: nothing.
fn told(one: &Profile, other: &Profile) -> Option<Comparison> {
    if_told(compare(one, other))
}

/// What a comparison comes to; `None`: nothing.
fn if_told(found: Comparison) -> Option<Comparison> {
    (found.sameness != Sameness::Unlike).then_some(found)
}
