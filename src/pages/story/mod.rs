//! `/story/ID`: the entries of a story on a line of time, what joined each, what two of them say, and what outputs make of it.
//!
//! It is `explain` for the eye, and asks the same functions. What is shown of a story depends on who asks (`access`).
//!
//! - `view`: what is known of the story, as far as the visitor may see it
//! - `timeline`, `members`, `compared`, `corrections`, `verdicts`: the parts of the page; `diff`: a difference word by word

mod compared;
mod corrections;
mod diff;
mod members;
mod timeline;
mod verdicts;
mod view;

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use maud::{Markup, html};

use super::access::{Access, unseen};
use super::elements::{counted, headline, page_language, time};
use super::layout::Frame;
use super::made::{MadePage, NoPage};
use super::request::PageRequest;
use crate::dedupe::Evidence;
use crate::model::{EntryId, Story, StoryId};
use crate::republish::{explain_story, holders};
use crate::store::{Bodies, StoreError};
use view::{JudgedStory, StoryView};

/// How long weighing entries may take; a story of long texts is shown without what it would have come to.
const WEIGHING: Duration = Duration::from_secs(1);
/// Entries of which it is told what speaks for and against them.
const WEIGHED: usize = 30;

pub(super) async fn make(request: &PageRequest, id: StoryId) -> Result<MadePage, NoPage> {
    let story = read(request, id).await?;
    let access = Access::of(request);
    let judged = judged(request, &access, story).await?;
    let judged = judged.ok_or_else(|| unseen(request))?;
    let mut view = StoryView::new(request, judged);
    if view.members.is_empty() {
        return withdrawn(request, &view).await;
    }
    view.evidence = weighed(request, &view).await?;
    let shown: Vec<EntryId> = view.members.iter().map(|member| member.id).collect();
    view.corrections = request.store.corrections(&shown).await?;
    // Comparing long texts takes a while.
    let writing = request.beside("write a story's page", move || {
        let title = headline(view.title()).to_owned();
        (title, content(&view))
    });
    let (title, content) = writing.await?;
    Ok(framed(request, &title, &content))
}

fn framed(request: &PageRequest, title: &str, content: &Markup) -> MadePage {
    let frame = Frame {
        title,
        root: "../",
        request,
        head: html! {},
        leads_on: !request.is_stranger(),
    };
    MadePage {
        html: frame.around(content),
        is_private: request.is_private(),
    }
}

/// What is left of a story that an operator has withdrawn: when, and why. Whoever followed an old link learns that.
async fn withdrawn(request: &PageRequest, view: &StoryView) -> Result<MadePage, NoPage> {
    let Some((at, entry)) = view.withdrawn else {
        return Err(unseen(request));
    };
    let said = request.store.taken_back(vec![entry]).await?.remove(&entry);
    let reason = said.and_then(|said| said.withdrawal?.reason);
    let content = html! {
        h1 { "Withdrawn" }
        p { "Story " (view.id) " was withdrawn on " (time(at)) ". No feed shows it any more." }
        @if let Some(reason) = reason { p { "Reason: " span dir="auto" { (reason) } } }
    };
    Ok(framed(request, "Withdrawn", &content))
}

/// The story of this number with all its members.
async fn read(request: &PageRequest, id: StoryId) -> Result<Story, NoPage> {
    let before = StoryId(id.0 - 1);
    let stories = request.store.stories_between(before, id, Bodies::All);
    let story = stories.await?.pop();
    // One whose entries have gone to another story, or were stripped, has none.
    let story = story.filter(|story| !story.members.is_empty());
    story.ok_or_else(|| unseen(request))
}

/// What a visitor may know of a story, and what the outputs make of it that he may read; `None`: he may not see it. Rules may take a
/// while on long texts.
async fn judged(
    request: &PageRequest,
    access: &Access,
    story: Story,
) -> Result<Option<JudgedStory>, NoPage> {
    let (plan, access) = (request.settings.plan.clone(), access.clone());
    let judging = request.beside("judge a story", move || {
        let is_open = access.is_whole() || access.opens(&holders(&plan, &story));
        is_open.then(|| {
            let verdicts = explain_story(&plan, &story).into_iter();
            let verdicts = verdicts.filter(|verdict| access.reads(&verdict.output));
            JudgedStory::new(&access, verdicts.collect(), story)
        })
    });
    judging.await
}

/// What speaks for and against the first entries that are shown, beside those that they were recognized by.
async fn weighed(
    request: &PageRequest,
    view: &StoryView,
) -> Result<HashMap<EntryId, Vec<Evidence>>, StoreError> {
    let told = view.listed().iter().filter_map(|member| {
        let matched = member.matched.filter(|entry| view.number(*entry).is_some());
        Some((member.id, matched?))
    });
    let pairs: Vec<_> = told.take(WEIGHED).collect();
    let weighing = request.store.weigh(pairs.clone());
    match tokio::time::timeout(WEIGHING, weighing).await {
        Ok(found) => {
            let entries = pairs.into_iter().map(|(entry, _)| entry);
            Ok(entries.zip(found?).collect())
        }
        Err(_) => Ok(HashMap::new()),
    }
}

fn content(view: &StoryView) -> Markup {
    let sources: BTreeSet<_> = view.members.iter().map(|member| &member.source).collect();
    let language = view.base().and_then(|base| base.entry.language.as_deref());
    let language = page_language(language);
    html! {
        h1 dir="auto" lang=[language] { (headline(view.title())) }
        p {
            "Story " (view.id) ": " (counted(view.members.len(), "entry", "entries")) " of "
            (counted(sources.len(), "source", "sources")) "."
        }
        (timeline::section(view))
        (members::section(view))
        (compared::section(view))
        (verdicts::section(view))
        (corrections::section(view))
    }
}
