//! Entries compared with what may be the same release: new ones, edited ones, and those of which more is known to be boilerplate.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use rusqlite::{Connection, params};

use super::links;
use super::near::{self, Profiles, Reach};
use super::stories::{self, Regroup, found};
use crate::dedupe::{self, Comparison, Link, Prepared, Profile, after_edit, compare, strongest};
use crate::model::{EntryId, Joined, Layer, StoryId, Timestamp};

/// What is compared in one step, and whose stories are to be put in order at its end.
pub(in crate::store) struct Linking<'a> {
    db: &'a Connection,
    now: Timestamp,
    window: Duration,
    profiles: Profiles,
    seeds: Vec<EntryId>,
    /// New entries that may join a story, with what says so most.
    fresh: HashMap<EntryId, Layer>,
    anew: HashSet<EntryId>,
    /// Entries whose own links have changed.
    moved: HashSet<EntryId>,
}

/// A stored entry and its comparison with another.
pub(in crate::store) type Found = BTreeMap<EntryId, Comparison>;

impl<'a> Linking<'a> {
    pub(in crate::store) fn new(db: &'a Connection, now: Timestamp, window: Duration) -> Self {
        Self {
            db,
            now,
            window,
            profiles: Profiles::default(),
            seeds: Vec::new(),
            fresh: HashMap::new(),
            anew: HashSet::new(),
            moved: HashSet::new(),
        }
    }

    /// Compares an entry with all candidates; what says nothing is left out. `own`: its row, where it has one.
    pub(in crate::store) fn compare(
        &mut self,
        own: Option<EntryId>,
        profile: &Profile,
        at: Timestamp,
    ) -> rusqlite::Result<Found> {
        let reach = Reach {
            at,
            now: self.now,
            window: self.window,
        };
        let candidates = near::candidates(self.db, own, profile, reach, &mut self.profiles)?;
        Ok(candidates
            .into_iter()
            .map(|candidate| (candidate.id, compare(profile, &candidate.profile)))
            .filter(|(_, found)| found.sameness != dedupe::Sameness::Unlike)
            .collect())
    }

    /// The story in which a new entry is written: its own, or one that it may join.
    pub(in crate::store) fn story_for(
        &self,
        found: &Found,
        at: Timestamp,
    ) -> rusqlite::Result<StoryId> {
        // Any number will do for the entry that has none yet.
        let links: Vec<Link> = found
            .iter()
            .map(|(other, found)| Link::new(EntryId(i64::MAX), *other, *found))
            .collect();
        match strongest(&links) {
            None => stories::begin(self.db, at, self.now),
            Some(link) => self
                .db
                .prepare_cached("SELECT story FROM entries WHERE entry = ?")?
                .query_row([link.one.0], |row| row.get(0).map(StoryId)),
        }
    }

    /// Keeps what comparing a new entry came to.
    pub(in crate::store) fn add(
        &mut self,
        entry: EntryId,
        story: StoryId,
        found: &Found,
    ) -> rusqlite::Result<()> {
        links::write(self.db, entry, found)?;
        let links: Vec<Link> = found
            .iter()
            .map(|(other, found)| Link::new(entry, *other, *found))
            .collect();
        match strongest(&links) {
            None => stories::touch(self.db, story, self.now),
            Some(link) => {
                self.fresh.insert(entry, link.layer);
                self.seeds.push(entry);
                Ok(())
            }
        }
    }

    /// Compares an entry anew whose publisher has changed its words. What it belonged to before, it belongs to still, unless
    /// another release was put in its place.
    pub(in crate::store) fn edited(
        &mut self,
        entry: EntryId,
        is_revised: bool,
        is_replaced: bool,
    ) -> rusqlite::Result<()> {
        self.moved.insert(entry);
        if is_replaced {
            self.anew.insert(entry);
        }
        let before = self.links_of(entry)?;
        let mut now = self.compare_anew(entry, &before)?;
        let kept = |link: &&Link| !is_replaced || link.layer == Layer::Manual;
        for link in before.iter().filter(kept) {
            let other = link.beside(entry);
            match after_edit(link, now.get(&other).copied(), is_revised) {
                Some(kept) => now.insert(other, kept),
                None => now.remove(&other),
            };
        }
        links::replace(self.db, entry, &now)?;
        self.reorder(entry, &before, &now);
        Ok(())
    }

