//! Where a single entry goes when too many entries are connected to put all of them in order.

use super::{Link, Role};
use crate::dedupe::Sameness;
use crate::model::{EntryId, Layer, Relation, StoryId, Timestamp};

/// A joining link of an entry, and where the entry at its other end stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Way {
    /// The link.
    pub link: Link,
    /// The story of the other entry.
    pub story: StoryId,
    /// Whether a person has split that story from another.
    pub is_ruled: bool,
    /// The edition that the other entry carries.
    pub edition_at: Timestamp,
}

/// Where an entry goes whose links have changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Destination<'w> {
    /// It stays in its story.
    Stays,
    /// It joins the story that this link leads to.
    Joins(&'w Way),
    /// It gets a story of its own, unless it is alone in its story already.
    Alone,
}

/// Decides where an entry goes whose links have changed: where a person wants it; or else it stays as long as anything holds it in
/// its story; or else where its strongest link leads; or else into a story of its own. Only a person moves it into or out of a
/// story that a person has split from another. `own`: its story, and whether a person has split that one. `ways`: its joining
/// links; of equally strong ones the first counts.
#[must_use]
pub fn destination(own: (StoryId, bool), ways: &[Way]) -> Destination<'_> {
    let (own, is_ruled) = own;
    let strongest = |is_open: &dyn Fn(&&Way) -> bool| {
        let open = ways.iter().filter(is_open);
        open.min_by(|one, other| one.link.strength(&other.link))
    };
    let by_hand = strongest(&|way| way.link.layer == Layer::Manual && way.story != own);
    if let Some(way) = by_hand {
        return Destination::Joins(way);
    }
    if is_ruled || ways.iter().any(|way| way.story == own) {
        return Destination::Stays;
    }
    strongest(&|way| !way.is_ruled).map_or(Destination::Alone, Destination::Joins)
}

/// The role of an entry in the story that a link leads to. `own` and `beside`: the editions of the entry and of the one at the other
/// end; a copy carries that one's edition.
#[must_use]
pub fn role_by(link: &Link, entry: EntryId, own: Timestamp, beside: Timestamp) -> Role {
    let (relation, edition_at) = match link.sameness == Sameness::Same {
        true => (Relation::Same, beside),
        false => (Relation::Update, own),
    };
    Role {
        relation,
        layer: Some(link.layer),
        score: Some(link.score),
        matched: Some(link.beside(entry)),
        edition_at,
    }
}
