//! A changed rule is applied to what is stored: in batches, so that everything else goes on beside it. What is replayed is
//! a mixture of old and new verdicts until the end, and its documents stay as they were until then.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::judged_ahead::{History, JudgedAhead, JudgedStories};
use super::plan::Plan;
use crate::model::{OutputId, StoryId};
use crate::store::{OutputState, Store, StoreError};

/// The replay under way, if there is one.
#[derive(Debug, Default)]
pub(super) struct Replay {
    under_way: Option<UnderWay>,
}

/// How far the stored history was judged anew.
#[derive(Debug)]
struct UnderWay {
    outputs: BTreeSet<OutputId>,
    /// Whether it takes what waits in the outbox along, if it judges for every output.
    with_outbox: bool,
    /// The last story whose verdict was kept.
    after: StoryId,
    /// Verdicts on those that follow it.
    ahead: Option<JudgedAhead>,
}

impl Replay {
    /// Begins with the outputs that are stale. A replay that is under way goes on, unless another process has crossed it by
    /// other rules, or another output is stale.
    pub(super) fn begin(&mut self, states: Vec<OutputState>, with_outbox: bool) {
        let stale: Vec<_> = states.into_iter().filter(|state| state.stale).collect();
        let goes_on = self.under_way.as_ref().is_some_and(|replay| {
            let belongs =
                |state: &OutputState| state.replaying && replay.outputs.contains(&state.id);
            stale.iter().all(belongs)
        });
        if goes_on {
            return;
        }
        let outputs: BTreeSet<OutputId> = stale.into_iter().map(|state| state.id).collect();
        self.under_way = (!outputs.is_empty()).then_some(UnderWay {
            outputs,
            with_outbox,
            after: StoryId(0),
            ahead: None,
        });
    }

    /// Ends it, finished or not.
    pub(super) fn end(&mut self) {
        self.under_way = None;
    }

    /// What the next stories come to; `None`: nothing is replayed. `settles`: whether that settles the outbox.
    pub(super) async fn next(
        &mut self,
        store: &Arc<dyn Store>,
        plan: &Arc<Plan>,
        settles: bool,
    ) -> Result<Option<JudgedStories>, StoreError> {
        let Some(replay) = &mut self.under_way else {
            return Ok(None);
        };
        let begin = || {
            let history = History {
                store: store.clone(),
                plan: plan.clone(),
                outputs: Arc::new(replay.outputs.clone()),
                settles,
            };
            JudgedAhead::begin(history, replay.after)
        };
        let ahead = replay.ahead.get_or_insert_with(begin);
        let next = ahead.next().await;
        if !next.as_ref().is_ok_and(|next| next.last.is_some()) {
            replay.ahead = None;
        }
        next.map(Some)
    }

    /// Verdicts up to this story were kept; `None`: those that came last were not, and are judged again.
    pub(super) fn advance(&mut self, to: Option<StoryId>) {
        let Some(replay) = &mut self.under_way else {
            return;
        };
        match to {
            Some(to) => replay.after = to,
            None => replay.ahead = None,
        }
    }

    /// Whether it takes what waits in the outbox along, if it judges for every output.
    pub(super) fn is_with_outbox(&self) -> bool {
        self.under_way
            .as_ref()
            .is_some_and(|replay| replay.with_outbox)
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// The outputs that are replayed.
    pub(super) fn outputs(&self) -> BTreeSet<OutputId> {
        let under_way = self.under_way.as_ref();
        under_way
            .map(|replay| replay.outputs.clone())
            .unwrap_or_default()
    }
}
