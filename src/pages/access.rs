//! Which stories a visitor may see, and which of their entries.
//!
//! An output with a token is hidden from whoever has not brought it, and so is what only it shows. Everything else follows from that:
//! - A story that outputs keep is shown to whoever may read one of them.
//! - A story that none keeps is no output's, and open to whoever may see what is no output's (`[server] token`).
//! - An entry is shown where an output sees its source that the visitor may read; one that no output sees is no output's.
//! - An entry that is withdrawn is shown to nobody. One that its publisher has withdrawn is shown unless all outputs follow that which
//!   see its source and that the visitor may read.
//! - Whoever brings `[server] token`, where there is one, runs the place and sees every story, though not which closed outputs keep it.

use std::collections::BTreeSet;

use super::made::NoPage;
use super::request::PageRequest;
use crate::model::{OutputId, Secret, SourceId, Timestamp, WithdrawalRule};
use crate::republish::OutputPlan;

/// What a visitor may see.
#[derive(Debug, Clone)]
pub(super) struct Access {
    /// Whether every story and entry.
    is_whole: bool,
    /// Whether what is no output's.
    has_rest: bool,
    /// The outputs.
    readable: BTreeSet<OutputId>,
    /// The sources of those.
    seen: BTreeSet<SourceId>,
    /// The sources of those of them that go on showing what a publisher withdraws, and of those that follow it.
    reporting: BTreeSet<SourceId>,
    following: BTreeSet<SourceId>,
    /// The sources of the other outputs.
    seen_elsewhere: BTreeSet<SourceId>,
    /// Whether there are tokens at all.
    has_tokens: bool,
}

impl Access {
    pub(super) fn of(request: &PageRequest) -> Self {
        let (settings, visitor) = (&request.settings, &request.visitor);
        let server_token = settings.server_token.as_ref();
        let outputs = settings.plan.outputs.iter();
        let (readable, others): (Vec<_>, Vec<_>) =
            outputs.partition(|plan| visitor.may_read(plan.token.as_ref()));
        let sources = |plan: &&OutputPlan| plan.sources.clone();
        let by_rule = |rule: WithdrawalRule| {
            let alike = readable
                .iter()
                .filter(|plan| plan.output.withdrawals == rule);
            alike.flat_map(|plan| plan.sources.clone()).collect()
        };
        let has_rest = visitor.may_read(server_token);
        Self {
            is_whole: has_rest && (server_token.is_some() || others.is_empty()),
            has_rest,
            has_tokens: tokens(request).next().is_some(),
            seen: readable.iter().flat_map(sources).collect(),
            reporting: by_rule(WithdrawalRule::Report),
            following: by_rule(WithdrawalRule::Follow),
            seen_elsewhere: others.iter().flat_map(sources).collect(),
            readable: readable
                .into_iter()
                .map(|plan| plan.output.id.clone())
                .collect(),
        }
    }

    /// Whether the visitor sees every story and entry.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether what is shown depends on who asks.
    pub(super) fn is_private(&self) -> bool {
        self.has_tokens
    }

    /// Whether the visitor may read an output.
    pub(super) fn reads(&self, output: &OutputId) -> bool {
        self.readable.contains(output)
    }

    /// Whether a story is shown that these outputs keep.
    pub(super) fn opens(&self, holders: &BTreeSet<&OutputId>) -> bool {
        self.is_whole
            || match holders.is_empty() {
                true => self.has_rest,
                false => holders.iter().any(|output| self.reads(output)),
            }
    }

    /// Whether the entries of a source are shown.
    pub(super) fn shows(&self, source: &SourceId) -> bool {
        self.is_whole
            || self.seen.contains(source)
            || (self.has_rest && !self.seen_elsewhere.contains(source))
    }
}

impl Access {
    /// Whether an entry of a source is shown. `withdrawn_at`: when an operator has withdrawn it; `retracted_at`: when its publisher
    /// was found to have withdrawn it.
    pub(super) fn shows_entry(
        &self,
        source: &SourceId,
        withdrawn_at: Option<Timestamp>,
        retracted_at: Option<Timestamp>,
    ) -> bool {
        let is_followed = !self.reporting.contains(source) && self.following.contains(source);
        self.shows(source) && withdrawn_at.is_none() && !(retracted_at.is_some() && is_followed)
    }
}

/// The answer for a story that there is not, or that the visitor may not see: nobody can tell the one from the other. Whoever came
/// without any token is asked for one, where there are some.
pub(super) fn unseen(request: &PageRequest) -> NoPage {
    let has_tokens = tokens(request).next().is_some();
    match has_tokens && request.visitor.is_anonymous() {
        true => NoPage::Forbidden(None),
        false => NoPage::Missing,
    }
}

/// `?token=…` for links to pages of no output's and to stories: the token that opens something and was brought in the address; else
/// nothing.
pub(super) fn own_query(request: &PageRequest) -> String {
    let queries = tokens(request).map(|token| request.visitor.query_for(Some(token)));
    let mut brought = queries.filter(|query| !query.is_empty());
    brought.next().unwrap_or_default()
}

fn tokens(request: &PageRequest) -> impl Iterator<Item = &Secret> {
    let settings = &request.settings;
    let outputs = settings.plan.outputs.iter();
    let of_outputs = outputs.filter_map(|plan| plan.token.as_ref());
    settings.server_token.iter().chain(of_outputs)
}
