//! Applying one refresh: the source's state and its entries, all or nothing.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, OptionalExtension, named_params, params};

use super::columns::{moment_at, ms, rest, source_id};
use super::sources;
use crate::dedupe::{Known, MAX_CANDIDATES, Verdict, decide};
use crate::model::{
    Applied, EntryId, Hash, Incoming, Layer, RefreshRecord, Relation, SourceId, StoryId, Timestamp,
};

/// `last_seen` is written when it is older than this: exact enough for retention, and most polls write nothing.
pub(super) const SEEN_EXACT_TO_MS: i64 = 24 * 3600 * 1000;

/// `entries.held`.
const SHOWN: i64 = 0;
const BACKLOG: i64 = 1;
const FLOOD: i64 = 2;

/// Writes a refresh; see [`crate::store::Store::apply`].
pub(super) fn apply(db: &Connection, record: &RefreshRecord) -> rusqlite::Result<Applied> {
    let source = sources::row(db, &record.source)?;
    if !sources::is_at(db, source, &record.location)? {
        // Its address was changed while the old one was being asked: what came is another place's.
        return Ok(Applied::default());
    }
    sources::write_state(db, source, record)?;
    if let Some(feed) = &record.feed {
        sources::write_feed(db, source, feed)?;
    }
    let mut work = Apply {
        db,
        record,
        source,
        applied: Applied::default(),
        joined: 0,
    };
    let unknown = work.mark_known()?;
    work.insert_all(&unknown)?;
    work.count()?;
    Ok(work.applied)
}

struct Apply<'a> {
    db: &'a Connection,
    record: &'a RefreshRecord,
    source: i64,
    applied: Applied,
    /// Of the new entries, those that joined a story of another.
    joined: u32,
}

