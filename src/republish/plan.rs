//! What is published, from which sources, by which rules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use url::Url;

use crate::model::{Hash, Output, OutputId, Secret, Source, SourceId};
use crate::select::{Rule, RuleText};

/// Everything the outward line needs of the configuration.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Base of every self link; ends in `/`.
    pub public_url: Url,
    /// The enabled sources.
    pub sources: BTreeMap<SourceId, SourcePlan>,
    /// The outputs, in configured order.
    pub outputs: Vec<OutputPlan>,
}

/// A source as outputs see it.
#[derive(Debug, Clone)]
pub struct SourcePlan {
    /// The source.
    pub source: Arc<Source>,
    /// Entries that it drops are invisible to every output.
    pub rule: Arc<Rule>,
    /// The rule as written.
    pub rule_text: RuleText,
}

/// An output with its rules.
#[derive(Debug, Clone)]
pub struct OutputPlan {
    /// The output.
    pub output: Output,
    /// The sources it sees.
    pub sources: BTreeSet<SourceId>,
    /// What it keeps.
    pub rule: Arc<Rule>,
    /// The rule as written.
    pub rule_text: RuleText,
    /// Who may read it; `None`: everyone.
    pub token: Option<Secret>,
}

impl Plan {
    /// The ids of the outputs, in configured order.
    pub fn output_ids(&self) -> impl Iterator<Item = &OutputId> {
        self.outputs.iter().map(|plan| &plan.output.id)
    }

    /// What each output is judged by, see [`Self::rules_hash`].
    #[must_use]
    pub fn rules(&self) -> BTreeMap<OutputId, Hash> {
        let outputs = self.outputs.iter();
        outputs
            .map(|plan| (plan.output.id.clone(), self.rules_hash(plan)))
            .collect()
    }

    /// The hash of everything that an output's membership depends on; another one means that history must be replayed.
    #[must_use]
    pub fn rules_hash(&self, plan: &OutputPlan) -> Hash {
        /// Raised when judging itself changes.
        const VERSION: u8 = 2;
        let sources: Vec<_> = plan
            .sources
            .iter()
            .filter_map(|id| self.sources.get(id))
            .map(|seen| {
                (
                    &seen.source.id,
                    seen.source.priority,
                    &seen.source.tags,
                    &seen.rule_text,
                )
            })
            .collect();
        let written = format!(
            "{:?}",
            (
                plan.output.duplicates,
                plan.output.updates,
                &plan.rule_text,
                sources,
            )
        );
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[VERSION]);
        hasher.update(written.as_bytes());
        let mut hash = Hash::default();
        hasher.finalize_xof().fill(&mut hash);
        hash
    }
}
