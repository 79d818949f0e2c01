//! Which entries of a document the source has: those are marked seen and edited, the others are returned.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, Row, ToSql, params};

use super::columns::date_at;
use super::documents;
use super::refresh::{Apply, Unknown, reading};
use crate::dedupe::{self, Namesake, Recognized};
use crate::model::{Basis, EntryId, Hash, Incoming, Timestamp};

/// Entries under one handle that are looked at, the newest.
const MAX_NAMESAKES: usize = 1_000;

/// A stored entry, without what it says.
pub(super) struct Stored {
    pub(super) entry: i64,
    pub(super) story: i64,
    identity: Hash,
    pub(super) whole: Hash,
    pub(super) url: Option<Hash>,
    pub(super) last_seen: i64,
    pub(super) is_expired: bool,
    date: Option<Timestamp>,
}

const ROW: &str =
    "entry, story, identity, whole, url_hash, last_seen, expired_at, published_at, updated_at";

fn row_of(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        entry: row.get("entry")?,
        story: row.get("story")?,
        identity: row.get("identity")?,
        whole: row.get("whole")?,
        url: row.get("url_hash")?,
        last_seen: row.get("last_seen")?,
        is_expired: row.get::<_, Option<i64>>("expired_at")?.is_some(),
        date: date_at(row)?,
    })
}

