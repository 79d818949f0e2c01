//! What pages show of an output: the items of its documents, as they are listed.

use std::sync::Arc;

use url::Url;

use super::feed::OutboundFeed;
use super::listed_item::ListedItem;
use crate::model::Output;

/// The items that an output's documents show, as a page lists them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ListedFeed {
    /// The output.
    pub output: Arc<Output>,
    /// Base of its links; ends in `/`.
    pub public_url: Url,
    /// In the documents' order: newest place first.
    pub items: Arc<[ListedItem]>,
    /// The newest archive document that the documents link to; 0: there is none.
    pub prev_archive: u32,
}

impl ListedFeed {
    pub(super) fn of(feed: &OutboundFeed) -> Self {
        let items = feed.items.iter().map(|item| item.listed.clone());
        Self {
            output: Arc::new(feed.output.clone()),
            public_url: feed.public_url.clone(),
            items: items.collect(),
            prev_archive: feed.prev_archive,
        }
    }
}
