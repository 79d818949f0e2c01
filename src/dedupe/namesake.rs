//! An entry of a document beside a stored one with the same GUID or link, and what speaks for the two being one.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::dates::{is_other_date, is_whole_day};
use super::identity::{guid, url_hash};
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

/// Whether version 1 may have stored it for this entry: under the same GUID, or both without one.
#[must_use]
pub fn is_of_version_1(old: &Namesake, entry: &Entry) -> bool {
    let stored = old.guid.as_deref().filter(|guid| !guid.trim().is_empty());
    stored == guid(entry)
}

/// An entry of the document, with what is asked of it more than once.
pub(super) struct New<'a> {
    pub(super) incoming: &'a Incoming,
    said: OnceCell<Said>,
}

/// A stored entry, the same.
pub(super) struct Old<'a> {
    pub(super) namesake: &'a Namesake,
    /// Its canonical URL.
    url: Option<Hash>,
    said: OnceCell<Said>,
}

impl<'a> New<'a> {
    pub(super) fn of(incoming: &'a Incoming) -> Self {
        Self {
            incoming,
            said: OnceCell::new(),
        }
    }

    pub(super) fn entry(&self) -> &Entry {
        &self.incoming.entry
    }

    fn said(&self) -> &Said {
        self.said.get_or_init(|| Said::of(&self.entry().text))
    }
}

impl<'a> Old<'a> {
    pub(super) fn of(namesake: &'a Namesake) -> Self {
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
pub(super) struct Facts {
    /// On several of the document's entries, or of the stored ones.
    dates: HashSet<Timestamp>,
    /// Whether the document's entries have a link each.
    has_own_links: bool,
    /// Whether texts are compared word by word.
    pub(super) compares: bool,
}

impl Facts {
    pub(super) fn of(group: &[New<'_>], namesakes: &[Old<'_>]) -> Self {
        let mut dates: HashMap<Timestamp, (usize, usize)> = HashMap::new();
        for at in group.iter().filter_map(|new| new.entry().date()) {
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
    pub(super) fn is_exact(&self, new: &New<'_>) -> bool {
        new.entry()
            .date()
            .is_some_and(|at| !is_whole_day(at) && !self.dates.contains(&at))
    }

    pub(super) fn are_alike(&self, new: &New<'_>, old: &Old<'_>) -> bool {
        match self.compares {
            true => new.said().is_like(old.said()),
            false => is_same_text(new, old),
        }
    }

    /// Whether both have a text, and not one that is like the other's.
    pub(super) fn are_unlike(&self, new: &New<'_>, old: &Old<'_>) -> bool {
        !new.entry().text.is_empty() && !old.namesake.text.is_empty() && !self.are_alike(new, old)
    }
}

pub(super) fn is_same_title(new: &New<'_>, old: &Old<'_>) -> bool {
    !old.namesake.is_expired && new.entry().title == old.namesake.title
}

/// Both without a date are as one date.
pub(super) fn is_same_date(new: &New<'_>, old: &Old<'_>) -> bool {
    new.entry().date() == old.namesake.date
}

pub(super) fn is_other_day(new: &New<'_>, old: &Old<'_>) -> bool {
    is_other_date(new.entry().date(), old.namesake.date)
}

/// The same address, however a reader came to it.
pub(super) fn is_same_link(new: &New<'_>, old: &Old<'_>) -> bool {
    let link = new.entry().link();
    let url = new.incoming.fingerprint.url;
    link == old.namesake.link.as_deref() || (url.is_some() && url == old.url)
}

pub(super) fn is_other_link(new: &New<'_>, old: &Old<'_>) -> bool {
    let has_both = new.entry().url.is_some() && old.namesake.link.is_some();
    has_both && !is_same_link(new, old)
}

pub(super) fn is_same_text(new: &New<'_>, old: &Old<'_>) -> bool {
    !old.namesake.text.is_empty() && new.entry().text == old.namesake.text
}

/// Whether the links differ in nothing but the query.
pub(super) fn is_same_page(new: &New<'_>, old: &Old<'_>) -> bool {
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

pub(super) fn is_all_equal(new: &New<'_>, old: &Old<'_>) -> bool {
    new.incoming.fingerprint.whole == old.namesake.whole && is_same_date(new, old)
}

/// Entries of one GUID with a link each are told by that, as long as not everything else is another.
pub(super) fn is_at_own_link(facts: &Facts, new: &New<'_>, old: &Old<'_>) -> bool {
    new.incoming.fingerprint.basis == Basis::Guid
        && new.entry().url.is_some()
        && is_same_link(new, old)
        && (is_same_title(new, old)
            || (facts.has_own_links && !is_other_day(new, old))
            || facts.are_alike(new, old))
}

/// An edited headline keeps its date. A date of whole days, or of none, needs words that say so too.
pub(super) fn is_retitled(facts: &Facts, new: &New<'_>, old: &Old<'_>) -> bool {
    if new.entry().date().is_none() || !is_same_date(new, old) || !is_same_link(new, old) {
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
pub(super) fn is_another(facts: &Facts, new: &New<'_>, old: &Old<'_>) -> bool {
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
pub(super) fn is_renewed(facts: &Facts, new: &New<'_>, old: &Old<'_>) -> bool {
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
        let has_changed = new
            .entry()
            .date()
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