impl<'a> Apply<'a> {
    /// Marks known entries seen, edits those that changed, and returns the unknown ones in document order.
    pub(super) fn mark_known(&mut self) -> rusqlite::Result<Vec<Unknown<'a>>> {
        let mut groups: HashMap<Hash, Vec<usize>> = HashMap::new();
        let mut unknown: Vec<(usize, Recognized)> = Vec::new();
        let record = self.record;
        for (nth, incoming) in record.entries.iter().enumerate() {
            match self.certain(incoming)? {
                Some(row) => self.meet(&row, incoming)?,
                None => groups
                    .entry(incoming.fingerprint.basis_hash())
                    .or_default()
                    .push(nth),
            }
        }
        let mut groups: Vec<(Hash, Vec<usize>)> = groups.into_iter().collect();
        groups.sort_by(|(_, one), (_, other)| one.cmp(other));
        for (basis, doubtful) in groups {
            unknown.extend(self.tell(basis, &doubtful)?);
        }
        unknown.sort_by_key(|(nth, _)| *nth);
        Ok(unknown
            .into_iter()
            .map(|(nth, recognized)| self.unknown(&record.entries[nth], recognized))
            .collect())
    }

    fn unknown(&self, incoming: &'a Incoming, recognized: Recognized) -> Unknown<'a> {
        let mut incoming = Cow::Borrowed(incoming);
        if let Recognized::New { identity, handle } = recognized {
            let print = &incoming.fingerprint;
            if (print.identity, print.handle) != (identity, handle) {
                let print = &mut incoming.to_mut().fingerprint;
                (print.identity, print.handle) = (identity, handle);
            }
        }
        let reading = reading(&incoming);
        Unknown { incoming, reading }
    }

    /// The stored entry that nothing else can be meant by: it has the identity, and nothing differs, or nobody else has its
    /// basis.
    fn certain(&self, incoming: &Incoming) -> rusqlite::Result<Option<Stored>> {
        let print = &incoming.fingerprint;
        let Some(row) = self.by_identity(&print.identity)? else {
            return Ok(None);
        };
        let date = incoming.entry.date();
        if row.whole == print.whole && (row.date == date || print.basis == Basis::Stated) {
            return Ok(Some(row));
        }
        // This may be an edit or another entry. Only the stored text can tell, unless nothing but the date has changed.
        let is_same = row.whole == print.whole && print.handle.is_none();
        Ok((is_same && !self.is_shared(&print.identity)?).then_some(row))
    }

    fn by_identity(&self, identity: &Hash) -> rusqlite::Result<Option<Stored>> {
        self.db
            .prepare_cached(&format!(
                "SELECT {ROW} FROM entries WHERE source = ? AND identity = ?"
            ))?
            .query_row(params![self.source, identity], row_of)
            .optional()
    }

    pub(super) fn by_number(&self, entry: EntryId) -> rusqlite::Result<Stored> {
        self.db
            .prepare_cached(&format!("SELECT {ROW} FROM entries WHERE entry = ?"))?
            .query_row([entry.0], row_of)
    }

    /// Whether entries are told by more than this basis.
    fn is_shared(&self, basis: &Hash) -> rusqlite::Result<bool> {
        self.db
            .prepare_cached("SELECT 1 FROM entries WHERE source = ? AND handle = ? LIMIT 1")?
            .exists(params![self.source, basis])
    }

    /// Decides which stored entries the `doubtful` ones are, which all have the same GUID, link, or title and date. Returns those
    /// that are new.
    fn tell(
        &mut self,
        basis: Hash,
        doubtful: &[usize],
    ) -> rusqlite::Result<Vec<(usize, Recognized)>> {
        let entries = &self.record.entries;
        // Those that share it are all looked at, for a date that two of them have tells neither.
        let group: Vec<usize> = match entries[doubtful[0]].fingerprint.handle {
            None => doubtful.to_vec(),
            Some(_) => (0..entries.len())
                .filter(|nth| entries[*nth].fingerprint.basis_hash() == basis)
                .collect(),
        };
        let incoming: Vec<&Incoming> = group.iter().map(|nth| &entries[*nth]).collect();
        if let [alone] = incoming[..]
            && self.meet_told(alone, basis)?
        {
            return Ok(Vec::new());
        }
        let namesakes = self.namesakes(&incoming, basis)?;
        let found = dedupe::recognize(&incoming, &namesakes);
        let mut new = Vec::new();
        for ((nth, incoming), found) in group.into_iter().zip(incoming).zip(found) {
            if doubtful.binary_search(&nth).is_err() {
                continue;
            }
            let known = match found {
                Recognized::Known(id) => Some(self.by_number(id)?),
                // One of more namesakes than were looked at.
                Recognized::New { identity, .. } => self.by_identity(&identity)?,
            };
            match known {
                Some(row) => {
                    let is_own = namesakes.iter().any(|old| {
                        old.id.0 == row.entry
                            && (old.handle == Some(basis) || old.identity == basis)
                    });
                    if !is_own || (incoming.fingerprint.handle.is_some() && row.identity != basis) {
                        self.rekey(row.entry, incoming)?;
                    }
                    self.meet(&row, incoming)?;
                }
                None => new.push((nth, found)),
            }
        }
        Ok(new)
    }

    /// Meets the entry that has all that tells it from others with its basis, of which the document shows no other.
    fn meet_told(&mut self, incoming: &Incoming, basis: Hash) -> rusqlite::Result<bool> {
        if incoming.fingerprint.basis == Basis::Stated || !self.is_shared(&basis)? {
            return Ok(false);
        }
        let row = self.by_identity(&dedupe::told_alone(incoming))?;
        let row = row.filter(|row| row.whole == incoming.fingerprint.whole);
        if let Some(row) = &row {
            self.meet(row, incoming)?;
        }
        Ok(row.is_some())
    }

    /// Gives an entry the identity of an incoming one, unless another entry has it.
    pub(super) fn rekey(&self, entry: i64, incoming: &Incoming) -> rusqlite::Result<()> {
        let print = &incoming.fingerprint;
        self.db
            .prepare_cached(
                "UPDATE OR IGNORE entries SET identity = ?2, handle = ?3 WHERE entry = ?1",
            )?
            .execute(params![entry, print.identity, print.handle])?;
        Ok(())
    }

    /// Stored entries with this basis, and those that version 1 stored under the identity that it would have given to one of
    /// the incoming ones.
    fn namesakes(&self, group: &[&Incoming], basis: Hash) -> rusqlite::Result<Vec<Namesake>> {
        let mut found: Vec<Namesake> = Vec::new();
        let mut take = |condition: &str,
                        value: &dyn ToSql,
                        fits: &dyn Fn(&Namesake) -> bool|
         -> rusqlite::Result<()> {
            let mut statement = self.db.prepare_cached(&format!(
                "SELECT entry, identity, handle, whole, guid, url, title, text, published_at, updated_at, expired_at FROM entries
                 WHERE source = ?1 AND {condition} = ?2 ORDER BY entry DESC LIMIT {MAX_NAMESAKES}"
            ))?;
            let mut rows = statement.query(params![self.source, value])?;
            while let Some(row) = rows.next()? {
                let namesake = namesake(row)?;
                if found.iter().all(|known| known.id != namesake.id) && fits(&namesake) {
                    found.push(namesake);
                }
            }
            Ok(())
        };
        take("handle", &basis, &|_| true)?;
        take("identity", &basis, &|_| true)?;
        let others: HashSet<&str> = self.links_of_others(group);
        for incoming in group {
            if incoming.fingerprint.basis == Basis::Stated {
                continue;
            }
            let entry = &incoming.entry;
            let identity = dedupe::identity_of_version_1(entry);
            take("identity", &identity, &|old| {
                let link = old.link.as_deref();
                dedupe::is_of_version_1(old, entry)
                    && !self.present.contains(&old.id.0)
                    && link.is_none_or(|link| !others.contains(link))
            })?;
        }
        found.sort_by_key(|known| known.id);
        Ok(found)
    }

    /// Links that the document has, but none of these entries: an entry that has one of them is that one's.
    fn links_of_others(&self, group: &[&Incoming]) -> HashSet<&'a str> {
        if !self.is_reread {
            return HashSet::new();
        }
        let own: HashSet<&str> = group
            .iter()
            .filter_map(|incoming| incoming.entry.link())
            .collect();
        let entries = self.record.entries.iter();
        let links = entries.filter_map(|incoming| incoming.entry.link());
        links.filter(|link| !own.contains(link)).collect()
    }

    /// Notes which entries the source's document has now.
    pub(super) fn note_document(&mut self) -> rusqlite::Result<()> {
        let mut entries = std::mem::take(&mut self.present);
        let before = self.before.take();
        if !self.record.is_whole() {
            let Some(before) = &before else { return Ok(()) };
            // It has only what is new (226): the rest is there still.
            entries.extend(&before.entries);
        }
        entries.sort_unstable();
        entries.dedup();
        let read_by = match &before {
            Some(before) if !self.record.is_whole() => before.read_by,
            _ => dedupe::READING_VERSION,
        };
        let document = documents::LastDocument {
            read_at: self.record.at,
            read_by,
            renews: self.renews,
            entries,
        };
        documents::write(self.db, self.source, &document)
    }
}

fn namesake(row: &Row<'_>) -> rusqlite::Result<Namesake> {
    Ok(Namesake {
        id: EntryId(row.get("entry")?),
        identity: row.get("identity")?,
        handle: row.get("handle")?,
        whole: row.get("whole")?,
        guid: row.get("guid")?,
        link: row.get("url")?,
        title: row.get("title")?,
        text: row.get("text")?,
        date: date_at(row)?,
        is_expired: row.get::<_, Option<i64>>("expired_at")?.is_some(),
    })
}
