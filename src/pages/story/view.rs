//! What is known of a story, as far as a visitor may see it.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::access::Access;
use super::super::request::PageRequest;
use crate::dedupe::Evidence;
use crate::model::{Correction, EntryId, Member, OutputId, Relation, Story, StoryId, Timestamp};
use crate::republish::{Plan, StoryVerdict};

/// Entries that are shown; those of a story of hundreds are much the same.
const LISTED: usize = 100;

/// What is known of a story, as far as a visitor may see it.
pub(super) struct StoryView {
    pub(super) id: StoryId,
    /// In the order of time.
    pub(super) members: Vec<Member>,
    /// Of the outputs that the visitor may read, in configured order, each with what links to it need.
    pub(super) verdicts: Vec<(StoryVerdict, String)>,
    /// By entry: what speaks for and against it beside the one that it was recognized by.
    pub(super) evidence: HashMap<EntryId, Vec<Evidence>>,
    pub(super) corrections: Vec<Correction>,
    /// When an operator has withdrawn the story, and which member tells why; `None`: nobody has.
    pub(super) withdrawn: Option<(Timestamp, EntryId)>,
    pub(super) plan: Arc<Plan>,
    /// For links to this page and other stories.
    pub(super) query: String,
    /// For links to sources; `None`: the visitor may not see their pages.
    pub(super) source_query: Option<String>,
    /// The entry that is compared, as the address names it.
    with: Option<EntryId>,
}

/// A story as far as a visitor may see it, and what the outputs make of it that he may read.
pub(super) struct JudgedStory {
    id: StoryId,
    /// In the order of time.
    members: Vec<Member>,
    withdrawn: Option<(Timestamp, EntryId)>,
    verdicts: Vec<StoryVerdict>,
}

impl JudgedStory {
    /// A story that is open to the visitor.
    pub(super) fn new(access: &Access, verdicts: Vec<StoryVerdict>, story: Story) -> Self {
        let mut members = story.members;
        let withdrawn = members
            .iter()
            .filter(|member| member.withdrawn_at.is_some());
        let withdrawn = withdrawn.filter(|member| access.shows(&member.source));
        let withdrawn = withdrawn.filter_map(|member| Some((member.withdrawn_at?, member.id)));
        let withdrawn = withdrawn.max();
        members.retain(|member| {
            access.shows_entry(&member.source, member.withdrawn_at, member.retracted_at)
        });
        members.sort_by_key(|member| (moment(member), member.id));
        Self {
            id: story.id,
            members,
            withdrawn,
            verdicts,
        }
    }
}

impl StoryView {
    pub(super) fn new(request: &PageRequest, judged: JudgedStory) -> Self {
        let plan = request.settings.plan.clone();
        let JudgedStory {
            id,
            members,
            withdrawn,
            verdicts,
        } = judged;
        let token_of = |output: &OutputId| plan.output(output).and_then(|plan| plan.token.as_ref());
        let verdicts = verdicts.into_iter().map(|verdict| {
            let query = request.visitor.query_for(token_of(&verdict.output));
            (verdict, query)
        });
        let verdicts = verdicts.collect();
        let server_token = request.settings.server_token.as_ref();
        let sees_sources = request.visitor.may_read(server_token);
        let with = request.values("with").into_iter().next();
        Self {
            id,
            members,
            verdicts,
            evidence: HashMap::new(),
            corrections: Vec::new(),
            withdrawn,
            query: request.own_query(),
            source_query: sees_sources.then(|| request.own_query()),
            with: with.and_then(|entry| entry.parse().ok()).map(EntryId),
            plan,
        }
    }

    /// The members that are shown, in the order of time.
    pub(super) fn listed(&self) -> &[Member] {
        &self.members[..self.members.len().min(LISTED)]
    }

    /// The number of a member that is shown, from 1.
    pub(super) fn number(&self, entry: EntryId) -> Option<usize> {
        let mut listed = self.listed().iter();
        listed
            .position(|member| member.id == entry)
            .map(|at| at + 1)
    }

    /// A member that the visitor may see.
    pub(super) fn member(&self, entry: EntryId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == entry)
    }

    /// The member that the visitor sees as the one that the story began with.
    pub(super) fn first(&self) -> Option<EntryId> {
        let members = || self.members.iter();
        let mut first = members().filter(|member| member.relation == Relation::First);
        let first = first.next().map(|member| member.id);
        first.or_else(|| members().map(|member| member.id).min())
    }

    /// The member that stands for the story: the one that the first output shows that keeps it, else the one that it began with.
    pub(super) fn base(&self) -> Option<&Member> {
        let items = self.verdicts.iter().flat_map(|(verdict, _)| &verdict.items);
        let mut kept = items.filter(|item| item.is_kept);
        let shown = kept.find_map(|item| self.member(item.shown));
        let first = self.first().and_then(|first| self.member(first));
        shown.or(first)
    }

    /// What it is called.
    pub(super) fn title(&self) -> &str {
        self.base().map_or("", |base| base.entry.title.as_str())
    }

    /// The two members whose texts are compared: the one that stands for the story, and the one that the address names, or else the
    /// newest other. `None`: there is one alone.
    pub(super) fn pair(&self) -> Option<(&Member, &Member)> {
        let base = self.base()?;
        let others = || self.members.iter().filter(|member| member.id != base.id);
        let named = others().find(|member| Some(member.id) == self.with);
        Some((base, named.or_else(|| others().next_back())?))
    }
}

/// When a member was published; of one that does not say, when it was first seen.
pub(super) fn moment(member: &Member) -> Timestamp {
    member.entry.date().unwrap_or(member.first_seen)
}
