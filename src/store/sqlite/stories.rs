//! Stories: begun, put in order anew, merged and parted by hand.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::ms;
use super::gather::{Gathered, gather};
use super::links;
use super::near::Profiles;
use crate::dedupe::{Comparison, Link, Node, Part, Role, Sameness, compare, partition, strongest};
use crate::model::{EntryId, Layer, Relation, StoryId, Timestamp};

/// Begins a story with an entry of this edition.
pub(super) fn begin(
    db: &Connection,
    edition_at: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<StoryId> {
    db.prepare_cached("INSERT INTO stories (revision, created_at, began_at) VALUES (0, ?, ?)")?
        .execute([ms(now), ms(edition_at)])?;
    Ok(StoryId(db.last_insert_rowid()))
}

/// Grows the story's revision and leaves it in the outbox.
pub(super) fn touch(db: &Connection, story: StoryId, now: Timestamp) -> rusqlite::Result<()> {
    let revision: i64 = db
        .prepare_cached(
            "UPDATE stories SET revision = revision + 1 WHERE story = ? RETURNING revision",
        )?
        .query_row([story.0], |row| row.get(0))?;
    db.prepare_cached(
        "INSERT INTO outbox (story, revision, since) VALUES (?1, ?2, ?3) ON CONFLICT (story) DO UPDATE SET revision = excluded.revision",
    )?
    .execute(params![story.0, revision, ms(now)])?;
    Ok(())
}

/// Puts entries into the stories that follow from their links.
pub(super) struct Regroup<'a> {
    pub(super) db: &'a Connection,
    pub(super) now: Timestamp,
    /// Entries that have come just now: they stand in the story of an entry that they may join, and are not told yet.
    pub(super) fresh: &'a HashSet<EntryId>,
    /// Entries whose links were made anew.
    pub(super) anew: &'a HashSet<EntryId>,
}

