//! Known entries under another GUID keep their row, their story and their items.

use std::collections::HashSet;

use rusqlite::{ToSql, params};

use super::columns::{moment_at, ms};
use super::learning;
use super::refresh::{Apply, Unknown};
use super::stories::touch;
use crate::dedupe::{self, Prepared};
use crate::model::{EntryId, Hash, Incoming, StoryId};

/// Unknown entries that make one ask whether a source has renamed all of them.
const MANY: usize = 5;
/// Entries of the source that are looked at for one link or text, or by date.
const MAX_GONE: usize = 2_000;

impl<'a> Apply<'a> {
    /// Gives known entries that came back under another identity that identity, silently: nothing of them is new. Returns the
    /// others.
    pub(super) fn rename(
        &mut self,
        unknown: Vec<Unknown<'a>>,
    ) -> rusqlite::Result<Vec<Unknown<'a>>> {
        // A document with only what is new says nothing about what is no longer there.
        if unknown.is_empty() || !self.record.is_whole() {
            return Ok(unknown);
        }
        let mut texts: Vec<Prepared> = Vec::with_capacity(unknown.len());
        for unknown in &unknown {
            let known = learning::known(self.db, self.owner(unknown.incoming))?;
            let trimmed = unknown.reading.repeated(&known);
            texts.push(unknown.reading.clone().prepare(trimmed));
        }
        let gone = self.gone(&unknown, &texts)?;
        if gone.is_empty() {
            return Ok(unknown);
        }
        let asked: Vec<_> = unknown
            .iter()
            .zip(&texts)
            .map(|(unknown, text)| (unknown.incoming, text.content))
            .collect();
        let found = dedupe::renamed(&asked, &gone);
        let mut left = Vec::new();
        for ((unknown, text), known) in unknown.into_iter().zip(&texts).zip(found) {
            match known {
                Some(entry) => self.take_over(entry, unknown.incoming, text)?,
                None => left.push(unknown),
            }
        }
        Ok(left)
    }

    /// Stored entries of the source that share link, text or, where much is unknown, date with an unknown one, and that its
    /// document no longer has.
    fn gone(
        &self,
        unknown: &[Unknown<'_>],
        texts: &[Prepared],
    ) -> rusqlite::Result<Vec<dedupe::Stored>> {
        let present: HashSet<Hash> = self
            .record
            .entries
            .iter()
            .map(|incoming| incoming.fingerprint.identity)
            .collect();
        let mut seen: HashSet<i64> = HashSet::new();
        let mut gone = Vec::new();
        let mut take = |condition: &str, value: &dyn ToSql| -> rusqlite::Result<()> {
            let mut statement = self.db.prepare_cached(&format!(
                "SELECT entry, identity, url_hash, content_hash, title, published_at, expired_at FROM entries
                 WHERE {condition} ORDER BY entry DESC LIMIT {MAX_GONE}"
            ))?;
            let mut rows = statement.query(params![self.source, value])?;
            while let Some(row) = rows.next()? {
                let entry = row.get("entry")?;
                if present.contains(&row.get::<_, Hash>("identity")?) || !seen.insert(entry) {
                    continue;
                }
                let is_expired = row.get::<_, Option<i64>>("expired_at")?.is_some();
                gone.push(dedupe::Stored {
                    id: EntryId(entry),
                    url: row.get("url_hash")?,
                    content: row.get("content_hash")?,
                    title: (!is_expired).then(|| row.get("title")).transpose()?,
                    published: moment_at(row, "published_at")?,
                });
            }
            Ok(())
        };
        for (unknown, text) in unknown.iter().zip(texts) {
            if let Some(url) = unknown.incoming.fingerprint.url {
                take("url_hash = ?2 AND +source = ?1", &url)?;
            }
            if let Some(content) = text.content {
                take("content_hash = ?2 AND +source = ?1", &content)?;
            }
        }
        if unknown.len() >= MANY && unknown.len() * 2 >= self.record.entries.len() {
            take("source = ?1 AND +entry > ?2 AND expired_at IS NULL", &0)?;
        }
        gone.sort_by_key(|stored| stored.id);
        Ok(gone)
    }

    /// Outputs show what it says now; nothing of it counts as an edit. Of one that has expired only the identity moves.
    fn take_over(
        &mut self,
        entry: EntryId,
        incoming: &Incoming,
        text: &Prepared,
    ) -> rusqlite::Result<()> {
        let (whole, story, expired): (Hash, i64, Option<i64>) = self
            .db
            .prepare_cached("SELECT whole, story, expired_at FROM entries WHERE entry = ?")?
            .query_row([entry.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        self.db
            .prepare_cached("UPDATE entries SET identity = ?2, last_seen = ?3 WHERE entry = ?1")?
            .execute(params![
                entry.0,
                incoming.fingerprint.identity,
                ms(self.record.at)
            ])?;
        self.applied.renamed += 1;
        if expired.is_some() {
            return Ok(());
        }
        self.overwrite(entry.0, incoming, text)?;
        self.db
            .prepare_cached("UPDATE output_items SET whole = ?3 WHERE entry = ?1 AND whole = ?2")?
            .execute(params![entry.0, whole, incoming.fingerprint.whole])?;
        touch(self.db, StoryId(story), self.record.at)
    }
}
