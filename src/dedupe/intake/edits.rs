//! Edits: what a known entry says now, beside what it said.

use chrono::TimeDelta;

use super::contact::Contact;
use crate::dedupe::edit::{replaces, revises};
use crate::dedupe::prepare::Prepared;
use crate::dedupe::reading::read;
use crate::dedupe::wording::wording;
use crate::model::{Entry, Hash, Timestamp, compared_at};

/// The least that two editions differ by.
const TICK: TimeDelta = TimeDelta::milliseconds(1);

/// What a stored entry says, and what is known of its editions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryVersion {
    /// The headline.
    pub title: String,
    /// The plain text.
    pub text: String,
    /// The opening of the text.
    pub dateline: Option<String>,
    /// Which blocks of the text are left out of comparisons; see [`crate::dedupe::Reading::repeated`].
    pub trimmed: u64,
    /// Which version of its release it carries.
    pub edition_at: Timestamp,
    /// When its publisher last made it another version of its release; `None`: never.
    pub revised_at: Option<Timestamp>,
    /// Its place in outputs.
    pub ordered_at: Timestamp,
    /// The publisher's date.
    pub published: Option<Timestamp>,
    /// The publisher's date of its last change.
    pub updated: Option<Timestamp>,
}

impl EntryVersion {
    /// It, ready for comparing.
    #[must_use]
    pub fn prepared(&self) -> Prepared {
        read(&self.title, &self.text, self.dateline.as_deref()).prepare(self.trimmed)
    }

    /// See [`compared_at`].
    #[must_use]
    pub fn compared_at(&self) -> Timestamp {
        compared_at(self.published, self.ordered_at)
    }
}

/// Which differences in the words of a known entry are edits. Everything else is taken over silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditRule {
    /// Other words.
    Words,
    /// Other words under a later `updated`: without it, our own code may read the same bytes differently.
    LaterUpdate,
    /// None: the site has moved, and each system has its own house style; or our code reads the entry differently.
    Never,
}

impl EditRule {
    /// The rule for an entry that came back under its own identity.
    #[must_use]
    pub fn of_known(contact: Contact) -> Self {
        match contact {
            Contact::Reread => Self::LaterUpdate,
            Contact::First | Contact::Again => Self::Words,
        }
    }

    /// The rule for an entry that came back under another identity. `has_moved`: most of the document is unknown. `renewed`:
    /// the source was known to renew its GUIDs before this document, and edits as any other does.
    #[must_use]
    pub fn of_renamed(contact: Contact, has_moved: bool, renewed: bool) -> Self {
        match (contact, has_moved && !renewed) {
            (Contact::Reread, _) | (_, true) => Self::Never,
            (Contact::First | Contact::Again, false) => Self::Words,
        }
    }

    /// The incoming entry's [`wording`], where the entry was edited; `None`: it was not.
    #[must_use]
    pub fn edited_wording(self, before: &EntryVersion, incoming: &Entry) -> Option<Hash> {
        let has_later_update = || {
            let dates = incoming.updated.zip(before.updated);
            dates.is_some_and(|(new, old)| new > old)
        };
        let may_be_edit = match self {
            Self::Words => true,
            Self::LaterUpdate => has_later_update(),
            Self::Never => false,
        };
        if !may_be_edit {
            return None;
        }
        let words = wording(&incoming.title, &incoming.text);
        (words != wording(&before.title, &before.text)).then_some(words)
    }
}

/// What an edit makes of an entry. Its place in outputs and its first date stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit {
    /// Which version of its release it carries from now on.
    pub edition_at: Timestamp,
    /// When it last became another version of its release; `None`: never.
    pub revised_at: Option<Timestamp>,
    /// Whether it is another version of its release, and not only polished; see [`revises`].
    pub is_revised: bool,
    /// Whether another release was put in its place; see [`replaces`].
    pub is_replaced: bool,
}

impl Edit {
    /// Judges an edit. `old` and `new`: the texts before and after it. `updated`: the publisher's date of it.
    #[must_use]
    pub fn judge(
        before: &EntryVersion,
        old: &Prepared,
        new: &Prepared,
        updated: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let is_revised = revises(new, old);
        let is_replaced = replaces(new, old);
        let at = updated.map_or(now, |updated| updated.min(now));
        let edition_at = match is_revised {
            true => at.max(before.edition_at + TICK),
            false => before.edition_at,
        };
        let revised_at = match (is_replaced, is_revised) {
            (true, _) => None,
            (false, true) => Some(edition_at),
            (false, false) => before.revised_at,
        };
        Self {
            edition_at,
            revised_at,
            is_revised,
            is_replaced,
        }
    }
}
