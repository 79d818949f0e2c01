//! Which stored entries of its source a document's entries are, where more than one could be meant.
//!
//! A GUID or a link that several entries have identifies none of them. What else tells them is looked at from the surest to the
//! weakest, and no stored entry is taken for two of the document.

use std::collections::HashSet;

use super::identity::{date, guid, told, told_again};
use super::wording::are_alike;
use crate::model::{Basis, Entry, EntryId, Hash, Incoming, Timestamp};
use crate::text::{fold, tokens};

/// A stored entry that has the basis of the document's entries, or that version 1 stored under the identity that it would have
/// given to one of them.
#[derive(Debug, Clone)]
pub struct Namesake {
    /// The entry.
    pub id: EntryId,
    /// Its identity.
    pub identity: Hash,
    /// See [`crate::model::Fingerprint::handle`].
    pub handle: Option<Hash>,
    /// See [`crate::model::Fingerprint::whole`].
    pub whole: Hash,
    /// Byte for byte.
    pub guid: Option<String>,
    /// Its page.
    pub link: Option<String>,
    /// Its headline; empty once it has expired.
    pub title: String,
    /// Its text; empty once it has expired.
    pub text: String,
    /// When it was published, else updated.
    pub date: Option<Timestamp>,
    /// Whether only its identity is left.
    pub is_expired: bool,
}

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
    let mut pairs = Pairs {
        group,
        namesakes,
        known: vec![None; group.len()],
        taken: HashSet::new(),
    };
    pairs.pair_first(is_all_equal);
    pairs.pair_only(|new, old| {
        is_same_date(new, old) && is_same_link(new, old) && is_same_title(new, old)
    });
    pairs.pair_only(|new, old| {
        let is_edit = || is_same_page(new, old) || are_alike(&new.entry.text, &old.text);
        is_same_date(new, old) && is_same_title(new, old) && is_edit()
    });
    pairs.pair_unique(is_retitled);
    pairs.pair_unique(|new, old| is_same_title(new, old) && are_alike(&new.entry.text, &old.text));
    pairs.pair_alone();
    pairs.settle()
}

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
    group: &'a [&'a Incoming],
    namesakes: &'a [Namesake],
    known: Vec<Option<EntryId>>,
    taken: HashSet<EntryId>,
}

