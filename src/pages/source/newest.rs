//! The newest entries of a source that a visitor may see.

use super::super::access::Access;
use super::super::made::NoPage;
use super::super::request::PageRequest;
use crate::model::{Relation, SourceId, Story};
use crate::republish::{Plan, holders};
use crate::store::LatestEntry;

/// The newest entries of a source.
pub(super) enum Newest {
    /// The visitor may not know whether there are any.
    Hidden,
    /// Those that he may see.
    Seen(Vec<SeenEntry>),
}

/// An entry that the visitor may see.
pub(super) struct SeenEntry {
    pub(super) entry: LatestEntry,
    /// What it is to its story; `None`: that would tell of an entry which he may not see.
    pub(super) relation: Option<Relation>,
}

/// What of these entries a visitor may see: of those that do not stand in a feed of his, their stories are judged as their pages do it.
pub(super) async fn of(
    request: &PageRequest,
    access: &Access,
    source: &SourceId,
    latest: Vec<LatestEntry>,
) -> Result<Newest, NoPage> {
    let is_seen = request.readable().any(|plan| plan.sources.contains(source));
    if !access.is_whole() && !is_seen {
        // He could tell a source of a hidden output from one that is in none.
        return Ok(Newest::Hidden);
    }
    if access.is_whole() {
        let told = latest.into_iter().map(|entry| SeenEntry {
            relation: Some(entry.relation),
            entry,
        });
        let shown = told.filter(|seen| is_shown(access, source, &seen.entry));
        return Ok(Newest::Seen(shown.collect()));
    }
    let mut found = Vec::new();
    for entry in latest {
        let story = request.store.story_of(entry.id).await?;
        found.extend(story.map(|story| (entry, story)));
    }
    let (access, plan) = (access.clone(), request.settings.plan.clone());
    let (source, what) = (source.clone(), "judge stories of a source");
    let seen = request.beside(what, move || {
        let found = found.into_iter();
        let shown = found.filter(|(entry, _)| is_shown(&access, &source, entry));
        let seen = shown.filter_map(|(entry, story)| seen(&access, &plan, entry, &story));
        seen.collect()
    });
    Ok(Newest::Seen(seen.await?))
}

fn is_shown(access: &Access, source: &SourceId, entry: &LatestEntry) -> bool {
    access.shows_entry(source, entry.withdrawn_at, entry.retracted_at)
}

/// An entry, if the visitor may see its story.
fn seen(access: &Access, plan: &Plan, entry: LatestEntry, story: &Story) -> Option<SeenEntry> {
    if !access.opens(&holders(plan, story)) {
        return None;
    }
    let members = || story.members.iter();
    let own = members().find(|member| member.id == entry.id)?;
    let matched = members().find(|member| Some(member.id) == own.matched);
    let is_matched_shown = matched.is_some_and(|matched| {
        access.shows_entry(&matched.source, matched.withdrawn_at, matched.retracted_at)
    });
    Some(SeenEntry {
        relation: is_matched_shown.then_some(entry.relation),
        entry,
    })
}