    /// Prepares stored entries anew, each without these blocks of its text, and compares them: what was one release by these
    /// blocks alone comes apart.
    pub(in crate::store) fn reconsider(
        &mut self,
        entries: Vec<(EntryId, Prepared)>,
    ) -> rusqlite::Result<()> {
        let all: Vec<EntryId> = entries.iter().map(|(entry, _)| *entry).collect();
        self.anew.extend(&all);
        self.moved.extend(&all);
        for (entry, text) in &entries {
            self.profiles.forget(*entry);
            let story: i64 = self
                .db
                .prepare_cached("UPDATE entries SET trimmed = ?2, content_hash = ?3, words = ?4 WHERE entry = ?1 RETURNING story")?
                .query_row(
                    params![entry.0, text.trimmed.cast_signed(), text.content, text.word_count()],
                    |row| row.get(0),
                )?;
            let at = near::compared_at_of(self.db, *entry)?;
            near::write_keys(self.db, entry.0, text, at)?;
            stories::touch(self.db, StoryId(story), self.now)?;
        }
        for entry in all {
            let before = self.links_of(entry)?;
            let mut now = self.compare_anew(entry, &before)?;
            for link in before.iter().filter(|link| link.layer == Layer::Manual) {
                now.insert(link.beside(entry), found(link));
            }
            links::replace(self.db, entry, &now)?;
            self.reorder(entry, &before, &now);
        }
        Ok(())
    }

    /// Puts all stories in order of which something has changed. Returns what joined new entries to entries that were there
    /// before them.
    pub(in crate::store) fn end(&mut self) -> rusqlite::Result<(u32, Joined)> {
        let seeds = std::mem::take(&mut self.seeds);
        let fresh: HashSet<EntryId> = self.fresh.keys().copied().collect();
        let regroup = Regroup {
            db: self.db,
            now: self.now,
            fresh: &fresh,
            anew: &self.anew,
            moved: &self.moved,
        };
        regroup.around(&seeds, &mut self.profiles)?;
        let mut joined = (0, Joined::default());
        for (entry, layer) in &self.fresh {
            let is_copy = self
                .db
                .prepare_cached("SELECT 1 FROM entries own JOIN entries other USING (story) WHERE own.entry = ?1 AND other.entry < ?1")?
                .exists([entry.0])?;
            if is_copy {
                joined.0 += 1;
                joined.1.add(*layer);
            }
        }
        Ok(joined)
    }

    /// Its links, and where there were none yet, what it was recognized by.
    fn links_of(&self, entry: EntryId) -> rusqlite::Result<Vec<Link>> {
        let mut links = links::of(self.db, entry)?;
        let known: HashSet<EntryId> = links.iter().map(|link| link.beside(entry)).collect();
        let mut matched = self.db.prepare_cached(
            "SELECT m.entry, m.matched, m.layer, m.score, m.edition_at = o.edition_at FROM entries e
                 JOIN entries m ON m.story = e.story JOIN entries o ON o.entry = m.matched
             WHERE e.entry = ?1 AND (m.entry = ?1 OR m.matched = ?1)",
        )?;
        let settled = matched.query_map([entry.0], |row| {
            let is_copy: bool = row.get(4)?;
            let found = Comparison {
                sameness: match is_copy {
                    true => dedupe::Sameness::Same,
                    false => dedupe::Sameness::Update,
                },
                layer: super::columns::word(row, "layer", Layer::from_word)?.unwrap_or(Layer::Near),
                score: row.get::<_, Option<f64>>("score")?.unwrap_or(1.0),
            };
            Ok(Link::new(EntryId(row.get(0)?), EntryId(row.get(1)?), found))
        })?;
        for link in settled {
            let link = link?;
            if !known.contains(&link.beside(entry)) {
                links.push(link);
            }
        }
        Ok(links)
    }

    /// Compares a stored entry with its candidates and with what it was linked to.
    fn compare_anew(&mut self, entry: EntryId, before: &[Link]) -> rusqlite::Result<Found> {
        self.profiles.forget(entry);
        let Some(profile) = self.profiles.of(self.db, entry)? else {
            return Ok(Found::default());
        };
        let at = near::compared_at_of(self.db, entry)?;
        let mut now = self.compare(Some(entry), &profile, at)?;
        for other in before.iter().map(|link| link.beside(entry)) {
            if now.contains_key(&other) {
                continue;
            }
            if let Some(theirs) = self.profiles.of(self.db, other)? {
                let found = compare(&profile, &theirs);
                if found.sameness != dedupe::Sameness::Unlike {
                    now.insert(other, found);
                }
            }
        }
        Ok(now)
    }

    fn reorder(&mut self, entry: EntryId, before: &[Link], now: &Found) {
        if before.is_empty() && now.is_empty() {
            return;
        }
        self.seeds.push(entry);
        let others = before.iter().filter(|link| link.joins());
        self.seeds.extend(others.map(|link| link.beside(entry)));
    }
}
