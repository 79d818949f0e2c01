//! What is asked at an address, and what of earlier answers is sent along; pure.

use std::sync::Arc;

use super::poll::Poll;
use super::target::Target;
use crate::fetch::{Observer, Request};
use crate::model::{SourceState, Timestamp};
use crate::schedule::{self, Occasion};

/// A question to one address.
#[derive(Debug, Clone)]
pub(super) struct Question<'a> {
    /// The source that says how all sources at the address are asked.
    pub(super) target: &'a Target,
    /// What is known of the address.
    pub(super) state: Arc<SourceState>,
    pub(super) occasion: Occasion,
    /// Since when it is due.
    pub(super) due: Timestamp,
    /// Whether validators are left out because the source's word that nothing is new is doubted.
    pub(super) doubted: bool,
}

impl<'a> Question<'a> {
    /// What is asked for a poll. `states`: of its sources, in their order.
    pub(super) fn of(
        poll: &'a Poll,
        states: &[Arc<SourceState>],
        occasion: Occasion,
        now: Timestamp,
    ) -> Self {
        let (target, mut state) = (poll.lead(), Poll::shared(states));
        let doubted = state.validators.is_some()
            && target.fetch.validators
            && schedule::doubts(&target.source.id, &state.history, now);
        if doubted {
            Arc::make_mut(&mut state).validators = None;
        }
        Self {
            target,
            state,
            occasion,
            due: poll.due(states, now).at.unwrap_or(now),
            doubted,
        }
    }

    /// The same question to another address: without validators, which belong to the address that gave them.
    pub(super) fn at(&self, to: url::Url) -> Self {
        Self {
            state: Arc::new(SourceState {
                moved_to: Some(to),
                validators: None,
                body_hash: None,
                ..SourceState::clone(&self.state)
            }),
            ..self.clone()
        }
    }

    /// The question as a request. A person who insists gets a whole answer, even from a host that wants to be left alone.
    pub(super) fn request<'r>(&'r self, observer: &'r dyn Observer) -> Request<'r> {
        let insists = self.occasion == Occasion::Forced;
        Request {
            location: &self.target.source.location,
            settings: &self.target.fetch,
            state: &self.state,
            unconditional: insists,
            due: self.due,
            insists,
            observer,
        }
    }
}
