//! Applying one refresh: the source's state and its entries, all or nothing.

use std::borrow::Cow;

use rusqlite::{Connection, named_params, params};

use super::columns::{ms, rest};
use super::documents::{self, LastDocument};
use super::edits::Said;
use super::learning::{self, Owner};
use super::{hosts, sources};
use crate::dedupe::{self, Boilerplate, Prepared, Reading};
use crate::model::{
    Applied, EntryId, Hash, Incoming, Outcome, RefreshRecord, Relation, SourceId, StoryId,
};
use crate::store::steps::keys;
use crate::store::steps::stories::Linking;

/// `last_seen` is written when it is older than this on the source's own clock: exact enough for retention, and most polls
/// write nothing.
pub(super) const SEEN_EXACT_TO_MS: i64 = 24 * 3600 * 1000;

/// `entries.held`.
const SHOWN: i64 = 0;
const BACKLOG: i64 = 1;
const FLOOD: i64 = 2;

/// Writes a refresh; see [`crate::store::Store::apply`].
pub(super) fn apply(db: &Connection, record: &RefreshRecord) -> rusqlite::Result<Applied> {
    hosts::note(db, &record.hosts, record.at)?;
    let source = sources::row(db, &record.source)?;
    if !sources::is_at(db, source, &record.location)? {
        // Its address was changed while the old one was being asked: what came is another place's.
        return Ok(Applied::default());
    }
    let before = documents::last(db, source)?;
    let heard = sources::write_state(db, source, record)?;
    if let Some(feed) = &record.feed {
        sources::write_feed(db, source, feed)?;
    }
    if record.feed.is_none() && record.entries.is_empty() {
        if record.last.outcome == Outcome::NotModified {
            documents::confirm(db, source, record.at)?;
        }
        return Ok(Applied::default());
    }
    let is_empty = before
        .as_ref()
        .is_none_or(|before| before.entries.is_empty());
    let is_first = is_empty && !sources::has_entries(db, source)?;
    let read_by = before.as_ref().map(|before| before.read_by);
    let record = &*of_its_document(record, is_first);
    let links = record.entries.iter();
    let links = links.map(|incoming| incoming.entry.url.as_ref());
    let mut work = Apply {
        db,
        record,
        source,
        heard,
        owner: Owner::of(db, source, links)?,
        is_first,
        is_reread: record.is_whole() && !is_first && read_by != Some(dedupe::READING_VERSION),
        renews: before.as_ref().is_some_and(|before| before.renews),
        before,
        present: Vec::new(),
        applied: Applied::default(),
        linking: Linking::new(db, record.at, record.window),
    };
    let unknown = work.mark_known()?;
    let mut unknown = work.rename(unknown)?;
    work.place(&mut unknown);
    work.insert_all(unknown)?;
    work.put_stories_in_order()?;
    work.note_document()?;
    work.count()?;
    Ok(work.applied)
}

/// Further pages are a backlog: where the source has entries by now, because another process was faster, they are none of its
/// document.
fn of_its_document(record: &RefreshRecord, is_first: bool) -> Cow<'_, RefreshRecord> {
    let has_further = record.entries.iter().any(|incoming| incoming.is_further);
    if is_first || !has_further {
        return Cow::Borrowed(record);
    }
    let mut own = record.clone();
    own.entries.retain(|incoming| !incoming.is_further);
    Cow::Owned(own)
}

/// An entry whose identity its source did not have before.
pub(super) struct Unknown<'a> {
    pub(super) incoming: Cow<'a, Incoming>,
    pub(super) reading: Reading,
}

pub(super) fn reading(incoming: &Incoming) -> Reading {
    let entry = &incoming.entry;
    dedupe::read(&entry.title, &entry.text, entry.dateline.as_deref())
}

