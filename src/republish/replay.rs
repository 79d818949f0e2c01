//! A changed rule is applied to what is stored: in batches, so that everything else goes on beside it. What is replayed is
//! a mixture of old and new verdicts until the end, and its documents stay as they were until then.

use std::collections::BTreeSet;

use super::{BATCH, Republisher};
use crate::model::{OutputId, StoryId};
use crate::store::StoreError;

/// How far the stored history was judged anew.
#[derive(Debug)]
pub(super) struct Replay {
    outputs: BTreeSet<OutputId>,
    after: StoryId,
}

impl Republisher {
    /// Registers the outputs; those whose rules have changed since they were last judged are replayed by the steps that
    /// follow. One that is under way goes on, unless another process crossed it by other rules.
    ///
    /// # Errors
    /// The store's.
    pub async fn begin_replay(&mut self) -> Result<(), StoreError> {
        let states = self.register().await?.into_iter();
        let stale: Vec<_> = states.filter(|state| state.stale).collect();
        let under_way = self.replay.as_ref();
        let goes_on = under_way.is_some_and(|replay| {
            let mut stale = stale.iter();
            stale.all(|state| state.replaying && replay.outputs.contains(&state.id))
        });
        if goes_on {
            return Ok(());
        }
        let outputs: BTreeSet<OutputId> = stale.into_iter().map(|state| state.id).collect();
        self.replay = (!outputs.is_empty()).then_some(Replay {
            outputs,
            after: StoryId(0),
        });
        Ok(())
    }

    /// Whether steps are left to take.
    #[must_use]
    pub fn is_replaying(&self) -> bool {
        self.replay.is_some()
    }

    /// The outputs whose documents must stay as they are until the end.
    #[must_use]
    pub fn replayed(&self) -> BTreeSet<OutputId> {
        let replay = self.replay.as_ref();
        replay
            .map(|replay| replay.outputs.clone())
            .unwrap_or_default()
    }

    /// Judges the next stories of the history; with the last ones, returns the outputs whose documents should be rendered.
    ///
    /// # Errors
    /// The store's; the step can be taken again.
    pub async fn replay_step(&mut self) -> Result<BTreeSet<OutputId>, StoreError> {
        let Some(Replay { outputs, after }) = &self.replay else {
            return Ok(BTreeSet::new());
        };
        let (outputs, after) = (outputs.clone(), *after);
        let stories = self.store.stories_after(after, BATCH).await?;
        let Some(last) = stories.last().map(|story| story.id) else {
            self.end_replay(&outputs).await?;
            return Ok(outputs);
        };
        self.read_tally().await?;
        let judged = stories.iter();
        let judged = judged
            .map(|story| self.judge(story, |output| outputs.contains(output)))
            .collect();
        let now = self.clock.now();
        self.store.keep(judged, &self.rules, false, now).await?;
        self.write_tally().await?;
        self.replay = Some(Replay {
            outputs,
            after: last,
        });
        Ok(BTreeSet::new())
    }

    async fn end_replay(&mut self, outputs: &BTreeSet<OutputId>) -> Result<(), StoreError> {
        let rules = self.rules.iter();
        for (output, rules) in rules.filter(|(output, _)| outputs.contains(output)) {
            let now = self.clock.now();
            if !self.store.finish_replay(output, *rules, now).await? {
                // Another process has other rules for it. It is stale, and whoever looks next replays it.
                tracing::warn!(%output, "another mainstem judges this output by other rules: reload it");
            }
        }
        self.replay = None;
        Ok(())
    }

    /// Replays what has to be, to the end.
    ///
    /// # Errors
    /// The store's; what was replayed so far stays and the replay starts again next time.
    pub async fn replay(&mut self) -> Result<(), StoreError> {
        self.begin_replay().await?;
        while self.is_replaying() {
            self.replay_step().await?;
        }
        Ok(())
    }
}
