//! Withdrawals that another process has stored, told in the daemon's log once each.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::EntryId;
use crate::store::{Store, StoreError, WithdrawnStory};

/// Knows which withdrawals are no news.
pub(super) struct WithdrawalWatch {
    store: Arc<dyn Store>,
    /// `None`: not looked yet.
    known: Option<BTreeSet<EntryId>>,
}

impl WithdrawalWatch {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, known: None }
    }

    /// Logs the withdrawals that are new. Those that were there at the first look are none: whoever withdrew them was told.
    pub(super) async fn look(&mut self) -> Result<(), StoreError> {
        let withdrawn = self.store.withdrawn_entries().await?;
        if let Some(known) = &self.known {
            let new: Vec<EntryId> = withdrawn.difference(known).copied().collect();
            if !new.is_empty() {
                let stories = self.store.withdrawn_stories(new).await?;
                stories.iter().for_each(log);
            }
        }
        self.known = Some(withdrawn);
        Ok(())
    }
}

fn log(withdrawn: &WithdrawnStory) {
    let WithdrawnStory {
        story,
        entry,
        entries,
        reason,
        outputs,
        archives,
    } = withdrawn;
    let outputs: Vec<&str> = outputs.iter().map(|output| output.as_str()).collect();
    tracing::info!(
        %story, %entry, entries, reason, outputs = outputs.join(" "), archives,
        "an operator has withdrawn a story: its items leave these outputs, and `archives` documents are written anew"
    );
}
