//! Which stored entries of its source a document's entries are, where more than one could be meant.
//!
//! A GUID or a link that several entries have identifies none of them. What else tells them is looked at from the surest to the
//! weakest, and no stored entry is taken for two of the document. Where headline and text are both others, only an exact date
//! makes it an edit.

use std::collections::HashSet;

use super::identity::{told, told_again};
use super::namesake::{
    Facts, Namesake, New, Old, is_all_equal, is_another, is_at_own_link, is_other_day, is_renewed,
    is_retitled, is_same_date, is_same_link, is_same_page, is_same_text, is_same_title,
};
use crate::model::{Basis, EntryId, Hash, Incoming};

/// What an entry of the document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognized {
    /// A stored entry.
    Known(EntryId),
    /// None of them.
    New {
        /// The identity that it gets, which no stored entry has.
        identity: Hash,
        /// The hash of its basis, where another entry has that too.
        handle: Option<Hash>,
    },
}

/// Recognizes the entries of one document that have one basis. `namesakes`: all stored entries of the source with that basis.
#[must_use]
pub fn recognize(group: &[&Incoming], namesakes: &[Namesake]) -> Vec<Recognized> {
    if let [new] = group
        && new.fingerprint.basis == Basis::Stated
    {
        return vec![stated(new, namesakes)];
    }
    let new: Vec<New<'_>> = group.iter().map(|incoming| New::of(incoming)).collect();
    let old: Vec<Old<'_>> = namesakes.iter().map(Old::of).collect();
    let mut pairs = Pairs {
        facts: Facts::of(&new, &old),
        known: vec![None; new.len()],
        taken: HashSet::new(),
        group: &new,
        namesakes: &old,
    };
    pairs.pair_first(|_, new, old| is_all_equal(new, old));
    pairs.pair_only(|facts, new, old| {
        is_same_date(new, old)
            && is_same_link(new, old)
            && is_same_title(new, old)
            && (facts.is_exact(new) || !facts.are_unlike(new, old))
    });
    pairs.pair_only(|facts, new, old| {
        let is_page =
            || is_same_page(new, old) && (facts.is_exact(new) || !facts.are_unlike(new, old));
        is_same_date(new, old)
            && is_same_title(new, old)
            && (is_page() || facts.are_alike(new, old))
    });
    pairs.pair_unique(is_at_own_link);
    pairs.pair_unique(is_retitled);
    pairs.pair_unique(|facts, new, old| is_same_title(new, old) && facts.are_alike(new, old));
    pairs.pair_unique(|_, new, old| is_same_text(new, old) && !is_other_day(new, old));
    pairs.pair_alone();
    pairs.settle()
}

/// More pairs are not compared word by word: a document of hundreds that share one GUID must not hold up the others.
const MAX_COMPARED: usize = 4_096;

/// The operator says that all with this basis are one entry. Where several were stored before that, it is the latest.
fn stated(new: &Incoming, namesakes: &[Namesake]) -> Recognized {
    let identity = new.fingerprint.identity;
    let own = namesakes.iter().find(|old| old.identity == identity);
    let latest = || namesakes.iter().max_by_key(|old| (old.date, old.id));
    own.or_else(latest).map_or(
        Recognized::New {
            identity,
            handle: None,
        },
        |old| Recognized::Known(old.id),
    )
}

struct Pairs<'a> {
    group: &'a [New<'a>],
    namesakes: &'a [Old<'a>],
    facts: Facts,
    known: Vec<Option<EntryId>>,
    taken: HashSet<EntryId>,
}

