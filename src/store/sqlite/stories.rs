//! Stories: begun, joined, merged, parted.

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::ms;
use crate::dedupe::Joining;
use crate::model::{EntryId, Layer, Relation, StoryId, Timestamp};

/// What an entry is within its story.
pub(super) struct Role {
    pub(super) story: StoryId,
    pub(super) relation: Relation,
    pub(super) layer: Option<Layer>,
    pub(super) score: Option<f64>,
    pub(super) matched: Option<EntryId>,
    pub(super) edition_at: Timestamp,
}

/// Begins a story with an entry of this edition.
pub(super) fn begin(
    db: &Connection,
    edition_at: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<Role> {
    db.prepare_cached("INSERT INTO stories (revision, created_at, began_at) VALUES (0, ?, ?)")?
        .execute([ms(now), ms(edition_at)])?;
    Ok(Role {
        story: StoryId(db.last_insert_rowid()),
        relation: Relation::First,
        layer: None,
        score: None,
        matched: None,
        edition_at,
    })
}

/// The role of an entry that joins a story. One that carries an older version than all of them becomes the first, and those
/// who were there before it are updates of it, whatever came first.
pub(super) fn join(db: &Connection, joining: &Joining, now: Timestamp) -> rusqlite::Result<Role> {
    for other in &joining.bridged {
        merge(db, *other, joining.story, joining.layer, now)?;
    }
    let oldest: i64 = db
        .prepare_cached("SELECT min(edition_at) FROM entries WHERE story = ?")?
        .query_row([joining.story.0], |row| row.get(0))?;
    let edition = ms(joining.edition_at);
    let mut role = Role {
        story: joining.story,
        relation: if edition > oldest {
            Relation::Update
        } else {
            Relation::Same
        },
        layer: Some(joining.layer),
        score: Some(joining.score),
        matched: Some(joining.matched),
        edition_at: joining.edition_at,
    };
    if edition < oldest {
        db.prepare_cached(
            "UPDATE entries SET relation = 'update', layer = COALESCE(layer, ?2), score = COALESCE(score, ?3) WHERE story = ?1",
        )?
        .execute(params![joining.story.0, joining.layer.as_str(), joining.score])?;
        role = Role {
            relation: Relation::First,
            layer: None,
            score: None,
            matched: None,
            ..role
        };
    }
    Ok(role)
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

/// Moves the members of `from` into `into`; those of the edition that it began with are copies of what `into` began with. The
/// emptied story stays, so that outputs take its item out and its id is never given to another.
pub(super) fn merge(
    db: &Connection,
    from: StoryId,
    into: StoryId,
    layer: Layer,
    now: Timestamp,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE entries SET relation = CASE relation WHEN 'first' THEN 'same' ELSE relation END,
             layer = COALESCE(layer, ?3), score = COALESCE(score, 1.0),
             matched = COALESCE(matched, (SELECT entry FROM entries WHERE story = ?2 ORDER BY relation = 'first' DESC, entry LIMIT 1)),
             edition_at = CASE edition_at WHEN (SELECT began_at FROM stories WHERE story = ?1)
                 THEN (SELECT began_at FROM stories WHERE story = ?2) ELSE edition_at END,
             story = ?2
         WHERE story = ?1",
    )?
    .execute(params![from.0, into.0, layer.as_str()])?;
    touch(db, from, now)?;
    touch(db, into, now)
}

/// The story of an entry; `None`: there is no such entry.
fn story_of(db: &Connection, entry: EntryId) -> rusqlite::Result<Option<StoryId>> {
    db.prepare_cached("SELECT story FROM entries WHERE entry = ?")?
        .query_row([entry.0], |row| row.get(0).map(StoryId))
        .optional()
}

/// See [`crate::store::Store::merge`].
pub(super) fn merge_by_hand(
    db: &Connection,
    one: EntryId,
    other: EntryId,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    match (story_of(db, one)?, story_of(db, other)?) {
        (Some(one), Some(other)) if one != other => {
            let (into, from) = (one.min(other), one.max(other));
            merge(db, from, into, Layer::Manual, now)?;
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
    let others: i64 = db.query_row(
        "SELECT count(*) FROM entries WHERE story = ? AND entry != ?",
        [story.0, entry.0],
        |row| row.get(0),
    )?;
    if others == 0 {
        return Ok(false);
    }
    let edition: i64 = db.query_row(
        "SELECT edition_at FROM entries WHERE entry = ?",
        [entry.0],
        |row| row.get(0),
    )?;
    let own = begin(db, super::columns::moment(edition), now)?.story;
    db.execute(
        "UPDATE entries SET story = ?2, relation = 'first', layer = NULL, score = NULL, matched = NULL WHERE entry = ?1",
        [entry.0, own.0],
    )?;
    db.execute(
        "UPDATE stories SET ruled = 1 WHERE story IN (?, ?)",
        [story.0, own.0],
    )?;
    begin_anew(db, story)?;
    touch(db, story, now)?;
    touch(db, own, now)?;
    Ok(true)
}

/// Where the first of a story has left it, the oldest edition's earliest member is the first from now on.
fn begin_anew(db: &Connection, story: StoryId) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE entries SET relation = 'first', layer = NULL, score = NULL, matched = NULL
         WHERE entry = (SELECT entry FROM entries WHERE story = ?1 ORDER BY edition_at, entry LIMIT 1)
             AND NOT EXISTS (SELECT 1 FROM entries WHERE story = ?1 AND relation = 'first')",
        [story.0],
    )?;
    db.execute(
        "UPDATE entries SET relation = 'same' WHERE story = ?1 AND relation = 'update'
             AND edition_at = (SELECT min(edition_at) FROM entries WHERE story = ?1)",
        [story.0],
    )?;
    Ok(())
}
