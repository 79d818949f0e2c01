//! How much of a feed an answer vouches for.

use http::StatusCode;

use super::{FetchOutcome, Moved};
use crate::model::Extent;

impl FetchOutcome {
    /// How much of the feed the answer vouches for (RFC 9110 §15.4.5, RFC 3229 §10.4.1); `None`: it is no document, and does
    /// not say that the known one is unchanged.
    #[must_use]
    pub fn extent(&self) -> Option<Extent> {
        let status = match self {
            Self::Fresh(fresh) | Self::Moved(Moved { fresh, .. }) => fresh.status,
            Self::NotModified(same) => same.status,
            Self::Gone { .. } | Self::Throttled { .. } | Self::Held { .. } | Self::Failed(_) => {
                return None;
            }
        };
        Some(
            match status.and_then(|status| StatusCode::from_u16(status).ok()) {
                Some(StatusCode::NOT_MODIFIED) => Extent::Unchanged,
                Some(StatusCode::IM_USED) => Extent::Additions,
                _ => Extent::Whole,
            },
        )
    }
}
