//! A start with a long outbox first shows the documents that the last process kept, and judges the outbox afterwards. Only stories that
//! these documents show and that have changed since are judged before: otherwise words would be published that no rule has seen.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::OutputPlan;
use super::reading::WindowReader;
use crate::model::{OutputId, Story, StoryId};
use crate::store::{OutputState, StoreError};

/// How the store has the outputs at a start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StartState {
    /// Whether any of them was ever rendered.
    pub is_rendered: bool,
    /// Whether any of them is to be replayed.
    pub is_stale: bool,
    /// Those that were rendered and are judged by the rules of today, but for what waits in the outbox.
    pub(super) current: BTreeSet<OutputId>,
    /// Those that were rendered and are judged by other rules, all of them by the same.
    pub(super) former: BTreeSet<OutputId>,
}

impl StartState {
    pub(super) fn of(states: &[OutputState]) -> Self {
        let rendered = || states.iter().filter(|state| state.rendered && state.whole);
        let ids = |stale: bool| {
            let some = rendered().filter(move |state| state.stale == stale);
            some.map(|state| state.id.clone()).collect()
        };
        Self {
            is_rendered: states.iter().any(|state| state.rendered),
            is_stale: states.iter().any(|state| state.stale),
            current: ids(false),
            former: ids(true),
        }
    }
}

/// The stories that outputs show and that wait in the outbox, by output; those of `judged` do not count.
pub(super) async fn waiting_in(
    reader: &WindowReader<'_>,
    outputs: &[&OutputPlan],
    judged: &BTreeSet<StoryId>,
) -> Result<BTreeMap<OutputId, Vec<Story>>, StoreError> {
    let windows = reader.whole(outputs).await?;
    let mut waiting = BTreeMap::new();
    for (plan, window) in outputs.iter().zip(windows) {
        let stories: BTreeSet<StoryId> = window.rows.iter().map(|row| row.story).collect();
        let unjudged = stories.difference(judged).copied().collect();
        let found = reader.store.waiting_among(unjudged).await?;
        if !found.is_empty() {
            waiting.insert(plan.output.id.clone(), found);
        }
    }
    Ok(waiting)
}
