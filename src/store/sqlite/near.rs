//! Finding what an entry may be the same release as: by URL, by text, by keys of similar texts.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{compared, moment, moment_at, ms, source_id};
use super::keys;
use crate::dedupe::{self, MAX_CANDIDATES, MAX_NEAR, Prepared, Profile, SHARED_KEYS};
use crate::model::{EntryId, Timestamp};

/// A stored entry that may be the same release.
pub(super) struct Candidate {
    pub(super) id: EntryId,
    pub(super) profile: Rc<Profile>,
}

/// Words of prepared texts at hand, at most: entries of one refresh are often compared with the same ones.
const MAX_WORDS: u64 = 1_000_000;

/// Stored entries as they were read and prepared in this step, each with when it was last asked for.
#[derive(Default)]
pub(super) struct Profiles {
    known: HashMap<EntryId, (Rc<Profile>, u64)>,
    words: u64,
    turn: u64,
}

impl Profiles {
    /// `None`: there is no such entry.
    pub(super) fn of(
        &mut self,
        db: &Connection,
        entry: EntryId,
    ) -> rusqlite::Result<Option<Rc<Profile>>> {
        self.turn += 1;
        if let Some((known, asked)) = self.known.get_mut(&entry) {
            *asked = self.turn;
            return Ok(Some(known.clone()));
        }
        let read = db
            .prepare_cached(
                "SELECT s.id AS source_id, e.url_hash, e.content_hash, e.title, e.text, e.url, e.rest, e.trimmed, e.published_at, e.expired_at
                 FROM entries e JOIN sources s USING (source) WHERE e.entry = ?",
            )?
            .query_row([entry.0], profile)
            .optional()?
            .map(Rc::new);
        if let Some(read) = &read {
            self.words += u64::from(read.text.word_count());
            if self.words > MAX_WORDS {
                self.make_room();
            }
            self.known.insert(entry, (read.clone(), self.turn));
        }
        Ok(read)
    }

    /// Forgets the half that was not asked for for longest.
    fn make_room(&mut self) {
        let mut turns: Vec<u64> = self.known.values().map(|(_, asked)| *asked).collect();
        turns.sort_unstable();
        let middle = turns.get(turns.len() / 2).copied().unwrap_or_default();
        self.known.retain(|_, (_, asked)| *asked > middle);
        let words = self.known.values();
        self.words = words
            .map(|(known, _)| u64::from(known.text.word_count()))
            .sum();
    }

    /// Its words have changed.
    pub(super) fn forget(&mut self, entry: EntryId) {
        if let Some((known, _)) = self.known.remove(&entry) {
            self.words -= u64::from(known.text.word_count());
        }
    }
}

fn profile(row: &Row<'_>) -> rusqlite::Result<Profile> {
    let trimmed = row.get::<_, i64>("trimmed")?.cast_unsigned();
    let (entry, url) = (compared(row)?, row.get("url_hash")?);
    let mut text =
        dedupe::read(&entry.title, &entry.text, entry.dateline.as_deref()).prepare(trimmed);
    // Of one that has expired the words are gone, but not what they were recognized by.
    if moment_at(row, "expired_at")?.is_some() {
        text.content = row.get("content_hash")?;
    }
    Ok(Profile::new(
        source_id(row, "source_id")?,
        &entry,
        url,
        text,
    ))
}

/// When an entry is placed, and how far from it similar ones are looked for.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    pub(super) at: Timestamp,
    pub(super) now: Timestamp,
    pub(super) window: Duration,
}

/// Stored entries that an entry is to be compared with, by all that may find them; not `own`.
pub(super) fn candidates(
    db: &Connection,
    own: Option<EntryId>,
    profile: &Profile,
    reach: Reach,
    profiles: &mut Profiles,
) -> rusqlite::Result<Vec<Candidate>> {
    let mut found = Vec::new();
    exact(db, profile, &mut found)?;
    similar(db, &profile.text.keys(), reach, &mut found)?;
    let found = enough_of_each_story(db, own, found)?;
    let mut candidates = Vec::with_capacity(found.len());
    for id in found {
        candidates.extend(
            profiles
                .of(db, id)?
                .map(|profile| Candidate { id, profile }),
        );
    }
    Ok(candidates)
}

