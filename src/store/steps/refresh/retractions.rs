//! Entries that their publisher withdraws, and those that it stands by again.
//!
//! It says so by an `at:deleted-entry` of its document, by a mark in the headline of the entry, or by a notice that names another
//! entry's headline. It stands by an entry again when the headline loses its mark, or when its document has the entry again after it was
//! gone.

use std::collections::{HashMap, HashSet};

use super::context::Context;
use crate::dedupe::{KillMark, kill_mark, killed, lookup_hashes};
use crate::model::{
    DeletedEntry, Entry, EntryId, Hash, RetractedEntry, Retraction, RetractionSign, Timestamp,
};
use crate::store::rows::{Headline, RefreshRows};

/// Headlines of a source that a notice may be about, the latest.
const RECENT: usize = 500;
/// Characters of a publisher's reason: outputs repeat it for weeks.
const REASON: usize = 500;

/// What a headline says of a release that is withdrawn.
pub(super) enum Said {
    /// An entry that said nothing of the kind before has the mark now.
    Marked { entry: EntryId, title: String },
    /// It has it no more.
    Unmarked(EntryId),
    /// A new entry has it.
    Notice {
        entry: EntryId,
        title: String,
        text: String,
    },
}

impl Said {
    /// What an edit of a headline says.
    pub(super) fn by_edit(entry: EntryId, before: &str, now: &str) -> Option<Self> {
        match (kill_mark(before), kill_mark(now)) {
            (None, Some(_)) => Some(Self::Marked {
                entry,
                title: now.to_owned(),
            }),
            (Some(_), None) => Some(Self::Unmarked(entry)),
            _ => None,
        }
    }

    /// What a new entry says.
    pub(super) fn by_new(entry: EntryId, says: &Entry) -> Option<Self> {
        kill_mark(&says.title).map(|_| Self::Notice {
            entry,
            title: says.title.clone(),
            text: says.text.clone(),
        })
    }
}

/// Notes what the document says of withdrawn entries. `present`: the stored entries that it has. Returns what is newly known.
pub(super) fn settle<R: RefreshRows>(
    context: &Context<'_, R>,
    said: Vec<Said>,
    present: &[EntryId],
) -> Result<Vec<RetractedEntry>, R::Error> {
    let retractions = Retractions { context };
    let mut told = Vec::new();
    for said in said {
        match said {
            Said::Marked { entry, title } => {
                told.extend(retractions.retract(entry, title, by(RetractionSign::Headline))?);
            }
            Said::Unmarked(entry) => retractions.stand_by(entry, &[RetractionSign::Headline])?,
            Said::Notice { entry, title, text } => {
                told.push(retractions.read_notice(entry, title, &text)?);
            }
        }
    }
    let mut deleted = HashSet::new();
    for (entry, deletion) in retractions.find_deleted()? {
        deleted.insert(entry);
        told.extend(retractions.delete(entry, deletion)?);
    }
    retractions.find_returned(present, &deleted)?;
    Ok(told)
}

/// Whether an entry was changed after it was deleted: then it is there again (RFC 6721 §3).
fn is_later(changed: Option<Timestamp>, deleted: Option<Timestamp>) -> bool {
    changed.zip(deleted).is_some_and(|(at, when)| at > when)
}

/// How it is said, why, and by which entry.
type Words<'w> = (RetractionSign, Option<&'w str>, Option<EntryId>);

fn by(sign: RetractionSign) -> Words<'static> {
    (sign, None, None)
}

struct Retractions<'c, 'a, R> {
    context: &'c Context<'a, R>,
}

impl<R: RefreshRows> Retractions<'_, '_, R> {
    /// Notes that an entry is withdrawn. `None`: that is known already.
    fn retract(
        &self,
        entry: EntryId,
        title: String,
        (sign, reason, notice): Words<'_>,
    ) -> Result<Option<RetractedEntry>, R::Error> {
        let rows = self.context.rows;
        if rows.retraction(entry)?.is_some() {
            return Ok(None);
        }
        let retraction = Retraction {
            at: self.context.record.at,
            sign,
            reason: reason.map(|reason| reason.chars().take(REASON).collect()),
            notice,
        };
        rows.set_retraction(entry, Some(&retraction))?;
        self.touch(entry)?;
        Ok(Some(RetractedEntry {
            entry: Some(entry),
            title,
            sign,
        }))
    }

