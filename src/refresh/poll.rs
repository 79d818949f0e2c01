//! Sources that are asked by one request; pure.

use std::collections::HashMap;
use std::sync::Arc;

use url::Url;

use crate::fetch::{SourceSettings, host_of};
use crate::model::{Due, Location, SourceId, SourceState, Timestamp};
use crate::schedule::{self, Member, Occasion};

use super::target::Target;

/// Sources at one address, asked alike: one request serves them all. Mostly one, never none.
#[derive(Debug, Clone)]
pub struct Poll {
    targets: Vec<Target>,
}

impl Poll {
    /// Puts together the targets that one request serves; the first of each, in the order given, says how it is asked.
    #[must_use]
    pub fn group(targets: &[Target]) -> Vec<Self> {
        let mut polls: Vec<Self> = Vec::new();
        let mut known: HashMap<_, Vec<usize>> = HashMap::new();
        for target in targets {
            let nth = known.entry(&target.source.location).or_default();
            let alike = nth
                .iter()
                .copied()
                .find(|nth| asked_alike(&polls[*nth].lead().fetch, &target.fetch));
            match alike {
                Some(poll) => polls[poll].targets.push(target.clone()),
                None => {
                    nth.push(polls.len());
                    polls.push(Self {
                        targets: vec![target.clone()],
                    });
                }
            }
        }
        polls
    }

    /// The source that says how all are asked.
    #[must_use]
    pub fn lead(&self) -> &Target {
        &self.targets[0]
    }

    /// All of them, in configured order.
    #[must_use]
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Whether this source is one of them.
    #[must_use]
    pub fn has(&self, id: &SourceId) -> bool {
        self.targets.iter().any(|target| target.source.id == *id)
    }

    /// When the address is due next: with the first of its sources, but never against a `Retry-After` that one of them
    /// was told. `states` in the order of the targets.
    #[must_use]
    pub fn due(&self, states: &[Arc<SourceState>], now: Timestamp) -> Due {
        schedule::due_together(&self.members(states), now)
    }

    /// The turn to wait for, if the address is not to be asked now; `None`: it may be asked.
    pub(super) fn wait(
        &self,
        states: &[Arc<SourceState>],
        occasion: Occasion,
        now: Timestamp,
    ) -> Option<Due> {
        schedule::wait(&self.members(states), occasion, now)
    }

    fn members<'a>(&'a self, states: &'a [Arc<SourceState>]) -> Vec<Member<'a>> {
        let pairs = self.targets.iter().zip(states);
        let members = pairs.map(|(target, state)| Member {
            settings: &target.schedule,
            source: &target.source.id,
            history: &state.history,
        });
        members.collect()
    }

    /// The host that is asked; `None`: it is a file. `moved_to`: what is asked in place of the configured address.
    #[must_use]
    pub fn host(&self, moved_to: Option<&Url>) -> Option<String> {
        match &self.lead().source.location {
            Location::Url(configured) => Some(host_of(moved_to.unwrap_or(configured))),
            Location::File(_) => None,
        }
    }

    /// What is known of the address: what its sources agree on. Where they do not (one of them is new), the answer must
    /// be whole.
    pub(super) fn shared(states: &[Arc<SourceState>]) -> Arc<SourceState> {
        let Some((first, others)) = states.split_first() else {
            return Arc::default();
        };
        let agree = others.iter().all(|other| {
            other.validators == first.validators && other.body_hash == first.body_hash
        });
        if agree {
            return first.clone();
        }
        Arc::new(SourceState {
            validators: None,
            body_hash: None,
            ..SourceState::clone(first)
        })
    }
}

/// Whether a request by one's settings is the other's too.
fn asked_alike(left: &SourceSettings, right: &SourceSettings) -> bool {
    left.headers == right.headers
        && left.proxy == right.proxy
        && left.ca_file == right.ca_file
        && left.insecure == right.insecure
        && left.validators == right.validators
        && left.http == right.http
        && left.allow_addresses == right.allow_addresses
}
