//! What a fetched body takes of what all requests share, until it was read.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use super::host::Place;

/// A body's place among all requests, and its leave to be large. Given back when the last clone is dropped.
#[derive(Debug, Clone, Default)]
pub struct Hold {
    _place: Option<Arc<Place>>,
    large: Option<Arc<OwnedSemaphorePermit>>,
}

impl Hold {
    pub(super) fn new(place: Place) -> Self {
        Self {
            _place: Some(Arc::new(place)),
            large: None,
        }
    }

    pub(super) fn is_large(&self) -> bool {
        self.large.is_some()
    }

    pub(super) fn enlarge(&mut self, permit: Option<OwnedSemaphorePermit>) {
        self.large = permit.map(Arc::new);
    }
}

/// Of two answers it says nothing.
impl PartialEq for Hold {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