impl Pairs<'_> {
    /// Gives each entry the first that is free and fits.
    fn pair_first(&mut self, fits: impl Fn(&Incoming, &Namesake) -> bool) {
        for (new, known) in self.group.iter().zip(&mut self.known) {
            let mut namesakes = self.namesakes.iter();
            *known = namesakes
                .find(|old| !self.taken.contains(&old.id) && fits(new, old))
                .map(|old| old.id);
            self.taken.extend(*known);
        }
    }

    /// Pairs entries that fit nobody else of those that are left.
    fn pair_only(&mut self, fits: impl Fn(&Incoming, &Namesake) -> bool) {
        let left: Vec<usize> = (0..self.group.len())
            .filter(|nth| self.known[*nth].is_none())
            .collect();
        let free: Vec<&Namesake> = self
            .namesakes
            .iter()
            .filter(|old| !self.taken.contains(&old.id))
            .collect();
        self.pair_among(&left, &left, &free, fits);
    }

    /// Pairs entries that fit nobody else, those that are paired already included: a date at which several notices were given
    /// tells none of them.
    fn pair_unique(&mut self, fits: impl Fn(&Incoming, &Namesake) -> bool) {
        let left: Vec<usize> = (0..self.group.len())
            .filter(|nth| self.known[*nth].is_none())
            .collect();
        let all: Vec<usize> = (0..self.group.len()).collect();
        let namesakes: Vec<&Namesake> = self.namesakes.iter().collect();
        self.pair_among(&left, &all, &namesakes, fits);
    }

    fn pair_among(
        &mut self,
        left: &[usize],
        all: &[usize],
        namesakes: &[&Namesake],
        fits: impl Fn(&Incoming, &Namesake) -> bool,
    ) {
        for &nth in left {
            let mut fitting = namesakes.iter().filter(|old| fits(self.group[nth], old));
            let (Some(old), None) = (fitting.next(), fitting.next()) else {
                continue;
            };
            let fits_another = all
                .iter()
                .any(|other| *other != nth && fits(self.group[*other], old));
            if !fits_another && self.taken.insert(old.id) {
                self.known[nth] = Some(old.id);
            }
        }
    }

    /// One entry in the document and one in the store: it is an edit, unless what it says of itself speaks against that.
    fn pair_alone(&mut self) {
        let ([new], [old]) = (self.group, self.namesakes) else {
            return;
        };
        // Others have shared its basis, although they are gone.
        if self.known[0].is_some() || old.handle.is_some() {
            return;
        }
        let is_edit = match new.fingerprint.basis {
            Basis::Guid => !is_another(new, old),
            Basis::Link => is_same_link(new, old) && !is_renewed(new, old),
            Basis::TitleAndDate | Basis::Stated => true,
        };
        if is_edit {
            self.known[0] = Some(old.id);
        }
    }

    /// What is not known by now is new, under an identity that is free.
    fn settle(self) -> Vec<Recognized> {
        let mut used: HashSet<Hash> = self.namesakes.iter().map(|old| old.identity).collect();
        let is_shared = self.group.len() > 1 || !self.namesakes.is_empty();
        let mut found = Vec::with_capacity(self.group.len());
        for (new, known) in self.group.iter().zip(&self.known) {
            if let Some(known) = known {
                found.push(Recognized::Known(*known));
                continue;
            }
            let print = &new.fingerprint;
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
                None => told(basis, &new.entry, false),
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

fn is_same_title(new: &Incoming, old: &Namesake) -> bool {
    !old.is_expired && new.entry.title == old.title
}

/// Both without a date are as one date.
fn is_same_date(new: &Incoming, old: &Namesake) -> bool {
    date(&new.entry) == old.date
}

fn is_same_link(new: &Incoming, old: &Namesake) -> bool {
    new.entry.url.as_ref().map(url::Url::as_str) == old.link.as_deref()
}

/// Whether the links differ in nothing but the query.
fn is_same_page(new: &Incoming, old: &Namesake) -> bool {
    let page = |url: &url::Url| {
        let mut page = url.clone();
        page.set_query(None);
        page
    };
    let stored = old
        .link
        .as_deref()
        .and_then(|link| url::Url::parse(link).ok());
    new.entry.url.as_ref().map(page) == stored.as_ref().map(page)
}

fn is_all_equal(new: &Incoming, old: &Namesake) -> bool {
    new.fingerprint.whole == old.whole && is_same_date(new, old)
}

/// An edited headline keeps its date. A date of whole days, or of none, needs words that say so too.
fn is_retitled(new: &Incoming, old: &Namesake) -> bool {
    let Some(at) = date(&new.entry).filter(|_| is_same_date(new, old)) else {
        return false;
    };
    if !is_same_link(new, old) {
        return false;
    }
    let is_exact = at.timestamp().rem_euclid(24 * 3600) != 0;
    is_exact
        || old.is_expired
        || share_a_word(&new.entry.title, &old.title)
        || are_alike(&new.entry.text, &old.text)
}

/// Whether everything speaks against one GUID: another day, headlines without a common word, and another text.
fn is_another(new: &Incoming, old: &Namesake) -> bool {
    let days = date(&new.entry)
        .zip(old.date)
        .map(|(new, old)| (new.date_naive(), old.date_naive()));
    days.is_some_and(|(new, old)| new != old)
        && !old.is_expired
        && !share_a_word(&new.entry.title, &old.title)
        && !are_alike(&new.entry.text, &old.text)
}

/// Whether title and date are both others: under a standing link that is the next entry. Within one day it may be an edit, where
/// the text is alike.
fn is_renewed(new: &Incoming, old: &Namesake) -> bool {
    let Some((at, before)) = date(&new.entry).zip(old.date) else {
        return false;
    };
    at != before
        && !is_same_title(new, old)
        && (at.date_naive() != before.date_naive() || !are_alike(&new.entry.text, &old.text))
}

/// Words of four letters and more that say nothing of what a text is about.
const STOP_WORDS: &[&str] = &[
    "about", "after", "aber", "auch", "avec", "been", "before", "between", "como", "dans", "dass",
    "dein", "della", "desde", "dies", "diese", "durch", "eine", "einem", "einen", "einer", "elle",
    "entre", "from", "gegen", "have", "into", "kein", "leur", "mais", "more", "nach", "nicht",
    "nous", "oder", "over", "para", "pero", "plus", "pour", "sein", "sich", "sind", "sobre",
    "sous", "that", "their", "them", "there", "they", "this", "under", "unter", "vers", "vous",
    "were", "what", "when", "will", "wird", "with", "your", "zwischen",
];

/// Letters of a word that says what a text is about; scripts that write no spaces have words of one.
const CONTENT_LETTERS: usize = 4;

/// Whether two headlines share a word that says what they are about. Two without any share all of them.
fn share_a_word(one: &str, other: &str) -> bool {
    let (one, other) = (tokens(&fold(one)), tokens(&fold(other)));
    let is_content = |word: &&str| {
        let has_digit = word.starts_with(|c: char| c.is_ascii_digit());
        let is_long = !word.is_ascii() || word.len() >= CONTENT_LETTERS;
        (has_digit || is_long) && !STOP_WORDS.contains(word)
    };
    let one: HashSet<&str> = one.iter().filter(is_content).collect();
    let other: HashSet<&str> = other.iter().filter(is_content).collect();
    (one.is_empty() && other.is_empty()) || !one.is_disjoint(&other)
}

/// The identity of an entry that shares its basis with others which its document does not show.
#[must_use]
pub fn told_alone(incoming: &Incoming) -> Hash {
    told(incoming.fingerprint.basis_hash(), &incoming.entry, false)
}

/// Whether version 1 may have stored it for this entry: under the same GUID, or both without one.
#[must_use]
pub fn is_of_version_1(old: &Namesake, entry: &Entry) -> bool {
    let stored = old.guid.as_deref().filter(|guid| !guid.trim().is_empty());
    stored == guid(entry)
}
