//! What each output keeps of one story; pure.

use std::collections::BTreeMap;

use crate::model::{Member, Output, OutputId, Source, SourceId, Story, Timestamp};
use crate::publish::outbound_id;
use crate::select::{Reading, Rule, Sign, Subject, Verdict, choose_shown};
use crate::store::{KeptItem, Membership};

use super::plan::{OutputPlan, Plan, RuleOwner};
use super::slots::{Kin, Slots, WHOLE_STORY};

/// What judging brings to light beside the verdicts.
#[derive(Debug, Default)]
pub(super) struct Witness {
    /// Rules that could not be evaluated, with the reason.
    pub(super) unjudged: Vec<(RuleOwner, String)>,
    /// What entries at their places showed of rules.
    pub(super) signs: Vec<(RuleOwner, Timestamp, Vec<Sign>)>,
}

/// A member with what was read of it for all rules.
pub(super) struct Read<'a> {
    pub(super) member: &'a Member,
    reading: Reading<'a>,
}

impl<'a> Read<'a> {
    /// The members of a story, read for a plan's rules.
    pub(super) fn all(plan: &'a Plan, story: &'a Story) -> Vec<Self> {
        let read = |member: &'a Member| Self {
            member,
            reading: Reading::new(&member.entry, plan.vocabulary()),
        };
        story.members.iter().map(read).collect()
    }

    /// As a rule judges it among `copies` entries.
    pub(super) fn subject(&'a self, source: &'a Source, copies: usize) -> Subject<'a> {
        Subject::new(&self.reading, source, self.member.first_seen, copies)
    }
}

/// Judges one story for every wanted output. A story whose members are all gone is kept by none.
pub(super) fn judge(
    plan: &Plan,
    story: &Story,
    wanted: impl Fn(&OutputId) -> bool,
) -> (Membership, Witness) {
    let mut witness = Witness::default();
    let read = Read::all(plan, story);
    let passed: Vec<&Member> = read
        .iter()
        .filter(|read| passes_its_source(plan, story, read, &mut witness))
        .map(|read| read.member)
        .collect();
    let kept = plan
        .outputs
        .iter()
        .filter(|output| wanted(&output.output.id))
        .map(|output| {
            let visible: Vec<&Member> = passed
                .iter()
                .copied()
                .filter(|member| output.sources.contains(&member.source))
                .collect();
            let groups = groups(&output.output, story, &visible);
            let items = by_identity(groups)
                .into_iter()
                .filter_map(|(slot, members)| {
                    let shown = choose_shown(&members, priority_in(plan))?;
                    let shown = read.iter().find(|read| read.member.id == shown.id)?;
                    kept_item(plan, output, (slot, members.len()), shown, &mut witness)
                })
                .collect();
            (output.output.id.clone(), items)
        })
        .collect();
    (
        Membership {
            story: story.id,
            revision: story.revision,
            kept,
        },
        witness,
    )
}

impl Witness {
    /// Whether a rule keeps an entry; what it cannot judge, it keeps.
    fn keeps(
        &mut self,
        rule: &Rule,
        owner: impl Fn() -> RuleOwner,
        shown: &Read<'_>,
        subject: &Subject<'_>,
    ) -> bool {
        if rule.is_empty() {
            return true;
        }
        let (verdict, signs) = rule.examine(subject);
        self.signs.push((owner(), shown.member.ordered_at, signs));
        match verdict {
            Verdict::Kept => true,
            Verdict::Dropped(_) => false,
            Verdict::Unjudged(why) => {
                self.unjudged.push((owner(), why));
                true
            }
        }
    }
}

/// Whether the member's own source lets it through; an unknown (removed, disabled) source lets nothing through.
fn passes_its_source(plan: &Plan, story: &Story, read: &Read<'_>, witness: &mut Witness) -> bool {
    let member = read.member;
    let Some(source) = plan.sources.get(&member.source).filter(|_| !member.held) else {
        return false;
    };
    let subject = read.subject(&source.source, story.members.len());
    let owner = || RuleOwner::Source(member.source.clone());
    witness.keeps(&source.rule, owner, read, &subject)
}

/// The members that share an item, by slot.
pub(super) fn groups<'a>(
    output: &Output,
    story: &Story,
    visible: &[&'a Member],
) -> BTreeMap<i64, Vec<&'a Member>> {
    let slots = Slots::new(output, story.began_at, story.members.iter().map(Kin::from));
    let mut groups: BTreeMap<i64, Vec<&Member>> = BTreeMap::new();
    for member in visible {
        let slot = slots.of(Kin::from(*member));
        groups.entry(slot).or_default().push(member);
    }
    groups
}

/// The whole story first, then by source and identity: of several with one GUID the first gets it as its id, and which that is
/// must not depend on who came first.
fn by_identity(groups: BTreeMap<i64, Vec<&Member>>) -> Vec<(i64, Vec<&Member>)> {
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|(slot, members), (other, others)| {
        let first = |members: &[&Member]| {
            let named = members
                .iter()
                .map(|member| (member.source.clone(), member.identity));
            named.min()
        };
        (*other == WHOLE_STORY)
            .cmp(&(*slot == WHOLE_STORY))
            .then_with(|| first(members).cmp(&first(others)))
            .then(other.cmp(slot))
    });
    groups
}

/// The priority of a source, as configured.
pub(super) fn priority_in(plan: &Plan) -> impl Fn(&SourceId) -> i64 {
    |id| plan.sources.get(id).map_or(0, |seen| seen.source.priority)
}

/// The item that shows a member, unless the output drops it. `slot` comes with the count of entries that it stands for.
fn kept_item(
    plan: &Plan,
    output: &OutputPlan,
    (slot, copies): (i64, usize),
    read: &Read<'_>,
    witness: &mut Witness,
) -> Option<KeptItem> {
    let shown = read.member;
    let source = plan.sources.get(&shown.source)?;
    let subject = read.subject(&source.source, copies);
    let owner = || RuleOwner::Output(output.output.id.clone());
    if !witness.keeps(&output.rule, owner, read, &subject) {
        return None;
    }
    let announced = (slot < WHOLE_STORY).then_some(shown.edition_at);
    let (item_id, fallback_id) = outbound_id(shown, announced);
    let said = shown.entry.updated.max(shown.entry.published);
    let updated = said.unwrap_or(shown.ordered_at);
    Some(KeptItem {
        slot,
        shown: shown.id,
        wording: shown.wording,
        edition_at: shown.edition_at,
        item_id,
        fallback_id,
        // An edition stands no earlier than the entry that carries it.
        ordered_at: announced.map_or(shown.ordered_at, |at| at.max(shown.ordered_at)),
        updated: announced.map_or(updated, |at| at.max(updated)),
    })
}
