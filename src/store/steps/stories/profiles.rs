//! Stored entries prepared for comparing, kept as long as a step needs them.

use std::collections::HashMap;
use std::rc::Rc;

use crate::dedupe::Profile;
use crate::model::EntryId;
use crate::store::rows::TextRows;
use crate::store::steps::compared::profile;

/// Words of prepared texts that are kept at most: the entries of one refresh are often compared with the same ones.
const MAX_WORDS: u64 = 1_000_000;

/// Stored entries that were read and prepared in this step, each with the turn in which it was last asked for.
#[derive(Default)]
pub(super) struct Profiles {
    known: HashMap<EntryId, (Rc<Profile>, u64)>,
    words: u64,
    turn: u64,
}

impl Profiles {
    /// One entry; `None`: it is not stored.
    pub(super) fn of<R: TextRows>(
        &mut self,
        rows: &R,
        entry: EntryId,
    ) -> Result<Option<Rc<Profile>>, R::Error> {
        if let Some(known) = self.known(entry) {
            return Ok(Some(known));
        }
        let read = rows.texts(&[entry], |stored| Rc::new(profile(stored)))?;
        for profile in &read {
            self.keep(entry, profile);
        }
        Ok(read.into_iter().next())
    }

    /// Many entries, each given once, in the order given; an entry that is not stored is left out.
    pub(super) fn all<R: TextRows>(
        &mut self,
        rows: &R,
        entries: impl Iterator<Item = EntryId>,
    ) -> Result<Vec<(EntryId, Rc<Profile>)>, R::Error> {
        let entries: Vec<_> = entries.map(|entry| (entry, self.known(entry))).collect();
        let missing = entries.iter().filter(|(_, known)| known.is_none());
        let missing: Vec<EntryId> = missing.map(|(entry, _)| *entry).collect();
        let mut read: HashMap<EntryId, Rc<Profile>> = rows
            .texts(&missing, |stored| (stored.id, Rc::new(profile(stored))))?
            .into_iter()
            .collect();
        for (entry, profile) in &read {
            self.keep(*entry, profile);
        }
        let found = entries.into_iter().filter_map(|(entry, known)| {
            let profile = known.or_else(|| read.remove(&entry))?;
            Some((entry, profile))
        });
        Ok(found.collect())
    }

    /// Forgets an entry whose words have changed.
    pub(super) fn forget(&mut self, entry: EntryId) {
        if let Some((known, _)) = self.known.remove(&entry) {
            self.words -= u64::from(known.text.word_count());
        }
    }

    fn known(&mut self, entry: EntryId) -> Option<Rc<Profile>> {
        self.turn += 1;
        let (known, asked) = self.known.get_mut(&entry)?;
        *asked = self.turn;
        Some(known.clone())
    }

    fn keep(&mut self, entry: EntryId, profile: &Rc<Profile>) {
        self.turn += 1;
        let words = u64::from(profile.text.word_count());
        if self.words + words > MAX_WORDS {
            self.make_room();
        }
        self.words += words;
        self.known.insert(entry, (profile.clone(), self.turn));
    }

    /// Forgets the half that was not asked for for longest.
    fn make_room(&mut self) {
        let mut turns: Vec<u64> = self.known.values().map(|(_, asked)| *asked).collect();
        turns.sort_unstable();
        let middle = turns.get(turns.len() / 2).copied().unwrap_or_default();
        self.known.retain(|_, (_, asked)| *asked > middle);
        let words = self.known.values();
        self.words = words
            .map(|(known, _)| u64::from(known.text.word_count()))
            .sum();
    }
}
