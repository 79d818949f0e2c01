//! What is published, with what the store has registered of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::plan::{OutputPlan, Plan};
use crate::model::{Hash, OutputId, Tombstone};
use crate::publish::{Fragment, OutboundFeed};
use crate::store::{OutputState, Store, StoreError};

/// The plan, what each of its outputs is judged by, and what the ids of its documents follow from. Cheap to clone.
#[derive(Clone)]
pub(super) struct Publication {
    pub(super) plan: Arc<Plan>,
    /// What each output is judged by.
    pub(super) rules: Arc<BTreeMap<OutputId, Hash>>,
    /// [`OutputState::id_base`] of each output, as the store said last.
    id_bases: Arc<BTreeMap<OutputId, String>>,
}

impl Publication {
    /// A plan of which nothing is registered.
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        Self {
            rules: Arc::new(plan.rules()),
            plan,
            id_bases: Arc::default(),
        }
    }

    /// Another plan; bases of ids stay as they are until it is registered.
    pub(super) fn replace_plan(&mut self, plan: Arc<Plan>) {
        self.rules = Arc::new(plan.rules());
        self.plan = plan;
    }

    /// Registers the outputs.
    pub(super) async fn register(
        &mut self,
        store: &dyn Store,
    ) -> Result<Vec<OutputState>, StoreError> {
        let rules: Vec<_> = BTreeMap::clone(&self.rules).into_iter().collect();
        let base = self.plan.public_url.as_str();
        let states = store.register_outputs(&rules, base).await?;
        let bases = states
            .iter()
            .map(|state| (state.id.clone(), state.id_base.clone()));
        self.id_bases = Arc::new(bases.collect());
        Ok(states)
    }

    /// The hash of what an output is judged by.
    pub(super) fn rules_of(&self, output: &OutputId) -> Hash {
        self.rules.get(output).copied().unwrap_or_default()
    }

    /// An output's feed of these items, that announces others as deleted.
    pub(super) fn feed(
        &self,
        plan: &OutputPlan,
        items: Vec<Arc<Fragment>>,
        prev_archive: u32,
        deleted: Arc<[Tombstone]>,
    ) -> OutboundFeed {
        OutboundFeed {
            id_base: self.id_base(&plan.output.id),
            output: plan.output.clone(),
            public_url: self.plan.public_url.clone(),
            items,
            prev_archive,
            deleted,
        }
    }

    /// What the ids of an output's documents follow from. One that the store has not registered has none yet.
    fn id_base(&self, output: &OutputId) -> String {
        let base = self.id_bases.get(output).map(String::as_str);
        base.unwrap_or(self.plan.public_url.as_str()).to_owned()
    }
}
