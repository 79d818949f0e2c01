//! Cuts archive documents one at a time beside the publisher, so that no reader's document waits for one that can wait.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::model::OutputId;
use crate::republish::{Archivist, Rendered};
use crate::store::StoreError;

/// Pause between two documents, as a multiple of what the last one took, so that a long history hardly delays what comes
/// meanwhile.
const REST_FACTOR: u32 = 9;
/// Lower bound of that pause.
const REST: Duration = Duration::from_millis(10);

/// Pause after the store failed.
const AFTER_TROUBLE: Duration = Duration::from_secs(1);

/// What has become of a turn.
struct Turn {
    /// Whether a document was cut: there may be another.
    was_cut: bool,
    took: Duration,
}

/// Cuts archive documents for the outputs that wait, one after the other.
#[derive(Default)]
pub(super) struct Archiver {
    /// Of these something may have to be archived.
    waiting: BTreeSet<OutputId>,
    /// New items since it was last looked.
    fresh: BTreeMap<OutputId, usize>,
    /// Outputs whose archiving panicked. It would panic again, so they are left alone until the next start.
    given_up: BTreeSet<OutputId>,
    under_way: Option<(OutputId, JoinHandle<Result<Turn, StoreError>>)>,
    ended: Option<(OutputId, Result<Turn, StoreError>)>,
    rests_until: Option<Instant>,
}

impl Archiver {
    /// An output was shown: after enough new items something of it can be archived.
    pub(super) fn shown(&mut self, output: &OutputId, rendered: &Rendered) {
        if self.given_up.contains(output) {
            return;
        }
        let fresh = self.fresh.entry(output.clone()).or_default();
        *fresh += rendered.fresh;
        if *fresh >= rendered.slack || !rendered.is_archived {
            *fresh = 0;
            self.waiting.insert(output.clone());
        }
    }

    /// It is not shown any more.
    pub(super) fn forget(&mut self, output: &OutputId) {
        self.waiting.remove(output);
        self.fresh.remove(output);
    }

    /// An output that waits, where nothing is under way and the last turn was long enough ago.
    pub(super) fn next(&self) -> Option<OutputId> {
        let rests = self.rests_until.is_some_and(|until| Instant::now() < until);
        let is_free = self.under_way.is_none() && self.ended.is_none() && !rests;
        is_free.then(|| self.waiting.first().cloned()).flatten()
    }

    /// Takes a turn for an output.
    pub(super) fn start(&mut self, archivist: Archivist, output: OutputId, rendered: Rendered) {
        let of = output.clone();
        let turn = tokio::spawn(async move {
            let began = Instant::now();
            let was_cut = archivist.archive(&of, &rendered).await?;
            Ok(Turn {
                was_cut,
                took: began.elapsed(),
            })
        });
        self.under_way = Some((output, turn));
    }

    /// Ends when a turn has ended or the next can begin. Loses nothing when it is dropped.
    pub(super) async fn ready(&mut self) {
        if let Some((output, turn)) = &mut self.under_way {
            let ended = turn.await;
            let ended = ended.unwrap_or_else(|ended| Err(StoreError::of_task("archive", &ended)));
            self.ended = Some((output.clone(), ended));
            self.under_way = None;
        }
        if self.ended.is_some() {
            return;
        }
        if self.waiting.is_empty() {
            return std::future::pending().await;
        }
        tokio::time::sleep_until(self.rests_until.unwrap_or_else(Instant::now)).await;
    }

    /// The output for which there is nothing left to do, if a turn has ended so.
    pub(super) fn finish(&mut self) -> Result<Option<OutputId>, StoreError> {
        let Some((output, ended)) = self.ended.take() else {
            return Ok(None);
        };
        self.rests_until = Some(Instant::now() + AFTER_TROUBLE);
        let turn = match ended {
            Err(StoreError::Panicked { .. }) => {
                self.give_up(output);
                return Ok(None);
            }
            ended => ended?,
        };
        self.rests_until = Some(Instant::now() + (turn.took * REST_FACTOR).max(REST));
        if turn.was_cut {
            return Ok(None);
        }
        self.waiting.remove(&output);
        Ok(Some(output))
    }

    /// Leaves an output alone whose archiving panicked, and reports it.
    fn give_up(&mut self, output: OutputId) {
        tracing::error!(
            %output,
            "archiving this output panicked: until the next start it gets no new archive documents, and everything else is published; this is a bug: please report it with the line \"panic\" before this one"
        );
        self.waiting.remove(&output);
        self.given_up.insert(output);
    }
}
