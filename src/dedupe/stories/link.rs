//! Links: the stored results of comparing two entries.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Node, Role};
use crate::dedupe::{Comparison, Sameness};
use crate::model::{EntryId, Layer, Timestamp};

/// What comparing one entry with others came to, by the other entry.
pub type Found = BTreeMap<EntryId, Comparison>;

/// What comparing two entries came to, as it is stored. No link is stored for [`Sameness::Unlike`], which says nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// The entry with the lower number.
    pub one: EntryId,
    /// The other.
    pub other: EntryId,
    /// What they are to each other.
    pub sameness: Sameness,
    /// What says so.
    pub layer: Layer,
    /// 0.0–1.0.
    pub score: f64,
    /// Whether it stands for a role that was stored before links were. Such a link is never taken back.
    pub is_settled: bool,
}

impl Link {
    /// A link, whichever of the two is named first.
    #[must_use]
    pub fn new(one: EntryId, other: EntryId, found: Comparison) -> Self {
        Self {
            one: one.min(other),
            other: one.max(other),
            sameness: found.sameness,
            layer: found.layer,
            score: found.score,
            is_settled: false,
        }
    }

    /// The link by which an entry has its role. `edition_at`: of the entry that it was recognized by. It is a copy of that entry where
    /// both carry the same edition.
    #[must_use]
    pub fn of_role(entry: EntryId, role: &Role, other: EntryId, edition_at: Timestamp) -> Self {
        let found = Comparison {
            sameness: match role.edition_at == edition_at {
                true => Sameness::Same,
                false => Sameness::Update,
            },
            layer: role.layer.unwrap_or(Layer::Near),
            score: role.score.unwrap_or(1.0),
        };
        Self::new(entry, other, found)
    }

    /// The link that stands for a role which was stored before links were.
    pub(super) fn settled(node: &Node, other: &Node) -> Self {
        Self {
            is_settled: true,
            ..Self::of_role(node.id, &node.role, other.id, other.role.edition_at)
        }
    }

    /// What it says, without its ends.
    #[must_use]
    pub fn found(&self) -> Comparison {
        Comparison {
            sameness: self.sameness,
            layer: self.layer,
            score: self.score,
        }
    }

    /// The end that is not this one.
    #[must_use]
    pub fn beside(&self, entry: EntryId) -> EntryId {
        if self.one == entry {
            self.other
        } else {
            self.one
        }
    }

    /// Whether it joins two entries.
    #[must_use]
    pub fn joins(&self) -> bool {
        self.sameness.joins()
    }

    /// Whether nothing overrules it.
    pub(super) fn is_certain(&self) -> bool {
        self.is_settled || self.layer == Layer::Manual
    }

    /// The stronger first: links that nothing overrules, exact layers, copies before versions, the higher score.
    #[must_use]
    pub fn strength(&self, other: &Self) -> Ordering {
        let rank = |link: &Self| {
            (
                !link.is_certain(),
                link.layer == Layer::Near,
                link.sameness != Sameness::Same,
            )
        };
        rank(self)
            .cmp(&rank(other))
            .then(other.score.total_cmp(&self.score))
    }
}

/// The strongest of the joining links of one entry; of equals the one between the lowest entries. It leads to the story that a new
/// entry joins before stories are put in order.
#[must_use]
pub fn strongest(links: &[Link]) -> Option<&Link> {
    let joining = links.iter().filter(|link| link.joins());
    joining.min_by(|one, other| {
        one.strength(other)
            .then((one.one, one.other).cmp(&(other.one, other.other)))
    })
}

/// The links of an entry, from what comparing it with others came to.
#[must_use]
pub fn links_of(entry: EntryId, found: &Found) -> Vec<Link> {
    let links = found.iter();
    links
        .map(|(other, found)| Link::new(entry, *other, *found))
        .collect()
}
