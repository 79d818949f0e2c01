//! Which stored entries of its source a document's entries are, where more than one could be meant.
//!
//! A GUID or a link that several entries have identifies none of them. What else tells them is looked at from the surest to the
//! weakest, and no stored entry is taken for two of the document. Where headline and text are both others, only an exact date
//! makes it an edit.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::identity::{date, guid, told, told_again, url_hash};
use super::rename::is_whole_day;
use super::wording::Said;
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

/// An entry of the document, with what is asked of it more than once.
struct New<'a> {
    incoming: &'a Incoming,
    said: OnceCell<Said>,
}

/// A stored entry, the same.
struct Old<'a> {
    namesake: &'a Namesake,
    /// Its canonical URL.
    url: Option<Hash>,
    said: OnceCell<Said>,
}

impl<'a> New<'a> {
    fn of(incoming: &'a Incoming) -> Self {
        Self {
            incoming,
            said: OnceCell::new(),
        }
    }

    fn entry(&self) -> &Entry {
        &self.incoming.entry
    }

    fn said(&self) -> &Said {
        self.said.get_or_init(|| Said::of(&self.entry().text))
    }
}

impl<'a> Old<'a> {
    fn of(namesake: &'a Namesake) -> Self {
        let link = namesake.link.as_deref();
        Self {
            namesake,
            url: link
                .and_then(|link| url::Url::parse(link).ok())
                .and_then(|url| url_hash(&url)),
            said: OnceCell::new(),
        }
    }

    fn said(&self) -> &Said {
        self.said.get_or_init(|| Said::of(&self.namesake.text))
    }
}

/// What holds for all that are compared.
struct Facts {
    /// On several of the document's entries, or of the stored ones.
    dates: HashSet<Timestamp>,
    /// Whether the document's entries have a link each.
    has_own_links: bool,
    /// Whether texts are compared word by word.
    compares: bool,
}

impl Facts {
    fn of(group: &[New<'_>], namesakes: &[Old<'_>]) -> Self {
        let mut dates: HashMap<Timestamp, (usize, usize)> = HashMap::new();
        for at in group.iter().filter_map(|new| date(new.entry())) {
            dates.entry(at).or_default().0 += 1;
        }
        for at in namesakes.iter().filter_map(|old| old.namesake.date) {
            dates.entry(at).or_default().1 += 1;
        }
        let several = dates
            .into_iter()
            .filter(|(_, (new, old))| *new > 1 || *old > 1);
        let links: HashSet<Hash> = group
            .iter()
            .filter_map(|new| new.incoming.fingerprint.url)
            .collect();
        Self {
            dates: several.map(|(at, _)| at).collect(),
            has_own_links: group.len() > 1 && links.len() == group.len(),
            compares: true,
        }
    }

    /// Whether the entry's date is of it alone: no whole day.
    fn is_exact(&self, new: &New<'_>) -> bool {
        date(new.entry()).is_some_and(|at| !is_whole_day(at) && !self.dates.contains(&at))
    }

    fn are_alike(&self, new: &New<'_>, old: &Old<'_>) -> bool {
        match self.compares {
            true => new.said().is_like(old.said()),
            false => is_same_text(new, old),
        }
    }

