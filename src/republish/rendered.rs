//! An output's documents as they stand in the store.

use std::collections::BTreeMap;

use super::reach::Reach;
use crate::model::{OutputId, Timestamp};
use crate::publish::Documents;

/// An output's documents, as they stand in the store.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The bytes.
    pub documents: Documents,
    /// When they last changed.
    pub changed_at: Timestamp,
    /// The place of the oldest item shown: what lies before it may be forgotten.
    pub oldest: Option<Timestamp>,
    /// How far its window reaches.
    pub reach: Reach,
    /// Whether every item behind its window stands in an archive document; else [`super::Archivist::archive`] has more to do.
    pub is_archived: bool,
    /// When the oldest item's time ends (`max_age`), so that the documents change without anything new.
    pub expires_at: Option<Timestamp>,
    /// Items that it did not show before, or showed in another state.
    pub fresh: usize,
    /// After so many of them something can be archived ahead.
    pub slack: usize,
}

/// The place of each output's oldest shown item, the end of time where it shows none: what retention must not touch.
#[must_use]
pub fn windows(rendered: &BTreeMap<OutputId, Rendered>) -> Vec<(OutputId, Timestamp)> {
    rendered
        .iter()
        .map(|(output, rendered)| {
            let oldest = rendered.oldest.unwrap_or(Timestamp::MAX_UTC);
            (output.clone(), oldest)
        })
        .collect()
}
