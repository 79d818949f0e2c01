//! A changed rule is applied to what is stored: in batches, so that everything else goes on beside it. What is replayed is
//! a mixture of old and new verdicts until the end, and its documents stay as they were until then.

use std::collections::BTreeSet;

use crate::model::{OutputId, StoryId};
use crate::store::OutputState;

/// The replay under way, if there is one.
#[derive(Debug, Default)]
pub(super) struct Replay {
    under_way: Option<UnderWay>,
}

/// How far the stored history was judged anew.
#[derive(Debug, Clone)]
pub(super) struct UnderWay {
    pub(super) outputs: BTreeSet<OutputId>,
    /// The last story that was judged.
    pub(super) after: StoryId,
}

impl Replay {
    /// Begins with the outputs that are stale. A replay that is under way goes on, unless another process has crossed it by
    /// other rules, or another output is stale.
    pub(super) fn begin(&mut self, states: Vec<OutputState>) {
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
            after: StoryId(0),
        });
    }

    /// Ends it, finished or not.
    pub(super) fn end(&mut self) {
        self.under_way = None;
    }

    /// Everything up to this story was judged.
    pub(super) fn advance(&mut self, to: StoryId) {
        if let Some(under_way) = &mut self.under_way {
            under_way.after = to;
        }
    }

    pub(super) fn under_way(&self) -> Option<&UnderWay> {
        self.under_way.as_ref()
    }

    /// The outputs that are replayed.
    pub(super) fn outputs(&self) -> BTreeSet<OutputId> {
        let under_way = self.under_way.as_ref();
        under_way
            .map(|replay| replay.outputs.clone())
            .unwrap_or_default()
    }
}
