//! `/source/ID`: how one source is doing, why it is asked when it is asked, and what it has brought of late.

mod bars;
mod entries;
mod facts;
mod newest;
mod outcome;
mod rhythm;
mod schedule;
mod subject;

use maud::{Markup, html};

use super::access::Access;
use super::layout::Frame;
use super::made::{MadePage, NoPage};
use super::request::PageRequest;
use crate::model::SourceId;
use crate::store::ActivityRequest;
use subject::{MOST_ENTRIES, MOST_TROUBLES, Subject};

pub(super) async fn make(request: &PageRequest, id: &SourceId) -> Result<MadePage, NoPage> {
    request.refuse_strangers()?;
    let settings = &request.settings;
    let listed = request.sources().await?;
    let Some(listed) = listed.find(id) else {
        let is_disabled = settings.disabled.iter().any(|source| source.id == *id);
        let content = is_disabled
            .then(|| switched_off(id))
            .ok_or(NoPage::Missing)?;
        return Ok(page(request, id.as_str(), &content));
    };
    let asked = ActivityRequest {
        since: rhythm::first_moment(request.now),
        entries: MOST_ENTRIES,
        troubles: MOST_TROUBLES,
    };
    // The configuration was read anew just now, and its sources are still to be registered.
    let activity = request.store.source_activity(id, asked).await?;
    let activity = activity.ok_or(NoPage::Busy("the source is being registered\n"))?;
    let access = Access::of(request);
    let subject = Subject {
        request,
        listed,
        state: request.store.source_state(id).await?,
        newest: newest::of(request, &access, id, activity.latest.clone()).await?,
        activity,
        query: request.own_query(),
    };
    let content = content(&subject);
    Ok(page(request, &listed.title, &content))
}

fn content(subject: &Subject<'_>) -> Markup {
    html! {
        h1 dir="auto" { (subject.listed.title) }
        (outcome::section(subject))
        h2 { "Next request" }
        (schedule::section(subject))
        h2 { "New entries in two weeks" }
        (bars::section(subject))
        (entries::section(subject))
        h2 { "Troubles" }
        (outcome::troubles(&subject.activity.troubles))
        h2 { "About this source" }
        (facts::section(subject))
    }
}

fn switched_off(id: &SourceId) -> Markup {
    html! {
        h1 { (id) }
        p {
            "This source is switched off: the configuration says " code { "enabled = false" }
            ". Nobody asks it, and no feed shows its entries. What is stored stays, and appears again once it is switched on."
        }
    }
}

/// What outputs have of the source depends on which of them the visitor may read.
fn page(request: &PageRequest, title: &str, content: &Markup) -> MadePage {
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