impl Regroup<'_> {
    /// Puts all that hangs together with any of `seeds` in order; a story whose entries go on elsewhere stays empty, so that
    /// outputs take its item out and its id is never given to another.
    pub(super) fn around(
        &self,
        seeds: &[EntryId],
        profiles: &mut Profiles,
    ) -> rusqlite::Result<()> {
        let mut done: HashSet<EntryId> = HashSet::new();
        for seed in seeds {
            if done.contains(seed) {
                continue;
            }
            let Some(gathered) = gather(self.db, *seed, self.fresh)? else {
                self.join_strongest(*seed)?;
                done.insert(*seed);
                continue;
            };
            done.extend(gathered.group.nodes.iter().map(|node| node.id));
            self.put_in_order(gathered, profiles)?;
        }
        Ok(())
    }

    fn put_in_order(&self, gathered: Gathered, profiles: &mut Profiles) -> rusqlite::Result<()> {
        let Gathered {
            mut group,
            stored_in,
        } = gathered;
        group.settle(self.anew);
        let parts = partition(&group, |one, other| self.conflict(one, other, profiles))?;
        let mut touched = BTreeSet::new();
        let nodes: HashMap<EntryId, &Node> =
            group.nodes.iter().map(|node| (node.id, node)).collect();
        for part in &parts {
            for story in self.write(part, &nodes, &stored_in)? {
                touched.insert(story);
            }
        }
        for story in touched {
            touch(self.db, story, self.now)?;
        }
        Ok(())
    }

    /// Whether two entries between which there is no link are certainly two releases. That is not kept: which pairs are asked
    /// about depends on the entries that were there.
    fn conflict(
        &self,
        one: EntryId,
        other: EntryId,
        profiles: &mut Profiles,
    ) -> rusqlite::Result<bool> {
        match (profiles.of(self.db, one)?, profiles.of(self.db, other)?) {
            (Some(one), Some(other)) => Ok(compare(&one, &other).sameness == Sameness::Apart),
            _ => Ok(false),
        }
    }

    /// Writes what differs; returns the stories that have changed.
    fn write(
        &self,
        part: &Part,
        nodes: &HashMap<EntryId, &Node>,
        stored_in: &HashMap<EntryId, StoryId>,
    ) -> rusqlite::Result<Vec<StoryId>> {
        let story = match part.story {
            Some(story) => story,
            None => begin(self.db, part.began_at, self.now)?,
        };
        let mut changed = BTreeSet::new();
        let began = self
            .db
            .prepare_cached("UPDATE stories SET began_at = ?2, ruled = ?3 WHERE story = ?1 AND (began_at, ruled) IS NOT (?2, ?3)")?
            .execute(params![story.0, ms(part.began_at), part.is_ruled])?;
        if began > 0 || part.story.is_none() {
            changed.insert(story);
        }
        for (entry, role) in &part.members {
            let Some(node) = nodes.get(entry) else {
                continue;
            };
            if node.present == Some(story) && node.role == *role {
                continue;
            }
            changed.insert(story);
            changed.extend(node.present);
            if stored_in.get(entry) != Some(&story) || node.role != *role {
                self.write_role(*entry, story, role)?;
            }
        }
        Ok(changed.into_iter().collect())
    }

    fn write_role(&self, entry: EntryId, story: StoryId, role: &Role) -> rusqlite::Result<()> {
        self.db
            .prepare_cached(
                "UPDATE entries SET story = ?2, relation = ?3, layer = ?4, score = ?5, matched = ?6, edition_at = ?7 WHERE entry = ?1",
            )?
            .execute(params![
                entry.0,
                story.0,
                role.relation.as_str(),
                role.layer.map(Layer::as_str),
                role.score,
                role.matched.map(|entry| entry.0),
                ms(role.edition_at),
            ])?;
        Ok(())
    }

    /// Where too many entries hang together to be put in order, a new one joins the story that its strongest link leads to.
    fn join_strongest(&self, entry: EntryId) -> rusqlite::Result<()> {
        if !self.fresh.contains(&entry) {
            return Ok(());
        }
        let links = links::of(self.db, entry)?;
        let Some(link) = strongest(&links) else {
            return Ok(());
        };
        let matched = link.beside(entry);
        let (story, theirs): (i64, i64) = self
            .db
            .prepare_cached("SELECT story, edition_at FROM entries WHERE entry = ?")?
            .query_row([matched.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let own: i64 = self
            .db
            .prepare_cached("SELECT edition_at FROM entries WHERE entry = ?")?
            .query_row([entry.0], |row| row.get(0))?;
        let is_copy = link.sameness == Sameness::Same;
        let role = Role {
            relation: if is_copy {
                Relation::Same
            } else {
                Relation::Update
            },
            layer: Some(link.layer),
            score: Some(link.score),
            matched: Some(matched),
            edition_at: super::columns::moment(if is_copy { theirs } else { own }),
        };
        self.write_role(entry, StoryId(story), &role)?;
        touch(self.db, StoryId(story), self.now)
    }
}

/// The story of an entry; `None`: there is no such entry.
fn story_of(db: &Connection, entry: EntryId) -> rusqlite::Result<Option<StoryId>> {
    db.prepare_cached("SELECT story FROM entries WHERE entry = ?")?
        .query_row([entry.0], |row| row.get(0).map(StoryId))
        .optional()
}

/// What a person says of two entries.
const BY_HAND: Comparison = Comparison {
    sameness: Sameness::Same,
    layer: Layer::Manual,
    score: 1.0,
};

/// Puts stories in order that a person has had a say in.
fn put_in_order(db: &Connection, seeds: &[EntryId], now: Timestamp) -> rusqlite::Result<()> {
    let none = HashSet::new();
    let regroup = Regroup {
        db,
        now,
        fresh: &none,
        anew: &none,
    };
    regroup.around(seeds, &mut Profiles::default())
}

/// See [`crate::store::Store::merge`].
pub(super) fn merge_by_hand(
    db: &Connection,
    one: EntryId,
    other: EntryId,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    match (story_of(db, one)?, story_of(db, other)?) {
        (Some(left), Some(right)) if left != right => {
            links::write(db, one, [(&other, &BY_HAND)])?;
            put_in_order(db, &[one], now)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// See [`crate::store::Store::split`].
pub(super) fn split(db: &Connection, entry: EntryId, now: Timestamp) -> rusqlite::Result<bool> {
    let Some(story) = story_of(db, entry)? else {
        return Ok(false);
    };
    let others: Vec<EntryId> = db
        .prepare_cached("SELECT entry FROM entries WHERE story = ? AND entry != ?")?
        .query_map([story.0, entry.0], |row| row.get(0).map(EntryId))?
        .collect::<rusqlite::Result<_>>()?;
    let Some(other) = others.first() else {
        return Ok(false);
    };
    let edition: i64 = db.query_row(
        "SELECT edition_at FROM entries WHERE entry = ?",
        [entry.0],
        |row| row.get(0),
    )?;
    let own = begin(db, super::columns::moment(edition), now)?;
    let role = Role::first(super::columns::moment(edition));
    let none = HashSet::new();
    let regroup = Regroup {
        db,
        now,
        fresh: &none,
        anew: &none,
    };
    regroup.write_role(entry, own, &role)?;
    db.execute(
        "UPDATE stories SET ruled = 1 WHERE story IN (?, ?)",
        [story.0, own.0],
    )?;
    // What a person said before is taken back.
    let links = links::of(db, entry)?.into_iter();
    let kept: BTreeMap<EntryId, Comparison> = links
        .filter(|link| link.layer != Layer::Manual)
        .map(|link| (link.beside(entry), found(&link)))
        .collect();
    links::replace(db, entry, &kept)?;
    put_in_order(db, &[entry, *other], now)?;
    touch(db, story, now)?;
    touch(db, own, now)?;
    Ok(true)
}

/// What a link says, without its ends.
pub(super) fn found(link: &Link) -> Comparison {
    Comparison {
        sameness: link.sameness,
        layer: link.layer,
        score: link.score,
    }
}
