//! Judges the stored history ahead of the writer: a few batches of stories are read, judged and compared with what is kept at once,
//! while the store writes what an earlier one changes. A rule that is changed a little changes few verdicts, so that there is little
//! to write.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::judge::{Witness, judge};
use super::plan::Plan;
use crate::model::{OutputId, Story, StoryId};
use crate::store::{Membership, Store, StoreError};

/// Stories read and judged in one step.
const BATCH: usize = 256;
/// Batches that are judged before anybody asks for them. With one, judging keeps about two cores busy, and polls have the rest.
const AHEAD: usize = 1;

/// What is judged anew.
#[derive(Clone)]
pub(super) struct History {
    pub(super) store: Arc<dyn Store>,
    pub(super) plan: Arc<Plan>,
    pub(super) outputs: Arc<BTreeSet<OutputId>>,
    /// Whether the verdicts settle the outbox. Then those that change nothing are needed, too.
    pub(super) settles: bool,
}

/// A batch of stories of the history, with the verdicts on them.
#[derive(Debug)]
pub(super) struct JudgedStories {
    /// Unless the outbox is to be settled, only those that change what is kept.
    pub(super) judged: Vec<Membership>,
    pub(super) witnesses: Vec<(StoryId, Witness)>,
    /// The last of them; `None`: there are no more stories.
    pub(super) last: Option<StoryId>,
}

/// The verdicts on the history, batch by batch, in the order of the stories. Dropping it stops the work.
#[derive(Debug)]
pub(super) struct JudgedAhead(mpsc::Receiver<JoinHandle<Judged>>);

type Judged = Result<JudgedStories, StoreError>;

impl JudgedAhead {
    /// Starts judging the stories that follow `after`.
    pub(super) fn begin(history: History, after: StoryId) -> Self {
        let (batches, ahead) = mpsc::channel(AHEAD);
        tokio::spawn(judge_on(history, after, batches));
        Self(ahead)
    }

    /// The next batch. Nothing follows one whose [`JudgedStories::last`] is `None`, or an error.
    pub(super) async fn next(&mut self) -> Result<JudgedStories, StoreError> {
        let judging = self.0.recv().await.ok_or(StoreError::Closed)?;
        let ended = judging.await;
        ended.unwrap_or_else(|ended| Err(StoreError::of_task("judge stories", &ended)))
    }
}

/// Begins with a batch whenever there is room for it.
async fn judge_on(history: History, mut after: StoryId, batches: mpsc::Sender<JoinHandle<Judged>>) {
    while let Ok(room) = batches.reserve().await {
        let found = history.store.story_ids_after(after, BATCH).await;
        let found = found.map(|ids| ids.last().copied());
        let last = found.as_ref().ok().copied().flatten();
        let batch = history.clone().judge(after, found, batches.clone());
        room.send(tokio::spawn(batch));
        match last {
            Some(last) => after = last,
            None => return,
        }
    }
}

impl History {
    /// Judges the stories after `after`, up to `found`, the last one of a batch. It gives up as soon as nobody waits for `batches` any
    /// more, because a stop would have to wait for it.
    async fn judge(
        self,
        after: StoryId,
        found: Result<Option<StoryId>, StoreError>,
        batches: mpsc::Sender<JoinHandle<Judged>>,
    ) -> Judged {
        let last = found?;
        let stories = match last {
            Some(last) => {
                let (store, bodies) = (&self.store, self.plan.bodies(&self.outputs));
                store.stories_between(after, last, bodies).await?
            }
            None => Vec::new(),
        };
        let (plan, outputs) = (self.plan.clone(), self.outputs.clone());
        let is_given_up = move || batches.is_closed();
        // Reading the words of long texts takes a while.
        let judging =
            tokio::task::spawn_blocking(move || judge_all(&plan, &outputs, &stories, is_given_up));
        let judged = judging.await;
        let (mut judged, witnesses) =
            judged.map_err(|ended| StoreError::of_task("judge stories", &ended))?;
        if !self.settles {
            judged = self.store.changing(judged).await?;
        }
        Ok(JudgedStories {
            judged,
            witnesses,
            last,
        })
    }
}

/// Judges stories one by one, unless the work is given up.
fn judge_all(
    plan: &Plan,
    outputs: &BTreeSet<OutputId>,
    stories: &[Story],
    is_given_up: impl Fn() -> bool,
) -> (Vec<Membership>, Vec<(StoryId, Witness)>) {
    let wanted = stories.iter().take_while(|_| !is_given_up());
    let verdicts = wanted.map(|story| {
        let (membership, witness) = judge(plan, story, |output| outputs.contains(output));
        (membership, (story.id, witness))
    });
    verdicts.unzip()
}
