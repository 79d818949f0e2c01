//! What judging brings to light about rules: which could not be evaluated, and which of their parts do anything.

use std::collections::BTreeSet;

use super::judge::Witness;
use super::plan::{Plan, RuleOwner};
use super::tally::Tally;
use crate::model::StoryId;
use crate::store::{Store, StoreError};

/// Reports and remembers it.
#[derive(Debug, Default)]
pub(super) struct RuleWatch {
    /// Rules that could not be evaluated, each reported once with its reason.
    unjudged: BTreeSet<(RuleOwner, String)>,
    tally: Tally,
}

impl RuleWatch {
    /// Takes in what is stored, before the first verdict is noted.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn begin(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        self.tally.read(store).await
    }

    /// Notes what judging a story has shown.
    pub(super) fn note(&mut self, plan: &Plan, story: StoryId, witness: Witness) {
        for (owner, why) in witness.unjudged {
            if self.unjudged.insert((owner.clone(), why.clone())) {
                tracing::warn!(rule = %owner, story = %story, why, "a rule could not be evaluated; what it cannot judge is kept");
            }
        }
        for (owner, place, signs) in &witness.signs {
            if let Some(text) = plan.rule_text(owner) {
                self.tally.note(owner, text, *place, signs);
            }
        }
    }

    /// Stores what was noted.
    ///
    /// # Errors
    /// The store's; it is stored with the next.
    pub(super) async fn store(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        self.tally.write(store).await
    }

    /// Rules are others: what could not be evaluated is reported again.
    pub(super) fn plan_replaced(&mut self) {
        self.unjudged.clear();
    }
}