impl<'a> Apply<'a> {
    /// Marks known entries seen, edits those that changed, and returns the unknown ones in document order.
    fn mark_known(&mut self) -> rusqlite::Result<Vec<&'a Incoming>> {
        let mut probe = self.db.prepare_cached("SELECT entry, story, whole, last_seen, expired_at FROM entries WHERE source = ? AND identity = ?")?;
        let mut unknown = Vec::new();
        for incoming in &self.record.entries {
            let known = probe
                .query_row(params![self.source, incoming.fingerprint.identity], |row| {
                    Ok((
                        row.get::<_, i64>(0)?,
                        row.get::<_, i64>(1)?,
                        row.get::<_, Hash>(2)?,
                        row.get::<_, i64>(3)?,
                        row.get::<_, Option<i64>>(4)?,
                    ))
                })
                .optional()?;
            let Some((entry, story, whole, last_seen, expired)) = known else {
                unknown.push(incoming);
                continue;
            };
            // What has expired stays so: its release has had its time.
            if expired.is_none() && whole != incoming.fingerprint.whole {
                self.edit(entry, story, incoming)?;
            } else if last_seen < ms(self.record.at) - SEEN_EXACT_TO_MS {
                self.db
                    .prepare_cached("UPDATE entries SET last_seen = ? WHERE entry = ?")?
                    .execute(params![ms(self.record.at), entry])?;
            }
        }
        Ok(unknown)
    }

    /// An edit takes the new text in place; its place in outputs and its first date stay.
    fn edit(&mut self, entry: i64, story: i64, incoming: &Incoming) -> rusqlite::Result<()> {
        let mut statement = self.db.prepare_cached(
            "UPDATE entries SET url_hash = :url_hash, content_hash = :content_hash, whole = :whole, updated_at = :updated_at,
                 last_seen = :at, changed_at = :at, guid = :guid, url = :url, title = :title, language = :language,
                 summary = :summary, rest = :rest, text = :text, html = :html,
                 published_at = COALESCE(published_at, :published_at)
             WHERE entry = :entry",
        )?;
        let content = incoming.entry.clone();
        statement.execute(named_params! {
            ":url_hash": incoming.fingerprint.url, ":content_hash": incoming.fingerprint.content, ":whole": incoming.fingerprint.whole,
            ":updated_at": content.updated.map(ms), ":published_at": content.published.map(ms), ":at": ms(self.record.at),
            ":guid": content.guid, ":url": content.url.as_ref().map(url::Url::as_str), ":title": content.title,
            ":language": content.language, ":summary": content.summary, ":rest": rest(&incoming.entry)?,
            ":text": content.text, ":html": content.html, ":entry": entry,
        })?;
        self.applied.changed += 1;
        touch(self.db, StoryId(story), self.record.at)
    }

    /// Inserts the unknown ones, oldest first, so that entry ids follow time.
    fn insert_all(&mut self, unknown: &[&Incoming]) -> rusqlite::Result<()> {
        if unknown.is_empty() {
            return Ok(());
        }
        let mut turn: Vec<&Incoming> = unknown.to_vec();
        // Stable: entries of one moment stay in document order from last to first, as feeds put the newest first.
        turn.reverse();
        turn.sort_by_key(|incoming| incoming.ordered_at);
        let held = self.held(turn.len())?;
        for (incoming, held) in turn.into_iter().zip(held) {
            self.insert(incoming, held)?;
        }
        Ok(())
    }

    /// For each of `count` new entries, oldest first, whether it is held back. The first document is a backlog; what
    /// comes later counts against the quota of its UTC day.
    fn held(&self, count: usize) -> rusqlite::Result<Vec<i64>> {
        let (stored, day, day_items): (i64, i64, i64) = self.db.query_row(
            "SELECT entries, day, day_items FROM source_state WHERE source = ?",
            [self.source],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        if stored == 0 {
            let backlog = self
                .record
                .first_items
                .map_or(0, |first| count.saturating_sub(first as usize));
            return Ok((0..count)
                .map(|nth| if nth < backlog { BACKLOG } else { SHOWN })
                .collect());
        }
        let today = self.record.at.timestamp().div_euclid(24 * 3600);
        let before = if day == today { day_items } else { 0 };
        let quota = self.record.daily_items.map_or(i64::MAX, i64::from);
        let added = i64::try_from(count).unwrap_or(i64::MAX);
        self.db
            .prepare_cached("UPDATE source_state SET day = ?, day_items = ? WHERE source = ?")?
            .execute(params![today, before.saturating_add(added), self.source])?;
        Ok((0..added)
            .map(|nth| {
                if before.saturating_add(nth) >= quota {
                    FLOOD
                } else {
                    SHOWN
                }
            })
            .collect())
    }

    fn insert(&mut self, incoming: &Incoming, held: i64) -> rusqlite::Result<()> {
        let candidates = self.candidates(incoming)?;
        let (story, relation, layer, score) =
            match decide(&self.record.source, incoming, &candidates) {
                Verdict::Distinct => (self.new_story()?, Relation::First, None, None),
                Verdict::Same {
                    story,
                    layer,
                    score,
                    bridged,
                } => {
                    for other in bridged {
                        merge(self.db, other, story, layer, self.record.at)?;
                    }
                    self.joined += 1;
                    (story, Relation::Same, Some(layer), Some(score))
                }
            };
        let entry = &incoming.entry;
        let print = &incoming.fingerprint;
        let mut statement: CachedStatement<'_> = self.db.prepare_cached(
            "INSERT INTO entries (source, identity, story, relation, layer, score, url_hash, content_hash, whole, held, published_at,
                 updated_at, ordered_at, first_seen, last_seen, guid, url, title, language, summary, rest, text, html)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
        )?;
        statement.execute(params![
            self.source,
            print.identity,
            story.0,
            relation.as_str(),
            layer.map(Layer::as_str),
            score,
            print.url,
            print.content,
            print.whole,
            held,
            entry.published.map(ms),
            entry.updated.map(ms),
            ms(incoming.ordered_at),
            ms(self.record.at),
            entry.guid,
            entry.url.as_ref().map(url::Url::as_str),
            entry.title,
            entry.language,
            entry.summary,
            rest(entry)?,
            entry.text,
            entry.html,
        ])?;
        self.applied.new += 1;
        touch(self.db, story, self.record.at)
    }

    fn new_story(&self) -> rusqlite::Result<StoryId> {
        self.db
            .prepare_cached("INSERT INTO stories (revision, created_at) VALUES (0, ?)")?
            .execute([ms(self.record.at)])?;
        Ok(StoryId(self.db.last_insert_rowid()))
    }

    /// Stored entries that share the URL or the text, oldest first, a bounded number of each.
    fn candidates(&self, incoming: &Incoming) -> rusqlite::Result<Vec<Known>> {
        let mut known: HashMap<EntryId, Known> = HashMap::new();
        for (column, hash) in [
            ("url_hash", incoming.fingerprint.url),
            ("content_hash", incoming.fingerprint.content),
        ] {
            let Some(hash) = hash else { continue };
            let mut statement = self.db.prepare_cached(&format!(
                "SELECT e.entry, e.story, s.id AS source_id, e.url_hash, e.content_hash, e.title, e.text, e.published_at
                 FROM entries e JOIN sources s USING (source) WHERE e.{column} = ? ORDER BY e.entry LIMIT {MAX_CANDIDATES}"
            ))?;
            let mut rows = statement.query([hash])?;
            while let Some(row) = rows.next()? {
                let candidate = Known {
                    id: EntryId(row.get("entry")?),
                    story: StoryId(row.get("story")?),
                    source: source_id(row, "source_id")?,
                    url: row.get("url_hash")?,
                    content: row.get("content_hash")?,
                    title: row.get("title")?,
                    text: row.get("text")?,
                    published: moment_at(row, "published_at")?,
                };
                known.insert(candidate.id, candidate);
            }
        }
        let mut known: Vec<Known> = known.into_values().collect();
        known.sort_by_key(|known| known.id);
        Ok(known)
    }

    fn count(&mut self) -> rusqlite::Result<()> {
        self.applied.duplicates = self.joined;
        if self.applied.new == 0 {
            return Ok(());
        }
        self.db
            .prepare_cached("UPDATE source_state SET entries = entries + ?, duplicates = duplicates + ? WHERE source = ?")?
            .execute(params![self.applied.new, self.joined, self.source])?;
        Ok(())
    }
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

/// Moves the members of `from` into `into`. The emptied story stays, so that outputs take its item out and its id is
/// never given to another.
fn merge(
    db: &Connection,
    from: StoryId,
    into: StoryId,
    layer: Layer,
    now: Timestamp,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE entries SET relation = CASE relation WHEN 'first' THEN 'same' ELSE relation END,
             layer = COALESCE(layer, ?3), score = COALESCE(score, 1.0), story = ?2
         WHERE story = ?1",
    )?
    .execute(params![from.0, into.0, layer.as_str()])?;
    touch(db, from, now)?;
    touch(db, into, now)
}

/// The row of a source, by id.
pub(super) fn unknown_source(id: &SourceId) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(format!("source {id} is not registered").into())
}
