//! Known entries under another GUID or link keep their row, their story and their items.

use std::collections::HashSet;

use rusqlite::{Row, params};

use super::columns::{enclosures, moment_at};
use super::learning;
use super::refresh::{Apply, SEEN_EXACT_TO_MS, Unknown};
use super::stories::touch;
use crate::dedupe::{self, Absent, Churn, Prepared, Renamed, wording};
use crate::model::{EntryId, Hash, Incoming, StoryId};

/// Unknown entries that make one ask whether a source has renamed all of them.
const MANY: usize = 5;
/// How many stored entries are read at most for one link or one text, and how many of the source's newest.
const MAX_ABSENT: usize = 2_000;

const ABSENT: &str =
    "entry, url, url_hash, content_hash, title, text, rest, published_at, expired_at, guid";

impl<'a> Apply<'a> {
    /// Gives known entries that came back under another identity that identity, silently: nothing of them is new. Returns the
    /// others.
    pub(super) fn rename(
        &mut self,
        unknown: Vec<Unknown<'a>>,
    ) -> rusqlite::Result<Vec<Unknown<'a>>> {
        // A document with only what is new says nothing about what is no longer there.
        if unknown.is_empty() || self.is_first || !self.record.is_whole() {
            return Ok(unknown);
        }
        let known = learning::known(self.db, self.owner)?;
        let trimmed: Vec<u64> = unknown
            .iter()
            .map(|unknown| unknown.reading.repeated(&known))
            .collect();
        let asked: Vec<(&Incoming, Option<Hash>)> = unknown
            .iter()
            .zip(&trimmed)
            .map(|(unknown, trimmed)| (&*unknown.incoming, unknown.reading.content(*trimmed)))
            .collect();
        let previous = self.previous()?;
        let has_moved = unknown.len() >= MANY && unknown.len() * 2 >= self.record.entries.len();
        let absent = self.absent(&previous, has_moved.then_some(asked.as_slice()))?;
        if let Some(renews) = dedupe::renews(&asked, &absent, previous.len()) {
            self.renews = renews;
        }
        let churn = Churn {
            renews: self.renews,
            has_moved,
        };
        let mut found = dedupe::renamed(&asked, &absent, &self.record.entries, churn);
        if self.is_reread {
            add_reread(&mut found, &asked, &absent);
        }
        // A site that moves has its own house style; one that renews its GUIDs all the time edits as others do.
        let is_moving = has_moved && !self.before.as_ref().is_some_and(|before| before.renews);
        let is_silent = is_moving || self.is_reread;
        let mut left = Vec::new();
        for ((unknown, trimmed), known) in unknown.into_iter().zip(trimmed).zip(found) {
            match known {
                Some(Renamed::Same(entry)) => {
                    let text = unknown.reading.prepare(trimmed);
                    self.take_over(entry, &unknown.incoming, &text, is_silent)?;
                }
                Some(Renamed::Redated(entry)) => self.edit(entry, &unknown.incoming)?,
                None => left.push(unknown),
            }
        }
        Ok(left)
    }

    /// The entries of the document before this one. Version 1 kept no note of it: those that were seen last.
    fn previous(&self) -> rusqlite::Result<Vec<i64>> {
        if let Some(before) = &self.before {
            return Ok(before.entries.clone());
        }
        self.db
            .prepare_cached(
                "SELECT entry FROM entries WHERE source = ?1
                     AND last_seen >= (SELECT max(last_seen) FROM entries WHERE source = ?1) - ?2 ORDER BY entry",
            )?
            .query_map(params![self.source, SEEN_EXACT_TO_MS], |row| row.get(0))?
            .collect()
    }

    /// Stored entries that the document does not have: those of the previous one; and where the site has `moved`, with these
    /// unknown entries, all that share link or text with one of them, and the latest.
    fn absent(
        &self,
        previous: &[i64],
        moved: Option<&[(&Incoming, Option<Hash>)]>,
    ) -> rusqlite::Result<Vec<Absent>> {
        let mut seen: HashSet<i64> = self.present.iter().copied().collect();
        let mut found = Vec::new();
        let mut read = self
            .db
            .prepare_cached(&format!("SELECT {ABSENT} FROM entries WHERE entry = ?"))?;
        for entry in previous {
            if seen.insert(*entry) {
                found.push(read.query_row([entry], |row| absent(row, true))?);
            }
        }
        let mut take = |condition: &str, value: Hash| -> rusqlite::Result<()> {
            let mut statement = self.db.prepare_cached(&format!(
                "SELECT {ABSENT} FROM entries WHERE {condition} ORDER BY entry DESC LIMIT {MAX_ABSENT}"
            ))?;
            let mut rows = statement.query(params![self.source, value])?;
            while let Some(row) = rows.next()? {
                if seen.insert(row.get("entry")?) {
                    found.push(absent(row, false)?);
                }
            }
            Ok(())
        };
        for (incoming, content) in moved.unwrap_or_default() {
            if let Some(url) = incoming.fingerprint.url {
                take("url_hash = ?2 AND +source = ?1", url)?;
            }
            if let Some(content) = content {
                take("content_hash = ?2 AND +source = ?1", *content)?;
            }
        }
        if moved.is_some() {
            take(
                "source = ?1 AND ?2 IS NOT NULL AND expired_at IS NULL",
                Hash::default(),
            )?;
        }
        found.sort_by_key(|stored| stored.id);
        Ok(found)
    }

    /// Outputs show what it says now. `is_silent`: nothing of it counts as an edit. Of one that has expired only the identity
    /// moves.
    fn take_over(
        &mut self,
        entry: EntryId,
        incoming: &Incoming,
        text: &Prepared,
        is_silent: bool,
    ) -> rusqlite::Result<()> {
        let row = self.by_number(entry)?;
        let print = &incoming.fingerprint;
        self.db
            .prepare_cached(
                "UPDATE entries SET identity = ?2, handle = ?3, last_seen = ?4 WHERE entry = ?1",
            )?
            .execute(params![entry.0, print.identity, print.handle, self.heard])?;
        self.present.push(entry.0);
        self.applied.renamed += 1;
        if row.is_expired {
            return Ok(());
        }
        let said = self.said(entry.0)?;
        let now = wording(&incoming.entry.title, &incoming.entry.text);
        let is_edit = !is_silent && now != said.wording();
        self.overwrite(entry.0, incoming, text, &said, is_edit.then_some(now))?;
        if is_edit {
            self.note_edit(entry.0, incoming, text, &said)?;
            self.applied.changed += 1;
        }
        touch(self.db, StoryId(row.story), self.record.at)
    }
}

