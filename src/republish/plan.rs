//! What is published, from which sources, by which rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use url::Url;

use super::rules_hash::{JudgedBy, JudgedSource};
use crate::model::{Hash, Output, OutputId, Secret, Source, SourceId};
use crate::select::{Rule, RuleError, RuleText, Vocabulary};
use crate::store::Bodies;

/// Everything the outward line needs of the configuration.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Base of every self link; ends in `/`.
    pub public_url: Url,
    /// The enabled sources.
    pub sources: BTreeMap<SourceId, SourcePlan>,
    /// The outputs, in configured order.
    pub outputs: Vec<OutputPlan>,
    /// Of all rules.
    vocabulary: Vocabulary,
}

/// The owner of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleOwner {
    /// An output's.
    Output(OutputId),
    /// A source's.
    Source(SourceId),
}

impl fmt::Display for RuleOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(id) => write!(f, "output {id}"),
            Self::Source(id) => write!(f, "source {id}"),
        }
    }
}

impl RuleOwner {
    /// The owner that is written so by [`fmt::Display`].
    pub(super) fn read(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(' ')?;
        match kind {
            "output" => OutputId::new(id).ok().map(Self::Output),
            "source" => SourceId::new(id).ok().map(Self::Source),
            _ => None,
        }
    }
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
    /// The rule as written, with the words of the lists that it names.
    pub rule_text: RuleText,
    /// The words and expression of the rule as they stand in the configuration, `list:NAME` for a list.
    pub rule_written: RuleText,
    /// Who may read it; `None`: everyone.
    pub token: Option<Secret>,
}

impl OutputPlan {
    /// The hub that is told of the output; `None`: none. An output with a token has none, as a hub would ask for its documents
    /// without.
    #[must_use]
    pub fn hub(&self) -> Option<&Url> {
        let hub = self.output.face.hub.as_ref();
        hub.filter(|_| self.token.is_none())
    }
}

impl Plan {
    /// A plan of these sources and outputs.
    #[must_use]
    pub fn new(
        public_url: Url,
        sources: BTreeMap<SourceId, SourcePlan>,
        outputs: Vec<OutputPlan>,
    ) -> Self {
        let of_sources = sources.values().map(|seen| &*seen.rule);
        let rules = of_sources.chain(outputs.iter().map(|output| &*output.rule));
        Self {
            vocabulary: Vocabulary::of(rules),
            public_url,
            sources,
            outputs,
        }
    }

    /// The same with another rule for one output; for an output that there is not, the same.
    ///
    /// # Errors
    /// What is wrong with the rule.
    pub fn with_rule(&self, output: &OutputId, text: RuleText) -> Result<Self, Vec<RuleError>> {
        let rule = Arc::new(Rule::compile(&text)?);
        let mut outputs = self.outputs.clone();
        let mut plans = outputs.iter_mut();
        if let Some(plan) = plans.find(|plan| plan.output.id == *output) {
            plan.rule = rule;
            plan.rule_text = text;
        }
        let (public_url, sources) = (self.public_url.clone(), self.sources.clone());
        Ok(Self::new(public_url, sources, outputs))
    }

    /// A rule as written; `None`: it is not in the plan.
    pub(super) fn rule_text(&self, owner: &RuleOwner) -> Option<&RuleText> {
        match owner {
            RuleOwner::Source(id) => self.sources.get(id).map(|seen| &seen.rule_text),
            RuleOwner::Output(id) => {
                let output = self.output(id);
                output.map(|plan| &plan.rule_text)
            }
        }
    }

    /// Which bodies of entries must be read to judge stories for these outputs.
    pub(super) fn bodies(&self, outputs: &BTreeSet<OutputId>) -> Bodies {
        let plans = self.outputs.iter();
        let mut plans = plans.filter(|plan| outputs.contains(&plan.output.id));
        // Rules of sources are applied for every output.
        let mut sources = self.sources.values();
        match plans.any(|plan| plan.rule.reads_body()) || sources.any(|seen| seen.rule.reads_body())
        {
            true => Bodies::All,
            false => Bodies::OfSeveral,
        }
    }

    /// The words of all its rules.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// An output; `None`: it is not in the plan.
    #[must_use]
    pub fn output(&self, id: &OutputId) -> Option<&OutputPlan> {
        self.outputs.iter().find(|plan| plan.output.id == *id)
    }

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
        let sources = plan.sources.iter().filter_map(|id| self.sources.get(id));
        let judged_by = JudgedBy {
            duplicates: plan.output.duplicates,
            updates: plan.output.updates,
            withdrawals: plan.output.withdrawals,
            rule: &plan.rule_text,
            sources: sources
                .map(|seen| JudgedSource {
                    id: &seen.source.id,
                    priority: seen.source.priority,
                    tags: &seen.source.tags,
                    rule: &seen.rule_text,
                })
                .collect(),
        };
        judged_by.hash()
    }
}
