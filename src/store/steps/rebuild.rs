//! Keys, content hashes and what publishers repeat, made anew where an earlier version of our code made them.

use std::collections::BTreeMap;

use url::Url;

use crate::dedupe::{self, Prepared, Reading, url_hash};
use crate::model::{EntryId, SourceId, Timestamp, Withdrawal, compared_at};
use crate::store::rows::{
    ComparedText, KeyRows, PublisherRows, SourceRow, TextRows, VersionRows, WithdrawalRows,
};
use crate::store::steps::compared::both_ways;
use crate::store::steps::{keys, publishers};
use crate::store::turn::Turn;

/// Entries that are made anew before a store of an earlier version is used: those that new ones are compared with. The others
/// follow while it is used.
const RECENT: usize = 20_000;

/// Entries made anew between two looks at the time: texts may be long.
const TOGETHER: usize = 4;

/// The name of the version of our code that made keys and content hashes.
const TEXTS: &str = "texts";

/// The name of the entry down to which they have been made anew.
const TEXTS_REBUILT: &str = "texts_rebuilt";

/// Notes that all that is stored was made by this version of our code.
pub(in crate::store) fn note_version<R: VersionRows>(rows: &R) -> Result<(), R::Error> {
    rows.forget_version(TEXTS_REBUILT)?;
    rows.note_version(TEXTS, dedupe::VERSION.into())
}

/// Makes the latest entries of a store of an earlier version ready to be compared with.
pub(in crate::store) fn recent<R>(rows: &R) -> Result<(), R::Error>
where
    R: KeyRows + PublisherRows + TextRows + VersionRows + WithdrawalRows,
{
    some(rows, RECENT).map(|_| ())
}

/// Makes keys and hashes of the next entries anew, the latest first: up to `limit`, and as many as fit into a turn. How far it
/// has come is stored, so that it goes on after a restart. Returns how many; 0: all are done.
pub(in crate::store) fn step<R>(rows: &R, limit: usize) -> Result<usize, R::Error>
where
    R: KeyRows + PublisherRows + TextRows + VersionRows + WithdrawalRows,
{
    let turn = Turn::begin();
    let mut done = 0;
    while done < limit {
        let count = some(rows, TOGETHER.min(limit - done))?;
        done += count;
        if count == 0 || turn.is_over() {
            break;
        }
    }
    Ok(done)
}

/// Writes the keys of one entry for the place that it has now.
pub(in crate::store) fn write_keys<R: KeyRows + TextRows>(
    rows: &R,
    entry: EntryId,
) -> Result<(), R::Error> {
    for read in rows.texts(&[entry], Read::of)? {
        let at = read.at;
        keys::write(rows, entry, &read.prepared(), at)?;
    }
    Ok(())
}

fn some<R>(rows: &R, limit: usize) -> Result<usize, R::Error>
where
    R: KeyRows + PublisherRows + TextRows + VersionRows + WithdrawalRows,
{
    if rows.stored_version(TEXTS)? == Some(dedupe::VERSION.into()) {
        return Ok(0);
    }
    let before = rows.stored_version(TEXTS_REBUILT)?.map(EntryId);
    if before.is_none() {
        rows.forget_all_keys()?;
        rows.forget_withdrawn_keys()?;
        rows.forget_boilerplate()?;
    }
    let mut read = rows.texts_before(before, limit, Read::of)?;
    for read in &mut read {
        read.withdrawal = rows.withdrawal(read.id)?;
    }
    learn(rows, &read)?;
    let (count, lowest) = (read.len(), read.last().map(|lowest| lowest.id));
    for read in read {
        let (id, at) = (read.id, read.at);
        let url = read.link.as_ref().and_then(url_hash);
        // What repeats another needs no keys of its own.
        let said = read.withdrawal.as_ref();
        if said.is_some_and(|said| said.copy_of.is_none()) {
            for withdrawn in rows.texts(&[id], both_ways)? {
                rows.write_withdrawn_keys(id, &withdrawn.keys())?;
            }
        }
        let text = read.prepared();
        rows.write_hashes(id, &text, url)?;
        keys::write(rows, id, &text, at)?;
    }
    match lowest {
        Some(lowest) => rows.note_version(TEXTS_REBUILT, lowest.0)?,
        None => note_version(rows)?,
    }
    Ok(count)
}

/// A stored entry whose text was read anew.
struct Read {
    id: EntryId,
    source: SourceId,
    source_row: SourceRow,
    link: Option<Url>,
    published: Option<Timestamp>,
    reading: Reading,
    trimmed: u64,
    /// When it counts as published.
    at: Timestamp,
    /// What an operator said of it.
    withdrawal: Option<Withdrawal>,
}

impl Read {
    fn of(stored: ComparedText) -> Self {
        let entry = stored.entry;
        Self {
            id: stored.id,
            source: stored.source,
            source_row: stored.source_row,
            reading: dedupe::read(&entry.title, &entry.text, entry.dateline.as_deref()),
            published: entry.published,
            link: entry.url,
            trimmed: stored.trimmed,
            at: compared_at(entry.published, stored.ordered_at),
            withdrawal: None,
        }
    }

    /// What was left out of the text is left out again, because its blocks are counted as before.
    fn prepared(self) -> Prepared {
        self.reading.prepare(self.trimmed)
    }
}

/// Learns what publishers repeat, from the oldest of these entries to the newest. What was withdrawn teaches nothing: it is what nobody
/// shall repeat.
fn learn<R: PublisherRows>(rows: &R, read: &[Read]) -> Result<(), R::Error> {
    // In a fixed order: two sources may teach about one publisher.
    let mut of_source: BTreeMap<SourceRow, Vec<&Read>> = BTreeMap::new();
    let shown = read.iter().filter(|read| read.withdrawal.is_none());
    for read in shown.rev() {
        of_source.entry(read.source_row).or_default().push(read);
    }
    for (source, read) in of_source {
        let links = read.iter().map(|read| read.link.as_ref());
        let owner = publishers::owner(rows, source, links)?;
        let mut known = rows.boilerplate(owner)?;
        for read in read {
            read.reading.learn(&mut known, &read.source, read.published);
        }
        rows.write_boilerplate(owner, &known)?;
    }
    Ok(())
}