impl Pairs<'_> {
    /// Gives each entry the first that is free and fits.
    fn pair_first(&mut self, fits: impl Fn(&Facts, &New<'_>, &Old<'_>) -> bool) {
        for (new, known) in self.group.iter().zip(&mut self.known) {
            let mut namesakes = self.namesakes.iter();
            *known = namesakes
                .find(|old| !self.taken.contains(&old.namesake.id) && fits(&self.facts, new, old))
                .map(|old| old.namesake.id);
            self.taken.extend(*known);
        }
    }

    /// Pairs entries that fit nobody else of those that are left.
    fn pair_only(&mut self, fits: impl Fn(&Facts, &New<'_>, &Old<'_>) -> bool) {
        let left = self.left();
        let free: Vec<&Old<'_>> = self
            .namesakes
            .iter()
            .filter(|old| !self.taken.contains(&old.namesake.id))
            .collect();
        self.pair_among(&left, &left, &free, fits);
    }

    /// Pairs entries that fit nobody else, those that are paired already included: a date at which several notices were given
    /// tells none of them.
    fn pair_unique(&mut self, fits: impl Fn(&Facts, &New<'_>, &Old<'_>) -> bool) {
        let left = self.left();
        let all: Vec<usize> = (0..self.group.len()).collect();
        let namesakes: Vec<&Old<'_>> = self.namesakes.iter().collect();
        self.pair_among(&left, &all, &namesakes, fits);
    }

    fn left(&self) -> Vec<usize> {
        (0..self.group.len())
            .filter(|nth| self.known[*nth].is_none())
            .collect()
    }

    fn pair_among(
        &mut self,
        left: &[usize],
        all: &[usize],
        namesakes: &[&Old<'_>],
        fits: impl Fn(&Facts, &New<'_>, &Old<'_>) -> bool,
    ) {
        self.facts.compares = left.len() * namesakes.len() <= MAX_COMPARED;
        for &nth in left {
            let fits = |nth: usize, old: &Old<'_>| fits(&self.facts, &self.group[nth], old);
            let mut fitting = namesakes.iter().filter(|old| fits(nth, old));
            let (Some(old), None) = (fitting.next(), fitting.next()) else {
                continue;
            };
            let fits_another = all.iter().any(|other| *other != nth && fits(*other, old));
            if !fits_another && self.taken.insert(old.namesake.id) {
                self.known[nth] = Some(old.namesake.id);
            }
        }
    }

    /// One entry in the document and one in the store: it is an edit, unless what it says of itself speaks against that.
    fn pair_alone(&mut self) {
        let ([new], [old]) = (self.group, self.namesakes) else {
            return;
        };
        // Others have shared its basis, although they are gone.
        if self.known[0].is_some() || old.namesake.handle.is_some() {
            return;
        }
        self.facts.compares = true;
        let facts = &self.facts;
        let is_edit = match new.incoming.fingerprint.basis {
            Basis::Guid => !is_another(facts, new, old),
            Basis::Link => is_same_link(new, old) && !is_renewed(facts, new, old),
            Basis::TitleAndDate => facts.is_exact(new) || !facts.are_unlike(new, old),
            Basis::Stated => true,
        };
        if is_edit {
            self.known[0] = Some(old.namesake.id);
        }
    }

    /// What is not known by now is new, under an identity that is free.
    fn settle(self) -> Vec<Recognized> {
        let mut used: HashSet<Hash> = self
            .namesakes
            .iter()
            .map(|old| old.namesake.identity)
            .collect();
        let is_shared = self.group.len() > 1 || !self.namesakes.is_empty();
        let mut found = Vec::with_capacity(self.group.len());
        for (new, known) in self.group.iter().zip(&self.known) {
            if let Some(known) = known {
                found.push(Recognized::Known(*known));
                continue;
            }
            let print = &new.incoming.fingerprint;
            let basis = print.basis_hash();
            if !is_shared {
                found.push(Recognized::New {
                    identity: basis,
                    handle: None,
                });
                continue;
            }
            let first = match print.handle {
                Some(_) => print.identity,
                None => told(basis, new.entry(), false),
            };
            let mut identity = first;
            let mut nth = 1;
            while !used.insert(identity) {
                identity = told_again(first, nth);
                nth += 1;
            }
            found.push(Recognized::New {
                identity,
                handle: Some(basis),
            });
        }
        found
    }
}

/// The identity of an entry that shares its basis with others which its document does not show.
#[must_use]
pub fn told_alone(incoming: &Incoming) -> Hash {
    told(incoming.fingerprint.basis_hash(), &incoming.entry, false)
}
