//! What each output makes of one story, and why; pure. There is one verdict: what is kept, what `explain` tells and what `preview`
//! compares are read from it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    EntryId, Member, Output, OutputId, Showing, Slot, Source, SourceId, Story, Timestamp,
    WithdrawalRule,
};
use crate::publish::outbound_id;
use crate::select::{Reading, Reason, Rule, Sign, Subject, Verdict, choose_shown};
use crate::store::{KeptItem, Membership};

use super::plan::{OutputPlan, Plan, RuleOwner};
use super::slots::{Kin, Slots};

/// What judging brings to light about rules, beside the verdicts.
#[derive(Debug, Default)]
pub(super) struct Witness {
    /// Rules that could not be evaluated, with the reason.
    pub(super) unjudged: Vec<(RuleOwner, String)>,
    /// What entries at their places showed of rules.
    pub(super) signs: Vec<(RuleOwner, Timestamp, Vec<Sign>)>,
}

/// A story whose members were judged by the rules of their own sources, which is the same for all outputs.
pub(super) struct Screened<'a> {
    plan: &'a Plan,
    story: &'a Story,
    members: Vec<ScreenedMember<'a>>,
}

struct ScreenedMember<'a> {
    member: &'a Member,
    /// What was read of it for all rules.
    reading: Reading<'a>,
    /// Why no output sees it.
    hidden: Option<Hidden>,
}

/// Why an output does not see an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hidden {
    /// Its source is not configured or not enabled.
    NoSource,
    /// Its source is not among the output's.
    OtherSource,
    /// An operator withdrew it then.
    Withdrawn(Timestamp),
    /// Its publisher was seen to withdraw it then, and the output follows.
    Retracted(Timestamp),
    /// It is held back.
    Held,
    /// The rule of its source drops it.
    BySource(Reason),
}

/// What an output makes of a story.
pub(super) struct Judged<'a> {
    /// Why it does not see members, for those that it does not see.
    pub(super) hidden: BTreeMap<EntryId, Hidden>,
    /// The items that the story could be, in the order in which they get their ids.
    pub(super) candidates: Vec<Candidate<'a>>,
}

/// An item that an output could keep.
pub(super) struct Candidate<'a> {
    /// The members that it stands for.
    pub(super) members: Vec<&'a Member>,
    /// The one of them that is shown.
    pub(super) shown: &'a Member,
    /// What the output's rule says of that one.
    pub(super) verdict: Verdict,
    /// The item, unless the rule drops it.
    pub(super) item: Option<KeptItem>,
}

/// Judges one story for every wanted output. A story whose members are all gone is kept by none.
pub(super) fn judge(
    plan: &Plan,
    story: &Story,
    wanted: impl Fn(&OutputId) -> bool,
) -> (Membership, Witness) {
    let mut witness = Witness::default();
    let screened = Screened::new(plan, story, &mut witness);
    let (mut kept, mut taken_back) = (Vec::new(), BTreeMap::new());
    let outputs = plan.outputs.iter();
    for output in outputs.filter(|output| wanted(&output.output.id)) {
        let judged = screened.judge(output, &mut witness);
        let gone: Vec<EntryId> = judged.taken_back().collect();
        if !gone.is_empty() {
            taken_back.insert(output.output.id.clone(), gone);
        }
        kept.push((output.output.id.clone(), judged.kept().collect()));
    }
    let membership = Membership {
        story: story.id,
        revision: story.revision,
        kept,
        taken_back,
    };
    (membership, witness)
}

impl<'a> Screened<'a> {
    /// Reads a story's members and judges them by the rules of their sources.
    pub(super) fn new(plan: &'a Plan, story: &'a Story, witness: &mut Witness) -> Self {
        let members = story.members.iter().map(|member| {
            let reading = Reading::new(&member.entry, plan.vocabulary());
            let hidden = hidden_by_source(plan, story, (member, &reading), witness);
            ScreenedMember {
                member,
                reading,
                hidden,
            }
        });
        Self {
            members: members.collect(),
            plan,
            story,
        }
    }

    /// Judges the story for one output.
    pub(super) fn judge(&self, output: &OutputPlan, witness: &mut Witness) -> Judged<'a> {
        let mut hidden = BTreeMap::new();
        let mut visible = Vec::new();
        for screened in &self.members {
            match screened.hidden_from(output) {
                None => visible.push(screened.member),
                Some(why) => drop(hidden.insert(screened.member.id, why)),
            }
        }
        let groups = by_identity(groups(&output.output, self.story, &visible)).into_iter();
        let candidates =
            groups.filter_map(|(slot, members)| self.candidate(output, slot, members, witness));
        Judged {
            candidates: candidates.collect(),
            hidden,
        }
    }

    fn candidate(
        &self,
        output: &OutputPlan,
        slot: Slot,
        members: Vec<&'a Member>,
        witness: &mut Witness,
    ) -> Option<Candidate<'a>> {
        let shown = choose_shown(&members, priority_in(self.plan))?;
        let source = self.plan.sources.get(&shown.source)?;
        let read = self
            .members
            .iter()
            .find(|read| read.member.id == shown.id)?;
        let subject = subject(read.member, &read.reading, &source.source, members.len());
        let owner = || RuleOwner::Output(output.output.id.clone());
        let verdict = witness.examine(&output.rule, owner, shown, &subject);
        let is_dropped = matches!(verdict, Verdict::Dropped(_));
        Some(Candidate {
            item: (!is_dropped).then(|| kept_item(slot, shown)),
            members,
            shown,
            verdict,
        })
    }
}