    /// Ends a retraction, if it was said in one of these ways.
    fn stand_by(&self, entry: EntryId, signs: &[RetractionSign]) -> Result<(), R::Error> {
        let rows = self.context.rows;
        let said = rows.retraction(entry)?;
        if said.is_some_and(|said| signs.contains(&said.sign)) {
            rows.set_retraction(entry, None)?;
            self.touch(entry)?;
        }
        Ok(())
    }

    fn touch(&self, entry: EntryId) -> Result<(), R::Error> {
        let rows = self.context.rows;
        for placed in rows.placed(&[entry])? {
            rows.touch_story(placed.story, self.context.record.at)?;
        }
        Ok(())
    }

    /// Finds the entry that a notice is about. Where none fits for certain, the notice itself is shown like any other entry.
    fn read_notice(
        &self,
        notice: EntryId,
        title: String,
        text: &str,
    ) -> Result<RetractedEntry, R::Error> {
        let source = self.context.source.row;
        let mut recent = self.context.rows.latest_headlines(source, RECENT)?;
        recent.retain(|headline| headline.entry != notice);
        let mark = kill_mark(&title).unwrap_or(KillMark { rest: "" });
        let headlines = recent.iter().map(|headline| headline.title.as_str());
        let found = killed(mark, text, headlines).map(|nth| recent.swap_remove(nth));
        let unmatched = |title: String| RetractedEntry {
            entry: None,
            title,
            sign: RetractionSign::Notice,
        };
        let Some(Headline {
            entry,
            title: killed,
        }) = found
        else {
            return Ok(unmatched(title));
        };
        self.retract(notice, title.clone(), by(RetractionSign::IsNotice))?;
        let said = (RetractionSign::Notice, Some(title.as_str()), Some(notice));
        let told = self.retract(entry, killed, said)?;
        Ok(told.unwrap_or_else(|| unmatched(title)))
    }

    /// The entries that the document says are deleted. Not if one is not known or if several share its id. One that the document has in a
    /// later version is there again.
    fn find_deleted(&self) -> Result<Vec<(EntryId, &DeletedEntry)>, R::Error> {
        let record = self.context.record;
        if record.deleted.is_empty() {
            return Ok(Vec::new());
        }
        let (rows, source) = (self.context.rows, self.context.source.row);
        let entries = record.entries.iter();
        let shown: HashMap<Hash, &Entry> = entries
            .map(|incoming| (incoming.fingerprint.identity, &incoming.entry))
            .collect();
        let mut found = Vec::new();
        for deletion in &record.deleted {
            let guid = lookup_hashes(&deletion.id).guid;
            if rows.has_handle(source, &guid)? {
                continue;
            }
            let known = rows.known_entries(source, &[guid])?.pop();
            let Some(known) = known.filter(|known| !known.is_expired) else {
                continue;
            };
            let is_superseded = shown
                .get(&guid)
                .is_some_and(|entry| is_later(entry.updated.or(entry.published), deletion.at));
            match is_superseded {
                true => self.stand_by(known.id, &[RetractionSign::DeletedEntry])?,
                false => found.push((known.id, deletion)),
            }
        }
        Ok(found)
    }

    /// Notes that an entry was deleted, unless what is stored of it is of a later date.
    fn delete(
        &self,
        entry: EntryId,
        deletion: &DeletedEntry,
    ) -> Result<Option<RetractedEntry>, R::Error> {
        let rows = self.context.rows;
        if rows.retraction(entry)?.is_some() {
            return Ok(None);
        }
        let version = rows.entry_version(entry)?;
        if is_later(version.updated.or(version.published), deletion.at) {
            return Ok(None);
        }
        let reason = deletion.comment.as_deref();
        let said = (RetractionSign::DeletedEntry, reason, None);
        self.retract(entry, version.title, said)
    }

    /// Ends the retraction of entries that the document has again after they were gone. A notice may stand beside its entry for days.
    fn find_returned(
        &self,
        present: &[EntryId],
        deleted: &HashSet<EntryId>,
    ) -> Result<(), R::Error> {
        let Some(before) = &self.context.before else {
            return Ok(());
        };
        if !self.context.record.is_whole() {
            return Ok(());
        }
        let before: HashSet<&EntryId> = before.entries.iter().collect();
        let returned = present.iter().filter(|entry| !before.contains(entry));
        for entry in returned.filter(|entry| !deleted.contains(entry)) {
            let signs = [RetractionSign::DeletedEntry, RetractionSign::Notice];
            let said = self.context.rows.retraction(*entry)?;
            // What was withdrawn just now came with its notice.
            if said.is_some_and(|said| said.at < self.context.record.at) {
                self.stand_by(*entry, &signs)?;
            }
        }
        Ok(())
    }
}