pub(super) struct Apply<'a> {
    pub(super) db: &'a Connection,
    pub(super) record: &'a RefreshRecord,
    pub(super) source: i64,
    /// The source's own clock (`source_state.heard_at`), with which its entries are marked as seen.
    pub(super) heard: i64,
    /// Whose habits are learned from its entries.
    pub(super) owner: Owner,
    /// Whether nothing of the source is stored so far.
    pub(super) is_first: bool,
    /// Whether another version of our code has read the source's last document.
    pub(super) is_reread: bool,
    /// The document before this one.
    pub(super) before: Option<LastDocument>,
    /// See [`dedupe::Churn::renews`].
    pub(super) renews: bool,
    /// The stored entries of this document.
    pub(super) present: Vec<i64>,
    pub(super) applied: Applied,
    /// Comparisons with stored entries, and whose stories they touch.
    pub(super) linking: Linking<'a, Connection>,
}

impl<'a> Apply<'a> {
    /// Writes what an entry says now over what it `said`, and the keys by which others find it where those have changed.
    /// `wording`: of its words, where they are other ones.
    pub(super) fn overwrite(
        &self,
        entry: i64,
        incoming: &Incoming,
        text: &Prepared,
        said: &Said,
        wording: Option<Hash>,
    ) -> rusqlite::Result<()> {
        if !dedupe::same_words(text, &said.prepared) || text.trimmed != said.prepared.trimmed {
            keys::write(self.db, EntryId(entry), text, said.compared_at)?;
        }
        let content = &incoming.entry;
        self.db
            .prepare_cached(
                "UPDATE entries SET url_hash = :url_hash, content_hash = :content_hash, wording = COALESCE(:wording, wording, whole), whole = :whole, updated_at = :updated_at,
                     last_seen = :heard, guid = :guid, url = :url, title = :title, language = :language,
                     feed_updated = :feed_updated, summary = :summary, rest = :rest, text = :text, html = :html, words = :words, trimmed = :trimmed,
                     published_at = COALESCE(published_at, :published_at)
                 WHERE entry = :entry",
            )?
            .execute(named_params! {
                ":url_hash": incoming.fingerprint.url, ":content_hash": text.content, ":whole": incoming.fingerprint.whole, ":wording": wording,
                ":updated_at": content.updated.map(ms), ":feed_updated": self.feed_updated(), ":published_at": content.published.map(ms), ":heard": self.heard,
                ":guid": content.guid, ":url": content.url.as_ref().map(url::Url::as_str), ":title": content.title,
                ":language": content.language, ":summary": content.summary, ":rest": rest(content)?,
                ":text": content.text, ":html": content.html, ":words": text.word_count(), ":trimmed": text.trimmed.cast_signed(), ":entry": entry,
            })?;
        Ok(())
    }