impl ScreenedMember<'_> {
    fn hidden_from(&self, output: &OutputPlan) -> Option<Hidden> {
        match &self.hidden {
            Some(Hidden::NoSource) => Some(Hidden::NoSource),
            _ if !output.sources.contains(&self.member.source) => Some(Hidden::OtherSource),
            None if output.output.withdrawals == WithdrawalRule::Follow => {
                self.member.retracted_at.map(Hidden::Retracted)
            }
            hidden => hidden.clone(),
        }
    }
}

impl Judged<'_> {
    /// The items that the output keeps.
    pub(super) fn kept(&self) -> impl Iterator<Item = KeptItem> {
        self.candidates
            .iter()
            .filter_map(|candidate| candidate.item.clone())
    }

    /// The members that it does not see because they were taken back, by an operator or their publisher.
    fn taken_back(&self) -> impl Iterator<Item = EntryId> {
        let hidden = self.hidden.iter();
        hidden
            .filter(|(_, why)| matches!(why, Hidden::Withdrawn(_) | Hidden::Retracted(_)))
            .map(|(entry, _)| *entry)
    }
}

impl Witness {
    /// What a rule says of an entry; what it cannot judge, it keeps.
    fn examine(
        &mut self,
        rule: &Rule,
        owner: impl Fn() -> RuleOwner,
        entry: &Member,
        subject: &Subject<'_>,
    ) -> Verdict {
        if rule.is_empty() {
            return Verdict::Kept;
        }
        let (verdict, signs) = rule.examine(subject);
        self.signs.push((owner(), entry.ordered_at, signs));
        if let Verdict::Unjudged(why) = &verdict {
            self.unjudged.push((owner(), why.clone()));
        }
        verdict
    }
}

/// An entry as a rule sees it. `copies`: how many entries of its story are judged, this one included.
fn subject<'a>(
    member: &Member,
    reading: &'a Reading<'a>,
    source: &'a Source,
    copies: usize,
) -> Subject<'a> {
    Subject::new(reading, source, member.first_seen, copies)
}

/// Why no output sees a member; an unknown (removed, disabled) source lets nothing through.
fn hidden_by_source(
    plan: &Plan,
    story: &Story,
    (member, reading): (&Member, &Reading<'_>),
    witness: &mut Witness,
) -> Option<Hidden> {
    let Some(source) = plan.sources.get(&member.source) else {
        return Some(Hidden::NoSource);
    };
    if let Some(at) = member.withdrawn_at {
        return Some(Hidden::Withdrawn(at));
    }
    if member.held {
        return Some(Hidden::Held);
    }
    let subject = subject(member, reading, &source.source, story.members.len());
    let owner = || RuleOwner::Source(member.source.clone());
    match witness.examine(&source.rule, owner, member, &subject) {
        Verdict::Dropped(reason) => Some(Hidden::BySource(reason)),
        Verdict::Kept | Verdict::Unjudged(_) => None,
    }
}

/// The members that share an item, by slot.
fn groups<'a>(
    output: &Output,
    story: &Story,
    visible: &[&'a Member],
) -> BTreeMap<Slot, Vec<&'a Member>> {
    let slots = Slots::new(output, story.began_at, story.members.iter().map(Kin::from));
    let mut groups: BTreeMap<Slot, Vec<&Member>> = BTreeMap::new();
    for member in visible {
        let slot = slots.of(Kin::from(*member));
        groups.entry(slot).or_default().push(member);
    }
    groups
}

/// The whole story first, then by source and identity: of several with one GUID the first gets it as its id, and which that is
/// must not depend on who came first.
fn by_identity(groups: BTreeMap<Slot, Vec<&Member>>) -> Vec<(Slot, Vec<&Member>)> {
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|(slot, members), (other, others)| {
        let first = |members: &[&Member]| {
            let named = members
                .iter()
                .map(|member| (member.source.clone(), member.identity));
            named.min()
        };
        (*other == Slot::Story)
            .cmp(&(*slot == Slot::Story))
            .then_with(|| first(members).cmp(&first(others)))
            .then(other.cmp(slot))
    });
    groups
}

/// The priority of a source, as configured.
fn priority_in(plan: &Plan) -> impl Fn(&SourceId) -> i64 {
    |id| plan.sources.get(id).map_or(0, |seen| seen.source.priority)
}

/// The item that shows a member.
fn kept_item(slot: Slot, shown: &Member) -> KeptItem {
    let announced = slot.announced().map(|_| shown.edition_at);
    let (item_id, fallback_id) = outbound_id(shown, announced);
    let said = shown.entry.updated.max(shown.entry.published);
    // An edition stands no earlier than the entry that carries it.
    let not_before = |at: Timestamp| announced.map_or(at, |edition| edition.max(at));
    KeptItem {
        slot,
        showing: Showing {
            entry: shown.id,
            wording: shown.wording,
            edition_at: shown.edition_at,
            updated: not_before(said.unwrap_or(shown.ordered_at)),
        },
        item_id,
        fallback_id,
        ordered_at: not_before(shown.ordered_at),
    }
}

/// Whether each output keeps anything of each story that it has sources of.
pub(super) fn verdicts(
    plan: &Plan,
    stories: &[Story],
    judged: &[Membership],
) -> Vec<(OutputId, bool)> {
    let mut verdicts = Vec::new();
    for (story, membership) in stories.iter().zip(judged) {
        let shown = story.members.iter().filter(|member| !member.held);
        let sources: BTreeSet<&SourceId> = shown.map(|member| &member.source).collect();
        for (id, kept) in &membership.kept {
            let sees = plan.output(id).is_some_and(|output| {
                let mut sources = sources.iter();
                sources.any(|source| output.sources.contains(*source))
            });
            if sees {
                verdicts.push((id.clone(), !kept.is_empty()));
            }
        }
    }
    verdicts
}
