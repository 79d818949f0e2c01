//! Places in the order of an output.

use std::cmp::Ordering;

use crate::model::Timestamp;

/// A place in an output's order, newest first, then by item id: of two, the smaller is shown first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// When the item is placed: its publication, or what we know instead of it.
    pub ordered_at: Timestamp,
    /// The item's outbound id.
    pub item_id: String,
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        let newest_first = other.ordered_at.cmp(&self.ordered_at);
        newest_first.then_with(|| self.item_id.cmp(&other.item_id))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
