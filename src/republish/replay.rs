//! A changed rule is applied to what is stored: in batches, so that everything else goes on beside it. What is replayed is
//! a mixture of old and new verdicts until the end, and its documents stay as they were until then.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::judged_ahead::{History, JudgedAhead, JudgedStories};
use super::plan::Plan;
use crate::model::{OutputId, StoryId};
use crate::store::{Membership, OutputState, Store, StoreError};

/// Items that one step of the store writes or removes, unless one story has more.
const ITEMS_AT_ONCE: usize = 1_000;

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

/// Parts verdicts into steps of the store, because a step with many items would keep others waiting.
pub(super) fn portions(judged: Vec<Membership>) -> Vec<Vec<Membership>> {
    let mut portions: Vec<Vec<Membership>> = Vec::new();
    let mut room = 0;
    for membership in judged {
        let items = item_count(&membership);
        match portions.last_mut().filter(|_| items <= room) {
            Some(portion) => {
                room -= items;
                portion.push(membership);
            }
            None => {
                room = ITEMS_AT_ONCE.saturating_sub(items);
                portions.push(vec![membership]);
            }
        }
    }
    portions
}

/// How many items a verdict may write or remove. An output that keeps nothing of a story may have to remove one.
fn item_count(membership: &Membership) -> usize {
    let kept = membership.kept.iter();
    kept.map(|(_, items)| items.len().max(1)).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A verdict of this many outputs, none of which keeps the story.
    fn membership(outputs: usize) -> Membership {
        let output = OutputId::new("all").expect("valid");
        Membership {
            taken_back: BTreeMap::new(),
            story: StoryId(1),
            revision: 1,
            kept: vec![(output, Vec::new()); outputs],
        }
    }

    #[test]
    fn a_step_takes_no_more_verdicts_than_have_room() {
        let cases: &[(&[usize], &[usize])] = &[
            (&[], &[]),
            (&[0, 0], &[2]),
            (&[ITEMS_AT_ONCE, 0, 1], &[2, 1]),
            (&[ITEMS_AT_ONCE - 1, 1, 1], &[2, 1]),
            (&[5 * ITEMS_AT_ONCE, 1, 1], &[1, 2]),
            (&[400, 400, 400, 400, 400], &[2, 2, 1]),
        ];
        for (given, expected) in cases {
            let judged = given.iter().map(|outputs| membership(*outputs));
            let found = portions(judged.collect());
            let found: Vec<usize> = found.iter().map(Vec::len).collect();
            assert_eq!(found, *expected, "{given:?}");
        }
    }
}
