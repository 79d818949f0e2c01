//! Judges the stored history in a pipeline of three stages: while the store writes the verdicts on one batch of stories, the next
//! batch is judged and the one after that is read.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::judge::{Witness, judge};
use super::plan::Plan;
use crate::model::{OutputId, Story, StoryId};
use crate::store::{Membership, Store, StoreError};

/// Stories read and judged in one step.
const BATCH: usize = 256;
/// Batches that may wait between two stages.
const AHEAD: usize = 1;

/// A batch of stories of the history, with the verdicts on them.
pub(super) struct JudgedStories {
    pub(super) judged: Vec<Membership>,
    pub(super) witnesses: Vec<(StoryId, Witness)>,
    /// The last of them; `None`: there are no more stories.
    pub(super) last: Option<StoryId>,
}

/// The verdicts on the history, batch by batch, in the order of the stories. Ends after a batch whose [`JudgedStories::last`] is
/// `None`, or after an error. Dropping it stops the work.
pub(super) type JudgedAhead = mpsc::Receiver<Result<JudgedStories, StoreError>>;

/// Starts judging the stories that follow `after`, for some outputs of a plan.
pub(super) fn judged_ahead(
    store: Arc<dyn Store>,
    plan: Arc<Plan>,
    outputs: BTreeSet<OutputId>,
    after: StoryId,
) -> JudgedAhead {
    let (read, stories) = mpsc::channel(AHEAD);
    let (judged, ahead) = mpsc::channel(AHEAD);
    tokio::spawn(read_on(store, after, read));
    tokio::spawn(judge_on(plan, Arc::new(outputs), stories, judged));
    ahead
}

type Read = Result<Vec<Story>, StoreError>;

async fn read_on(store: Arc<dyn Store>, mut after: StoryId, read: mpsc::Sender<Read>) {
    loop {
        let stories = store.stories_after(after, BATCH).await;
        let last = stories.as_ref().ok().and_then(|stories| stories.last());
        let last = last.map(|story| story.id);
        let is_taken = read.send(stories).await.is_ok();
        match last.filter(|_| is_taken) {
            Some(last) => after = last,
            None => return,
        }
    }
}

async fn judge_on(
    plan: Arc<Plan>,
    outputs: Arc<BTreeSet<OutputId>>,
    mut read: mpsc::Receiver<Read>,
    judged: mpsc::Sender<Result<JudgedStories, StoreError>>,
) {
    while let Some(stories) = read.recv().await {
        let verdicts = match stories {
            Ok(stories) => {
                let (plan, outputs) = (plan.clone(), outputs.clone());
                // Reading the words of long texts takes a while.
                let is_given_up = {
                    let judged = judged.clone();
                    move || judged.is_closed()
                };
                let judging = tokio::task::spawn_blocking(move || {
                    judge_all(&plan, &outputs, &stories, is_given_up)
                });
                let ended = judging.await;
                ended.map_err(|ended| StoreError::of_task("judge stories", &ended))
            }
            Err(error) => Err(error),
        };
        if judged.send(verdicts).await.is_err() {
            return;
        }
    }
}

/// Judges stories one by one, unless nobody waits for them any more: a stop would wait for the rest.
fn judge_all(
    plan: &Plan,
    outputs: &BTreeSet<OutputId>,
    stories: &[Story],
    is_given_up: impl Fn() -> bool,
) -> JudgedStories {
    let wanted = stories.iter().take_while(|_| !is_given_up());
    let verdicts = wanted.map(|story| {
        let (membership, witness) = judge(plan, story, |output| outputs.contains(output));
        (membership, (story.id, witness))
    });
    let (judged, witnesses) = verdicts.unzip();
    JudgedStories {
        judged,
        witnesses,
        last: stories.last().map(|story| story.id),
    }
}
