//! The entries of a document on their way into the store: what is written of each, and what came of all of them.

use super::ahead::ReadEntry;
use super::context::Context;
use super::retractions::{self, Said};
use crate::dedupe::{
    Boilerplate, Contact, Edit, EditRule, EntryVersion, Held, KnownEntry, Prepared, Sighting,
    correction, same_words,
};
use crate::model::{Applied, EntryId, Hash, Incoming, KeptAway, StoryId, Timestamp};
use crate::store::rows::{EntryContent, NewEntry, RefreshRows};
use crate::store::steps::stories::Linking;
use crate::store::steps::{corrections, keys, withdrawals};

/// What an entry says: its words, made ready for comparing, and its long fields, as they are stored.
pub(super) type Says<'a> = (&'a Prepared, Option<&'a [u8]>);

/// Writes the entries of a document, and keeps what came of it.
pub(super) struct Intake<'a, R> {
    context: &'a Context<'a, R>,
    /// Comparisons with stored entries, and whose stories they change.
    linking: Linking<'a, R>,
    /// The stored entries that the document has.
    present: Vec<EntryId>,
    /// What headlines say of releases that are withdrawn.
    said: Vec<Said>,
    applied: Applied,
}

impl<'a, R: RefreshRows> Intake<'a, R> {
    /// Begins with the first entry of a document.
    pub(super) fn new(context: &'a Context<'a, R>) -> Self {
        let record = context.record;
        Self {
            context,
            linking: Linking::new(context.rows, record.at, record.window),
            present: Vec::new(),
            said: Vec::new(),
            applied: Applied::default(),
        }
    }

    /// What stays the same for all entries of the document.
    pub(super) fn context(&self) -> &'a Context<'a, R> {
        self.context
    }

    /// The stored entries that the document was found to have so far.
    pub(super) fn present(&self) -> &[EntryId] {
        &self.present
    }

    /// Marks a known entry as seen, and writes what changed in it.
    pub(super) fn meet(&mut self, known: &KnownEntry, incoming: &Incoming) -> Result<(), R::Error> {
        let context = self.context;
        let print = &incoming.fingerprint;
        self.present.push(known.id);
        let sighting = known.sighting(&print.whole, context.heard_at);
        match sighting {
            Sighting::Changed => self.change(known, incoming)?,
            Sighting::Seen => context.rows.mark_seen(known.id, context.heard_at)?,
            Sighting::Recent => {}
        }
        let is_reread = context.contact == Contact::Reread;
        if is_reread && sighting != Sighting::Changed && known.url != print.url {
            context.rows.set_url(known.id, print.url)?;
        }
        Ok(())
    }

    /// Writes what a known entry says now.
    fn change(&mut self, known: &KnownEntry, incoming: &Incoming) -> Result<(), R::Error> {
        let ReadEntry { reading, body, .. } = self.context.ahead.take(incoming);
        let trimmed = reading.repeated(self.context.boilerplate()?);
        let rule = EditRule::of_known(self.context.contact);
        let text = reading.prepare(trimmed);
        let is_edit = self.overwrite(known, incoming, (&text, body.as_deref()), rule)?;
        match is_edit {
            true => self.applied.changed += 1,
            false => self.applied.redrawn += 1,
        }
        Ok(())
    }

    /// Gives a known entry its new identity. Outputs show what it says now; of one that can change no more only the identity moves.
    pub(super) fn take_over(
        &mut self,
        entry: EntryId,
        incoming: &Incoming,
        says: Says<'_>,
        rule: EditRule,
    ) -> Result<(), R::Error> {
        let context = self.context;
        let known = context.rows.known_entry(entry)?;
        context
            .rows
            .rename_entry(entry, &incoming.fingerprint, context.heard_at)?;
        self.present.push(entry);
        self.applied.renamed += 1;
        if known.can_change() && self.overwrite(&known, incoming, says, rule)? {
            self.applied.changed += 1;
        }
        Ok(())
    }

    /// Writes what an entry says now over what it said, and the keys by which similar entries find it where those have changed.
    /// Returns whether that is an edit.
    fn overwrite(
        &mut self,
        known: &KnownEntry,
        incoming: &Incoming,
        says: Says<'_>,
        rule: EditRule,
    ) -> Result<bool, R::Error> {
        let text = says.0;
        let rows = self.context.rows;
        let before = rows.entry_version(known.id)?;
        let old = before.prepared();
        let edited = rule.edited_wording(&before, &incoming.entry);
        if !same_words(text, &old) || text.trimmed != old.trimmed {
            self.write_keys(known.id, text, before.compared_at())?;
        }
        rows.write_content(known.id, &self.content(incoming, says, edited))?;
        if edited.is_some() {
            self.said.extend(Said::by_edit(
                known.id,
                &before.title,
                &incoming.entry.title,
            ));
            self.note_edit(known.id, incoming, text, (&before, &old))?;
        }
        rows.touch_story(known.story, self.context.record.at)?;
        Ok(edited.is_some())
    }

