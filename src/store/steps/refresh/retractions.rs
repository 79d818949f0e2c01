//! Entries that their publisher withdraws, and those that it stands by again.
//!
//! It says so by an `at:deleted-entry` of its document, by a mark in the headline of the entry, or by a notice that names another
//! entry's headline. It stands by an entry again when the headline loses its mark, when its document has the entry again after it was
//! gone, or when the notice is taken back itself.

use std::collections::HashSet;

use super::context::Context;
use super::deletions::{self, Deletes, is_later};
use crate::dedupe::{KillMark, is_killed, kill_mark, killed};
use crate::model::{
    DeletedEntry, Entry, EntryId, RetractedEntry, Retraction, RetractionSign, Timestamp, Withdraws,
};
use crate::store::rows::{Headline, RefreshRows};

/// Headlines of a source that a notice may be about, the latest.
const RECENT: usize = 500;
/// Characters of a publisher's reason: outputs repeat it for weeks.
const REASON: usize = 500;

/// What a headline says of a release that is withdrawn.
pub(super) enum Said {
    /// An entry is marked as withdrawn now.
    Marked { entry: EntryId, title: String },
    /// An entry that had a mark has none any more.
    Unmarked(EntryId),
    /// A new entry has a mark.
    Notice {
        entry: EntryId,
        title: String,
        text: String,
    },
}

impl Said {
    /// What an edit of a headline says.
    pub(super) fn by_edit(entry: EntryId, before: &str, now: &str) -> Option<Self> {
        if is_killed(before, now) {
            let title = now.to_owned();
            return Some(Self::Marked { entry, title });
        }
        let is_unmarked = kill_mark(before).is_some() && kill_mark(now).is_none();
        is_unmarked.then_some(Self::Unmarked(entry))
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
            Said::Unmarked(entry) => {
                retractions.stand_by(entry, &[RetractionSign::Headline])?;
                retractions.take_notice_back(entry)?;
            }
            Said::Notice { entry, title, text } => {
                told.push(retractions.read_notice(entry, title, &text)?);
            }
        }
    }
    let mut deleted = HashSet::new();
    for (deletion, named) in deletions::read(context)? {
        match named {
            Deletes::Entry(entry) => {
                deleted.insert(entry);
                told.extend(retractions.delete(entry, deletion)?);
            }
            Deletes::Earlier(entry) => {
                retractions.stand_by(entry, &[RetractionSign::DeletedEntry])?;
            }
            Deletes::Unknown => told.extend(retractions.unknown(deletion)),
        }
    }
    retractions.find_returned(present, &deleted)?;
    Ok(told)
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
            withdraws: Withdraws::Entry(entry),
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

    /// Ends what a notice has said, if the entry is one.
    fn take_notice_back(&self, notice: EntryId) -> Result<(), R::Error> {
        for entry in self.context.rows.retracted_by(notice)? {
            self.stand_by(entry, &[RetractionSign::Notice])?;
        }
        self.stand_by(notice, &[RetractionSign::IsNotice])
    }

    fn touch(&self, entry: EntryId) -> Result<(), R::Error> {
        let rows = self.context.rows;
        for placed in rows.placed(&[entry])? {
            rows.touch_story(placed.story, self.context.record.at)?;
        }
        Ok(())
    }

    /// Finds the entry that a notice is about. Where none fits for certain, nothing else is withdrawn, and the notice itself is shown like
    /// any other entry unless its mark is certain.
    fn read_notice(
        &self,
        notice: EntryId,
        title: String,
        text: &str,
    ) -> Result<RetractedEntry, R::Error> {
        let source = self.context.source.row;
        let mut recent = self.context.rows.latest_headlines(source, RECENT)?;
        recent.retain(|headline| headline.entry != notice);
        let mark = kill_mark(&title).unwrap_or(KillMark {
            rest: "",
            is_certain: false,
        });
        let headlines = recent.iter().map(|headline| headline.title.as_str());
        let found = killed(mark, text, headlines).map(|nth| recent.swap_remove(nth));
        if found.is_some() || mark.is_certain {
            self.retract(notice, title.clone(), by(RetractionSign::IsNotice))?;
        }
        let told = |withdraws, title| RetractedEntry {
            withdraws,
            title,
            sign: RetractionSign::Notice,
        };
        let Some(Headline {
            entry,
            title: killed,
            ..
        }) = found
        else {
            return Ok(told(Withdraws::Nothing, title));
        };
        let said = (RetractionSign::Notice, Some(title.as_str()), Some(notice));
        let first = self.retract(entry, killed, said)?;
        Ok(first.unwrap_or_else(|| told(Withdraws::Again(entry), title)))
    }

    /// Notes that an entry was deleted, unless what is stored of it is of a later date.
    fn delete(
        &self,
        entry: EntryId,
        deletion: &DeletedEntry,
    ) -> Result<Option<RetractedEntry>, R::Error> {
        let version = self.context.rows.entry_version(entry)?;
        if is_later(version.updated.or(version.published), deletion.at) {
            return Ok(None);
        }
        self.take_notice_back(entry)?;
        let reason = deletion.comment.as_deref();
        let said = (RetractionSign::DeletedEntry, reason, None);
        self.retract(entry, version.title, said)
    }

    /// A deletion of nothing that is stored for certain. A feed goes on naming it: it is told where it is newer than the document before.
    fn unknown(&self, deletion: &DeletedEntry) -> Option<RetractedEntry> {
        let last = self.context.before.as_ref()?.read_at;
        let is_new = |at: &Timestamp| *at > last && *at <= self.context.record.at;
        deletion.at.filter(is_new).map(|_| RetractedEntry {
            withdraws: Withdraws::Nothing,
            title: deletion.id.clone(),
            sign: RetractionSign::DeletedEntry,
        })
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