    /// Whether both have a text, and not one that is like the other's.
    fn are_unlike(&self, new: &New<'_>, old: &Old<'_>) -> bool {
        !new.entry().text.is_empty() && !old.namesake.text.is_empty() && !self.are_alike(new, old)
    }
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

fn is_same_title(new: &New<'_>, old: &Old<'_>) -> bool {
    !old.namesake.is_expired && new.entry().title == old.namesake.title
}

/// Both without a date are as one date.
fn is_same_date(new: &New<'_>, old: &Old<'_>) -> bool {
    date(new.entry()) == old.namesake.date
}

fn is_other_day(new: &New<'_>, old: &Old<'_>) -> bool {
    let dates = date(new.entry()).zip(old.namesake.date);
    dates.is_some_and(|(new, old)| new.date_naive() != old.date_naive())
}

/// The same address, however a reader came to it.
fn is_same_link(new: &New<'_>, old: &Old<'_>) -> bool {
    let link = new.entry().url.as_ref().map(url::Url::as_str);
    let url = new.incoming.fingerprint.url;
    link == old.namesake.link.as_deref() || (url.is_some() && url == old.url)
}

fn is_other_link(new: &New<'_>, old: &Old<'_>) -> bool {
    let has_both = new.entry().url.is_some() && old.namesake.link.is_some();
    has_both && !is_same_link(new, old)
}

fn is_same_text(new: &New<'_>, old: &Old<'_>) -> bool {
    !old.namesake.text.is_empty() && new.entry().text == old.namesake.text
}

/// Whether the links differ in nothing but the query.
fn is_same_page(new: &New<'_>, old: &Old<'_>) -> bool {
    let page = |url: &url::Url| {
        let mut page = url.clone();
        page.set_query(None);
        page
    };
    let stored = old
        .namesake
        .link
        .as_deref()
        .and_then(|link| url::Url::parse(link).ok());
    new.entry().url.as_ref().map(page) == stored.as_ref().map(page)
}

fn is_all_equal(new: &New<'_>, old: &Old<'_>) -> bool {
    new.incoming.fingerprint.whole == old.namesake.whole && is_same_date(new, old)
}

/// Entries of one GUID with a link each are told by that, as long as not everything else is another.
fn is_at_own_link(facts: &Facts, new: &New<'_>, old: &Old<'_>) -> bool {
    new.incoming.fingerprint.basis == Basis::Guid
        && new.entry().url.is_some()
        && is_same_link(new, old)
        && (is_same_title(new, old)
            || (facts.has_own_links && !is_other_day(new, old))
            || facts.are_alike(new, old))
}

/// An edited headline keeps its date. A date of whole days, or of none, needs words that say so too.
fn is_retitled(facts: &Facts, new: &New<'_>, old: &Old<'_>) -> bool {
    if date(new.entry()).is_none() || !is_same_date(new, old) || !is_same_link(new, old) {
        return false;
    }
    let is_like = || {
        let shares = share_a_word(&new.entry().title, &old.namesake.title);
        (shares && !facts.are_unlike(new, old)) || facts.are_alike(new, old)
    };
    facts.is_exact(new) || old.namesake.is_expired || is_like()
}

/// Whether too much speaks against one GUID ("N/A", the address of the site): another text, and two of headline, link and day;
/// or headline alone, where no date says that it is the same.
fn is_another(facts: &Facts, new: &New<'_>, old: &Old<'_>) -> bool {
    if old.namesake.is_expired || facts.are_alike(new, old) {
        return false;
    }
    let is_said = facts.are_unlike(new, old);
    let is_other_title = !is_same_title(new, old);
    let is_other_matter = !share_a_word(&new.entry().title, &old.namesake.title);
    let is_other_day = is_other_day(new, old);
    let is_dated = is_same_date(new, old) && facts.is_exact(new);
    let has_moved = is_other_link(new, old);
    (is_other_matter && (is_other_day || has_moved || (is_said && !is_dated)))
        || (is_said && has_moved && (is_other_title || is_other_day))
}

/// Whether title or day, and text are others: under a standing link that is the next entry. With the same exact date, or within
/// one day with a like text, it is an edit.
fn is_renewed(facts: &Facts, new: &New<'_>, old: &Old<'_>) -> bool {
    let is_other_day = is_other_day(new, old);
    if is_same_title(new, old) {
        return is_other_day && facts.are_unlike(new, old);
    }
    if old.namesake.is_expired {
        return !is_same_date(new, old);
    }
    if is_same_date(new, old) && facts.is_exact(new) {
        return false;
    }
    let is_other_text = || {
        let is_other_matter = !share_a_word(&new.entry().title, &old.namesake.title);
        let has_changed = date(new.entry())
            .zip(old.namesake.date)
            .is_some_and(|(new, old)| new != old);
        !facts.are_alike(new, old) && (has_changed || is_other_matter || facts.are_unlike(new, old))
    };
    is_other_day || is_other_text()
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