    /// Gives new entries of a source that was read before a place at which they are seen.
    fn place(&self, unknown: &mut [Unknown<'_>]) {
        let Some(before) = &self.before else { return };
        if self.is_first || self.is_reread {
            return;
        }
        let is_late = |unknown: &&mut Unknown<'_>| unknown.incoming.ordered_at < before.read_at;
        let late = unknown.iter_mut().filter(is_late);
        let late = late.map(|unknown| unknown.incoming.to_mut());
        dedupe::settle_places(
            late,
            self.record.entries.len(),
            before.read_at,
            self.record.at,
        );
    }

    /// Inserts the unknown ones, oldest first, so that entry ids follow time.
    fn insert_all(&mut self, unknown: Vec<Unknown<'a>>) -> rusqlite::Result<()> {
        if unknown.is_empty() {
            return Ok(());
        }
        let known = self.learn(&unknown)?;
        let mut turn = unknown;
        // Stable: entries of one moment stay in document order from last to first, as feeds put the newest first.
        turn.reverse();
        turn.sort_by_key(|unknown| unknown.incoming.ordered_at);
        let held = self.held(turn.len())?;
        for (unknown, held) in turn.into_iter().zip(held) {
            let trimmed = unknown.reading.repeated(&known);
            self.insert(&unknown.incoming, unknown.reading.prepare(trimmed), held)?;
        }
        Ok(())
    }

    /// Learns what the publisher repeats from all new entries before the first is compared: a backlog shows it at once. What is
    /// learned applies to stored entries too.
    fn learn(&mut self, unknown: &[Unknown<'_>]) -> rusqlite::Result<Boilerplate> {
        let before = learning::known(self.db, self.owner)?;
        let mut now = before.clone();
        for unknown in unknown {
            let published = unknown.incoming.entry.published;
            unknown
                .reading
                .learn(&mut now, &self.record.source, published);
        }
        learning::keep(self.db, self.owner, &now)?;
        let mut lessons = unknown.iter();
        if lessons.any(|unknown| unknown.reading.is_newly_repeated(&before, &now)) {
            let affected = learning::affected(self.db, self.source, self.owner, &now)?;
            self.linking.reconsider(affected)?;
        }
        Ok(now)
    }

    /// For each of `count` new entries, oldest first, whether it is held back. The first document is a backlog; what
    /// comes later counts against the quota of its UTC day.
    fn held(&self, count: usize) -> rusqlite::Result<Vec<i64>> {
        let (stored, day, day_items): (i64, i64, i64) = self.db.query_row(
            "SELECT entries, day, day_items FROM source_state WHERE source = ?",
            [self.source],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        if stored == 0 || self.is_reread {
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

    fn insert(&mut self, incoming: &Incoming, text: Prepared, held: i64) -> rusqlite::Result<()> {
        let profile = dedupe::Profile::new(
            self.record.source.clone(),
            &incoming.entry,
            incoming.fingerprint.url,
            text,
        );
        let at = incoming.compared_at();
        let found = self.linking.compare(None, &profile, at)?;
        let story = self.linking.story_for(&found, at)?;
        let entry = self.write_row(incoming, &profile.text, story, held)?;
        keys::write(self.db, EntryId(entry), &profile.text, at)?;
        self.linking.add(EntryId(entry), story, &found)?;
        if !incoming.is_further {
            self.present.push(entry);
        }
        self.applied.new += 1;
        Ok(())
    }

    /// Writes a new entry as the first of its story; that it is another's is settled when all are there.
    fn write_row(
        &self,
        incoming: &Incoming,
        text: &Prepared,
        story: StoryId,
        held: i64,
    ) -> rusqlite::Result<i64> {
        let entry = &incoming.entry;
        let print = &incoming.fingerprint;
        self.db
            .prepare_cached(
                "INSERT INTO entries (source, identity, story, relation, edition_at, words, trimmed, url_hash, content_hash, whole,
                     held, published_at, updated_at, ordered_at, first_seen, last_seen, guid, url, title, language, summary, rest, text,
                     html, feed_updated, handle, wording)
                 VALUES (?1, ?2, ?3, ?4, ?26, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?27, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                     ?23, ?24, ?25)",
            )?
            .execute(params![
                self.source,
                print.identity,
                story.0,
                Relation::First.as_str(),
                text.word_count(),
                text.trimmed.cast_signed(),
                print.url,
                text.content,
                print.whole,
                held,
                entry.published.map(ms),
                entry.updated.map(ms),
                ms(incoming.ordered_at),
                ms(self.record.at),
                entry.guid,
                entry.link(),
                entry.title,
                entry.language,
                entry.summary,
                rest(entry)?,
                entry.text,
                entry.html,
                self.feed_updated(),
                print.handle,
                dedupe::wording(&entry.title, &entry.text),
                ms(incoming.compared_at()),
                self.heard,
            ])?;
        Ok(self.db.last_insert_rowid())
    }

    /// Stories follow from all entries and what comparing them came to.
    fn put_stories_in_order(&mut self) -> rusqlite::Result<()> {
        (self.applied.duplicates, self.applied.joined) = self.linking.end()?;
        Ok(())
    }

    /// What the feed says of itself, which many move with every poll: an entry keeps what came with it.
    fn feed_updated(&self) -> Option<i64> {
        let feed = self.record.feed.as_ref()?;
        feed.updated.map(ms)
    }

    fn count(&mut self) -> rusqlite::Result<()> {
        if self.applied.new == 0 && self.applied.renamed == 0 {
            return Ok(());
        }
        self.db
            .prepare_cached("UPDATE source_state SET entries = entries + ?, duplicates = duplicates + ?, renamed = renamed + ? WHERE source = ?")?
            .execute(params![self.applied.new, self.applied.duplicates, self.applied.renamed, self.source])?;
        Ok(())
    }
}

/// The error for a source that is not registered.
pub(super) fn unknown_source(id: &SourceId) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(format!("source {id} is not registered").into())
}
