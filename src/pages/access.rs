//! Which stories a visitor may see, and which of their entries.
//!
//! An output with a token is hidden from whoever has not brought it, and so is what only it shows. Everything else follows from that:
//! - A story that outputs keep is shown to whoever may read one of them; so is one that they would keep if it were not withdrawn.
//! - A story that none keeps is no output's, and open to whoever may see what is no output's (`[server] token`).
//! - An entry is shown where an output sees its source that the visitor may read; one that no output sees is no output's.
//! - An entry that is withdrawn is shown to nobody. One that its publisher has withdrawn is shown unless all outputs follow that which
//!   see its source and that the visitor may read.
//! - Whoever brings `[server] token`, where there is one, runs the place and sees every story, though not which closed outputs keep it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::made::NoPage;
use super::request::PageRequest;
use crate::model::{OutputId, SourceId, Story, Timestamp, WithdrawalRule};
use crate::republish::{OutputPlan, Plan};

/// What a visitor may see. To ask about a source walks the outputs, which is for threads beside the async ones where there are many of
/// either. Cheap to clone.
#[derive(Clone)]
pub(super) struct Access(Arc<Openings>);

struct Openings {
    plan: Arc<Plan>,
    /// Whether every story and entry.
    is_whole: bool,
    /// Whether what is no output's.
    has_rest: bool,
    /// The outputs: their places among all, and their names.
    places: Vec<usize>,
    readable: BTreeSet<OutputId>,
}

impl Access {
    pub(super) fn of(request: &PageRequest) -> Self {
        let (settings, visitor) = (&request.settings, &request.visitor);
        let server_token = settings.server_token.as_ref();
        let plan = settings.plan.clone();
        let outputs = plan.outputs.iter().enumerate();
        let readable = outputs.filter(|(_, plan)| visitor.may_read(plan.token.as_ref()));
        let places: Vec<usize> = readable.map(|(place, _)| place).collect();
        let has_rest = visitor.may_read(server_token);
        let reads_all = places.len() == plan.outputs.len();
        let names = places.iter().map(|place| &plan.outputs[*place].output.id);
        Self(Arc::new(Openings {
            is_whole: has_rest && (server_token.is_some() || reads_all),
            has_rest,
            readable: names.cloned().collect(),
            places,
            plan,
        }))
    }

    /// Whether the visitor sees every story and entry.
    pub(super) fn is_whole(&self) -> bool {
        self.0.is_whole
    }

    /// Whether the visitor may read an output.
    pub(super) fn reads(&self, output: &OutputId) -> bool {
        self.0.readable.contains(output)
    }

    /// Whether a story is shown that these outputs have ([`crate::republish::holders`]).
    pub(super) fn opens(&self, holders: &BTreeSet<OutputId>) -> bool {
        self.0.is_whole
            || match holders.is_empty() {
                true => self.0.has_rest,
                false => holders.iter().any(|output| self.reads(output)),
            }
    }

    /// The same in a preview of an output that the visitor may read: there he sees, too, what no output has and comes from the sources
    /// of this one alone. It is what another rule would show.
    pub(super) fn opens_in(
        &self,
        output: &OutputPlan,
        story: &Story,
        holders: &BTreeSet<OutputId>,
    ) -> bool {
        let mut members = story.members.iter();
        self.opens(holders)
            || (holders.is_empty() && members.all(|member| output.sources.contains(&member.source)))
    }

    /// Whether the entries of a source are shown.
    pub(super) fn shows(&self, source: &SourceId) -> bool {
        let sees = |plan: &OutputPlan| plan.sources.contains(source);
        self.0.is_whole
            || self.plans().any(sees)
            || (self.0.has_rest && !self.0.plan.outputs.iter().any(sees))
    }

    /// Whether an entry of a source is shown. `withdrawn_at`: when an operator has withdrawn it; `retracted_at`: when its publisher
    /// was found to have withdrawn it.
    pub(super) fn shows_entry(
        &self,
        source: &SourceId,
        withdrawn_at: Option<Timestamp>,
        retracted_at: Option<Timestamp>,
    ) -> bool {
        withdrawn_at.is_none()
            && self.shows(source)
            && !(retracted_at.is_some() && self.is_followed(source))
    }

    /// Whether all outputs that the visitor may read and that see a source follow its publisher.
    fn is_followed(&self, source: &SourceId) -> bool {
        let seeing = self.plans().filter(|plan| plan.sources.contains(source));
        let mut rules = seeing.map(|plan| plan.output.withdrawals).peekable();
        rules.peek().is_some() && rules.all(|rule| rule == WithdrawalRule::Follow)
    }

    /// The outputs that the visitor may read.
    fn plans(&self) -> impl Iterator<Item = &OutputPlan> {
        let places = self.0.places.iter();
        places.map(|place| &self.0.plan.outputs[*place])
    }
}

/// The answer for a story that there is not, or that the visitor may not see: nobody can tell the one from the other. Whoever came
/// without any token is asked for one, where there are some.
pub(super) fn unseen(request: &PageRequest) -> NoPage {
    match request.is_private() && request.visitor.is_anonymous() {
        true => NoPage::Forbidden(None),
        false => NoPage::Missing,
    }
}