/// Each candidate once, in the order of their numbers, and no more of one story than tell what it is.
fn enough_of_each_story(
    db: &Connection,
    own: Option<EntryId>,
    found: Vec<EntryId>,
) -> rusqlite::Result<BTreeSet<EntryId>> {
    let mut of_story: HashMap<i64, usize> = HashMap::new();
    let mut enough = BTreeSet::new();
    let is_few = found.len() <= MAX_NEAR;
    let mut story = db.prepare_cached("SELECT story FROM entries WHERE entry = ?")?;
    for id in found {
        if Some(id) == own || enough.contains(&id) {
            continue;
        }
        if !is_few {
            let story: Option<i64> = story.query_row([id.0], |row| row.get(0)).optional()?;
            let Some(story) = story else { continue };
            let count = of_story.entry(story).or_default();
            if *count == MAX_NEAR {
                continue;
            }
            *count += 1;
        }
        enough.insert(id);
    }
    Ok(enough)
}

/// Stored entries that share the URL or the text, the oldest, a bounded number of each.
fn exact(db: &Connection, profile: &Profile, found: &mut Vec<EntryId>) -> rusqlite::Result<()> {
    for (column, hash) in [
        ("url_hash", profile.url),
        ("content_hash", profile.text.content),
    ] {
        let Some(hash) = hash else { continue };
        let mut statement = db.prepare_cached(&format!(
            "SELECT entry FROM entries WHERE {column} = ? ORDER BY entry LIMIT {MAX_CANDIDATES}"
        ))?;
        let mut rows = statement.query([hash])?;
        while let Some(row) = rows.next()? {
            found.push(EntryId(row.get(0)?));
        }
    }
    Ok(())
}

/// [`crate::model::compared_at`] of an entry.
const COMPARED_AT: &str = "CASE WHEN published_at BETWEEN 631152000000 AND ordered_at THEN published_at ELSE ordered_at END";

/// Stored entries published within reach that share keys, those with the most.
fn similar(
    db: &Connection,
    wanted: &[u32],
    reach: Reach,
    found: &mut Vec<EntryId>,
) -> rusqlite::Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let window = i64::try_from(reach.window.as_millis()).unwrap_or(i64::MAX);
    let first = ms(reach.at).saturating_sub(window);
    let last = ms(reach.at).saturating_add(window).min(ms(reach.now));
    let shares = keys::shares(db, wanted, keys::week(first)..=keys::week(last))?;
    let mut best: Vec<(usize, i64)> = shares
        .into_iter()
        .filter(|(_, shared)| *shared >= SHARED_KEYS)
        .map(|(entry, shared)| (shared, entry))
        .collect();
    best.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    best.truncate(MAX_NEAR);
    let mut is_near = db.prepare_cached(&format!(
        "SELECT 1 FROM entries WHERE entry = ? AND {COMPARED_AT} BETWEEN ? AND ? AND expired_at IS NULL"
    ))?;
    for (_, entry) in best {
        if is_near.exists(params![entry, first, last])? {
            found.push(EntryId(entry));
        }
    }
    Ok(())
}

/// When an entry counts as published, for what it is compared with.
pub(super) fn compared_at_of(db: &Connection, entry: EntryId) -> rusqlite::Result<Timestamp> {
    db.prepare_cached(&format!(
        "SELECT {COMPARED_AT} FROM entries WHERE entry = ?"
    ))?
    .query_row([entry.0], |row| row.get(0).map(moment))
}

/// Leaves an entry to be found by its keys.
pub(in crate::store) fn write_keys(
    db: &Connection,
    entry: i64,
    text: &Prepared,
    at: Timestamp,
) -> rusqlite::Result<()> {
    keys::write(db, entry, keys::week(ms(at)), &text.keys())
}
