//! Stories: begun, put in order anew, merged and parted by hand.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{moment, ms};
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
pub(in crate::store) fn touch(
    db: &Connection,
    story: StoryId,
    now: Timestamp,
) -> rusqlite::Result<()> {
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
    /// Entries that may have to leave their story, or join another.
    pub(super) moved: &'a HashSet<EntryId>,
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
                self.move_alone(*seed)?;
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
                write_role(self.db, *entry, story, role)?;
            }
        }
        Ok(changed.into_iter().collect())
    }

    /// Where too many entries hang together to be put in order, one whose links have changed goes where they lead: where a person
    /// wants it, else where it is as long as anything holds it there, else where the strongest leads, else into a story of its own.
    fn move_alone(&self, entry: EntryId) -> rusqlite::Result<()> {
        if self.fresh.contains(&entry) || !self.moved.contains(&entry) {
            return Ok(());
        }
        let Some((own, is_ruled)) = standing(self.db, entry)? else {
            return Ok(());
        };
        let mut ways = Vec::new();
        for link in links::of(self.db, entry)? {
            if link.joins()
                && let Some((story, is_ruled)) = standing(self.db, link.beside(entry))?
            {
                ways.push((link, story, is_ruled));
            }
        }
        ways.sort_by(|(one, ..), (other, ..)| one.strength(other));
        let by_hand = ways
            .iter()
            .find(|(link, story, _)| link.layer == Layer::Manual && *story != own);
        let stays = is_ruled || ways.iter().any(|(_, story, _)| *story == own);
        if by_hand.is_none() && stays {
            return Ok(());
        }
        let edition = edition_of(self.db, entry)?;
        match by_hand.or_else(|| ways.iter().find(|(_, _, is_ruled)| !is_ruled)) {
            Some((link, story, _)) => self.join(entry, link, *story, edition)?,
            None => {
                let is_alone = !self
                    .db
                    .prepare_cached("SELECT 1 FROM entries WHERE story = ? AND entry != ?")?
                    .exists([own.0, entry.0])?;
                if is_alone {
                    return Ok(());
                }
                let story = begin(self.db, edition, self.now)?;
                write_role(self.db, entry, story, &Role::first(edition))?;
                touch(self.db, story, self.now)?;
            }
        }
        touch(self.db, own, self.now)
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
        let Some(story) = story_of(self.db, matched)? else {
            return Ok(());
        };
        self.join(entry, link, story, edition_of(self.db, entry)?)
    }

    /// Puts an entry, of this edition, into a story that a link leads to.
    fn join(
        &self,
        entry: EntryId,
        link: &Link,
        story: StoryId,
        own: Timestamp,
    ) -> rusqlite::Result<()> {
        let matched = link.beside(entry);
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
            edition_at: match is_copy {
                true => edition_of(self.db, matched)?,
                false => own,
            },
        };
        write_role(self.db, entry, story, &role)?;
        touch(self.db, story, self.now)
    }
}

fn write_role(
    db: &Connection,
    entry: EntryId,
    story: StoryId,
    role: &Role,
) -> rusqlite::Result<()> {
    db.prepare_cached(
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

/// The story that an entry is in now, and whether a person has ruled on it.
fn standing(db: &Connection, entry: EntryId) -> rusqlite::Result<Option<(StoryId, bool)>> {
    db.prepare_cached(
        "SELECT story, ruled FROM entries JOIN stories USING (story) WHERE entry = ?",
    )?
    .query_row([entry.0], |row| Ok((StoryId(row.get(0)?), row.get(1)?)))
    .optional()
}

fn edition_of(db: &Connection, entry: EntryId) -> rusqlite::Result<Timestamp> {
    db.prepare_cached("SELECT edition_at FROM entries WHERE entry = ?")?
        .query_row([entry.0], |row| row.get(0).map(moment))
}

/// The story of an entry; `None`: there is no such entry.
pub(super) fn story_of(db: &Connection, entry: EntryId) -> rusqlite::Result<Option<StoryId>> {
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
    let moved = seeds.iter().copied().collect();
    let regroup = Regroup {
        db,
        now,
        fresh: &none,
        anew: &none,
        moved: &moved,
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
            // Where they are too many to be put in order, the one of the smaller story goes to the other's.
            let count = |story: StoryId| -> rusqlite::Result<i64> {
                db.prepare_cached("SELECT count(*) FROM entries WHERE story = ?")?
                    .query_row([story.0], |row| row.get(0))
            };
            let goes = match count(left)? <= count(right)? {
                true => one,
                false => other,
            };
            put_in_order(db, &[goes], now)?;
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
    let edition = edition_of(db, entry)?;
    let own = begin(db, edition, now)?;
    write_role(db, entry, own, &Role::first(edition))?;
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
