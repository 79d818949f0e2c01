//! What one request brought; pure.

use std::sync::Arc;

use super::discovery::Trail;
use super::further::Further;
use super::room::Taken;
use crate::fetch::{FetchOutcome, Fresh, NotModified};
use crate::model::{Due, Feed, HostChange, SourceState};
use crate::parse::ParseError;

/// What one request brought.
#[derive(Clone)]
pub(super) struct Heard {
    /// The answer.
    pub(super) fetched: FetchOutcome,
    /// Its body, read; `None` where there was none.
    pub(super) parsed: Option<Result<Feed, ParseError>>,
    /// Its share of the room for documents, held until it is stored.
    pub(super) room: Taken,
    /// How a web page at the source's address led to it; `None`: there was none, or it led nowhere.
    pub(super) trail: Option<Trail>,
    /// Whether validators were left out because the source was no longer believed.
    pub(super) doubted: bool,
    /// Further pages of a feed that one of its sources has not read before.
    pub(super) further: Arc<Further>,
    /// What changed for hosts.
    pub(super) hosts: Vec<HostChange>,
}

impl Heard {
    /// The turn to wait for, if nobody was asked because the host wants to be left alone.
    pub(super) fn not_asked(&self) -> Option<Due> {
        match &self.fetched {
            FetchOutcome::Held {
                hold,
                redirect: None,
            } if self.trail.is_none() => Some(Due {
                at: Some(hold.until),
                because: hold.because(),
            }),
            _ => None,
        }
    }

    /// Whether the way led to a host that wants to be left alone.
    pub(super) fn is_held(&self) -> bool {
        matches!(self.fetched, FetchOutcome::Held { .. })
    }

    /// The same as it is news to one of several sources: bytes that it knows already are not, unless `unconditional`.
    pub(super) fn known_to(self, state: &SourceState, unconditional: bool) -> Self {
        match &self.fetched {
            FetchOutcome::Fresh(fresh)
                if !unconditional && state.body_hash == Some(fresh.body_hash) =>
            {
                Self {
                    fetched: FetchOutcome::NotModified(as_unchanged(fresh)),
                    parsed: None,
                    further: Arc::default(),
                    ..self
                }
            }
            _ => self,
        }
    }
}

/// A body that is known already.
fn as_unchanged(fresh: &Fresh) -> NotModified {
    NotModified {
        status: fresh.status,
        validators: fresh.validators.clone(),
        freshness: fresh.freshness,
        moved_to: None,
    }
}
