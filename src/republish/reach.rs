//! How far an output's window reaches, and what of it may be archived; pure.

use std::sync::Arc;

use super::window::end;
use crate::store::{ItemVersion, Place};

/// Items of an archive document, at most.
pub(super) const ITEMS: usize = 100;
/// Items of a document that is cut ahead, at least; fewer are no work for a reader to wait for.
const AHEAD: usize = 10;

/// How far an output's window reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Of its newer half. Items behind it may be archived: younger ones are still edited.
    half: Option<Place>,
    /// Of all of it. Items behind it must be.
    end: Option<Place>,
    /// How many items it has room for: as many as the output may show, or those that its documents' bytes allow.
    room: usize,
}

impl Reach {
    pub(super) fn of(shown: &[Arc<ItemVersion>], room: usize) -> Self {
        Self {
            half: end(&shown[..shown.len().div_ceil(2)]),
            end: end(shown),
            room,
        }
    }

    /// Where the newer half ends; `None`: the window is empty.
    pub(super) fn half(&self) -> Option<&Place> {
        self.half.as_ref()
    }

    /// Where the window ends; `None`: it is empty.
    pub(super) fn end(&self) -> Option<&Place> {
        self.end.as_ref()
    }

    /// So many items may come between two looks for something to cut ahead, and none leaves the window unseen.
    pub(super) fn slack(&self) -> usize {
        (self.room / 2).saturating_sub(self.enough()).max(1)
    }

    /// So many items behind the newer half of a full window are cut ahead: three quarters of the older half, which leaves time
    /// for many outputs before the first item leaves.
    pub(super) fn enough(&self) -> usize {
        (self.room / 8 * 3).clamp(AHEAD, ITEMS)
    }
}