    /// Writes what an edit makes of an entry, and compares it anew where that may come to something else.
    fn note_edit(
        &mut self,
        entry: EntryId,
        incoming: &Incoming,
        text: &Prepared,
        (before, old): (&EntryVersion, &Prepared),
    ) -> Result<(), R::Error> {
        let now = self.context.record.at;
        let edit = Edit::judge(before, old, text, incoming.entry.updated, now);
        let (rows, source) = (self.context.rows, &self.context.record.source);
        rows.write_edit(entry, &edit, now)?;
        if rows.withdrawal(entry)?.is_none() {
            corrections::keep(rows, &correction(entry, source, before, incoming, now))?;
        }
        if !same_words(text, old) {
            let edited = self
                .linking
                .edited(entry, edit.is_revised, edit.is_replaced)?;
            self.note_kept_away(entry, incoming, edited);
        }
        Ok(())
    }

    fn note_kept_away(&mut self, entry: EntryId, incoming: &Incoming, original: Option<EntryId>) {
        self.applied
            .kept_away
            .extend(original.map(|original| KeptAway {
                entry,
                title: incoming.entry.title.clone(),
                original,
            }));
    }

    /// Writes a new entry, in a story that it may join or in its own. `known`: what its publisher repeats.
    pub(super) fn insert(
        &mut self,
        incoming: &Incoming,
        read: ReadEntry,
        known: &Boilerplate,
        held: Held,
    ) -> Result<(), R::Error> {
        let trimmed = read.reading.repeated(known);
        let new = self.context.both_ways(incoming, read.reading, trimmed)?;
        let profile = &new.trimmed;
        let at = incoming.compared_at();
        let found = self.linking.compare(None, profile, at)?;
        let story = self.linking.story_for(&found, at)?;
        let says = (&profile.text, read.body.as_deref());
        let entry = self.write_new(incoming, (says, read.wording), story, held)?;
        self.write_keys(entry, &profile.text, at)?;
        self.linking.add(entry, &found)?;
        self.said.extend(Said::by_new(entry, &incoming.entry));
        let now = self.context.record.at;
        if let Some(withdrawal) = withdrawals::repeated(self.context.rows, &new, &found, now)? {
            self.context.rows.set_withdrawal(entry, Some(&withdrawal))?;
            self.note_kept_away(entry, incoming, withdrawal.copy_of);
        }
        if !incoming.is_further {
            self.present.push(entry);
        }
        self.applied.new += 1;
        Ok(())
    }

    /// Writes a new entry as the first of its story; that it is a copy of another's is settled when all entries are there.
    fn write_new(
        &self,
        incoming: &Incoming,
        (says, words): (Says<'_>, Hash),
        story: StoryId,
        held: Held,
    ) -> Result<EntryId, R::Error> {
        self.context.rows.insert_entry(&NewEntry {
            source: self.context.source.row,
            story,
            content: self.content(incoming, says, Some(words)),
            held,
            edition_at: incoming.compared_at(),
            ordered_at: incoming.ordered_at,
            first_seen: self.context.record.at,
        })
    }

    fn content<'c>(
        &self,
        incoming: &'c Incoming,
        (text, body): Says<'c>,
        wording: Option<Hash>,
    ) -> EntryContent<'c> {
        // Many feeds date themselves anew at every poll: an entry keeps the date that came with it.
        let feed = self.context.record.feed.as_ref();
        EntryContent {
            entry: &incoming.entry,
            fingerprint: &incoming.fingerprint,
            text,
            wording,
            body,
            feed_updated: feed.and_then(|feed| feed.updated),
            seen_at: self.context.heard_at,
        }
    }

    fn write_keys(&self, entry: EntryId, text: &Prepared, at: Timestamp) -> Result<(), R::Error> {
        keys::write(self.context.rows, entry, text, at)?;
        Ok(())
    }

    /// Compares stored entries anew of which more is known to be repeated text.
    pub(super) fn reconsider(
        &mut self,
        affected: Vec<(EntryId, Prepared)>,
    ) -> Result<(), R::Error> {
        self.linking.reconsider(affected)?;
        Ok(())
    }

    /// Puts all stories in order that have changed. Returns the stored entries that the document has, and what came of them.
    pub(super) fn finish(mut self) -> Result<(Vec<EntryId>, Applied), R::Error> {
        (self.applied.duplicates, self.applied.joined) = self.linking.end()?;
        self.applied.retracted = retractions::settle(self.context, self.said, &self.present)?;
        Ok((self.present, self.applied))
    }
}
