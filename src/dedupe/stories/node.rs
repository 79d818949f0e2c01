//! Entries as stories see them.

use std::cmp::Reverse;

use crate::model::{EntryId, Hash, Layer, Relation, SourceId, StoryId, Timestamp};
use crate::text::{Mark, headline};

/// The order that decides between equals: priority, date (none is last), source, identity.
pub type Order = (
    Reverse<i64>,
    (bool, Option<Timestamp>),
    SourceId,
    Hash,
    EntryId,
);

/// An entry as stories see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its row in the store.
    pub id: EntryId,
    /// Its source.
    pub source: SourceId,
    /// Its identity within its source.
    pub identity: Hash,
    /// The priority of its source.
    pub priority: i64,
    /// The publisher's date.
    pub published: Option<Timestamp>,
    /// When it counts as published, see [`crate::model::compared_at`].
    pub compared_at: Timestamp,
    /// When its publisher last changed it into another version; `None`: never.
    pub revised_at: Option<Timestamp>,
    /// Its headline.
    pub version: Version,
    /// The story that it is in; `None`: it has come just now.
    pub present: Option<StoryId>,
    /// What it is in that story; of one that has come just now nothing yet.
    pub role: Role,
}

/// What a headline says about the version that an entry carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Version {
    /// What the headline calls it.
    pub mark: Option<Mark>,
    /// Which update it says that it is.
    pub number: Option<u8>,
}

impl Version {
    /// What this headline says.
    #[must_use]
    pub fn of(title: &str) -> Self {
        let title = headline(title);
        Self {
            mark: title.mark,
            number: title.number,
        }
    }

    fn is_later(self) -> bool {
        matches!(self.mark, Some(Mark::Update | Mark::Correction))
    }
}

/// What an entry is within its story.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// To the entry that the story begins with.
    pub relation: Relation,
    /// What joins it to the story; `None` for the first.
    pub layer: Option<Layer>,
    /// 1.0 for exact layers; `None` for the first.
    pub score: Option<f64>,
    /// The member that it is recognized by; `None` for the first.
    pub matched: Option<EntryId>,
    /// When the version that it carries was published.
    pub edition_at: Timestamp,
}

impl Role {
    /// The role of an entry that is alone.
    #[must_use]
    pub fn first(edition_at: Timestamp) -> Self {
        Self {
            relation: Relation::First,
            layer: None,
            score: None,
            matched: None,
            edition_at,
        }
    }
}

impl Node {
    /// What decides between equals.
    #[must_use]
    pub fn order(&self) -> Order {
        (
            Reverse(self.priority),
            (self.published.is_none(), self.published),
            self.source.clone(),
            self.identity,
            self.id,
        )
    }

    /// When the version that it carries was published, as far as it says: a date in the future says nothing.
    pub(super) fn dated(&self) -> Timestamp {
        self.revised_at.unwrap_or_else(|| {
            let published = self.published.unwrap_or(self.compared_at);
            published.min(self.compared_at)
        })
    }

    /// Whether it says that there was a version before.
    pub(super) fn is_later(&self) -> bool {
        self.version.is_later() || self.revised_at.is_some()
    }
}