/// Matches the entries that are no renamed ones with what an earlier version of our code stored of them, and adds the matches to `found`.
fn add_reread(
    found: &mut [Option<Renamed>],
    asked: &[(&Incoming, Option<Hash>)],
    absent: &[Absent],
) {
    let taken: HashSet<EntryId> = found.iter().flatten().map(|one| one.id()).collect();
    let free = absent.iter().filter(|stored| !taken.contains(&stored.id));
    let free: Vec<Absent> = free.cloned().collect();
    let open: Vec<usize> = (0..found.len())
        .filter(|nth| found[*nth].is_none())
        .collect();
    let unknown: Vec<_> = open.iter().map(|nth| asked[*nth]).collect();
    for (nth, entry) in open.into_iter().zip(dedupe::reread(&unknown, &free)) {
        found[nth] = entry.map(Renamed::Same);
    }
}

fn absent(row: &Row<'_>, has_just_gone: bool) -> rusqlite::Result<Absent> {
    let is_expired = row.get::<_, Option<i64>>("expired_at")?.is_some();
    let link: Option<String> = row.get("url")?;
    let guid: Option<String> = row.get("guid")?;
    let has_guid = guid.is_some_and(|guid| !guid.trim().is_empty());
    Ok(Absent {
        id: EntryId(row.get("entry")?),
        has_just_gone,
        url: row.get("url_hash")?,
        content: row.get("content_hash")?,
        title: (!is_expired).then(|| row.get("title")).transpose()?,
        text: (!is_expired).then(|| row.get("text")).transpose()?,
        published: moment_at(row, "published_at")?,
        enclosures: enclosures(row)?,
        has_guid,
        is_addressed: link.is_some() || has_guid,
        link,
    })
}
