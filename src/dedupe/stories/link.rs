//! What comparing two entries came to.

use std::cmp::Ordering;

use super::Node;
use crate::dedupe::{Comparison, Sameness};
use crate::model::{EntryId, Layer};

/// What comparing two entries came to, as it is stored. [`Sameness::Unlike`] says nothing, and is none.
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
    /// Whether it stands for what was stored before links were: it is never taken back.
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

    pub(super) fn settled(node: &Node, other: &Node) -> Self {
        let is_copy = node.role.edition_at == other.role.edition_at;
        let found = Comparison {
            sameness: if is_copy {
                Sameness::Same
            } else {
                Sameness::Update
            },
            layer: node.role.layer.unwrap_or(Layer::Near),
            score: node.role.score.unwrap_or(1.0),
        };
        Self {
            is_settled: true,
            ..Self::new(node.id, other.id, found)
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
        matches!(self.sameness, Sameness::Same | Sameness::Update)
    }

    /// Whether nothing overrules it.
    pub(super) fn is_certain(&self) -> bool {
        self.is_settled || self.layer == Layer::Manual
    }

    /// The stronger first: what nothing overrules, exact layers, copies before versions, the score.
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

/// Of links of one entry the one by which it joins a story where there are too many entries to put all in order.
#[must_use]
pub fn strongest(links: &[Link]) -> Option<&Link> {
    let joining = links.iter().filter(|link| link.joins());
    joining.min_by(|one, other| {
        one.strength(other)
            .then((one.one, one.other).cmp(&(other.one, other.other)))
    })
}

/// The link that stays where a publisher has edited an entry in place. It is the release that it was before: what was recognized
/// by the former words goes on to belong to it, as another version where the words do not say so any more.
#[must_use]
pub fn after_edit(
    before: &Link,
    found: Option<Comparison>,
    is_revised: bool,
) -> Option<Comparison> {
    let kept = |sameness| Comparison {
        sameness,
        layer: before.layer,
        score: before.score,
    };
    if before.layer == Layer::Manual {
        return Some(kept(before.sameness));
    }
    let is_another = is_revised && before.sameness == Sameness::Same;
    match found.map(|found| found.sameness) {
        Some(Sameness::Same) if !is_another => found,
        Some(Sameness::Update) => found,
        _ if before.joins() => Some(kept(Sameness::Update)),
        _ => found,
    }
}
