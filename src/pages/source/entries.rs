//! The feeds that show a source, and its newest entries, as far as the visitor may know of them.

use maud::{Markup, html};
use url::Url;

use super::super::elements::{headline, page_language, publishers_link, time, with_token};
use super::super::request::PageRequest;
use super::newest::{Newest, SeenEntry};
use super::subject::{MOST_ENTRIES, Subject};
use crate::model::{Relation, SourceId};
use crate::republish::OutputPlan;

/// How many feeds are named.
const MOST_OUTPUTS: usize = 50;

pub(super) fn section(subject: &Subject<'_>) -> Markup {
    let id = &subject.listed.source.id;
    let outputs: Vec<&OutputPlan> = seeing(subject.request, id).collect();
    html! {
        h2 { "Feeds with this source" }
        @if outputs.is_empty() {
            p { "None that you may read." }
        } @else {
            ul {
                @for plan in outputs.iter().take(MOST_OUTPUTS) {
                    @let query = subject.request.visitor.query_for(plan.token.as_ref());
                    li { a href={ "../" (plan.output.id) (query) } dir="auto" { (plan.output.title) } }
                }
                @if outputs.len() > MOST_OUTPUTS { li { "and " (outputs.len() - MOST_OUTPUTS) " more" } }
            }
        }
        h2 { "Newest entries" }
        @match &subject.newest {
            Newest::Hidden => p { "They are listed for whoever may read a feed that has them; " (with_token()) "." },
            Newest::Seen(_) if subject.activity.latest.is_empty() => p { "None are stored yet." },
            Newest::Seen(shown) if shown.is_empty() => p { "None that you may read." },
            Newest::Seen(shown) => {
                ul { @for seen in shown { (line(seen, &subject.query)) } }
                @if shown.len() == MOST_ENTRIES { p.muted { "These are the newest " (MOST_ENTRIES) "." } }
            }
        }
    }
}

/// The outputs that see a source, of those that the visitor may read.
fn seeing<'p>(request: &'p PageRequest, id: &'p SourceId) -> impl Iterator<Item = &'p OutputPlan> {
    request
        .readable()
        .filter(move |plan| plan.sources.contains(id))
}

fn line(seen: &SeenEntry, query: &str) -> Markup {
    let entry = &seen.entry;
    let url = entry.url.as_ref().and_then(|url| Url::parse(url).ok());
    let host = url.as_ref().and_then(Url::host_str);
    html! {
        li {
            a href={ "../story/" (entry.story) (query) } dir="auto" lang=[page_language(entry.language.as_deref())] { (headline(entry.title.trim())) }
            div.muted {
                (time(entry.ordered_at))
                @match seen.relation {
                    Some(Relation::Same) => ", a copy",
                    Some(Relation::Update) => ", another version",
                    Some(Relation::First) | None => "",
                }
                @if entry.is_held { ", held back" }
                @if let (Some(url), Some(host)) = (&url, host) { ", at " (publishers_link(host, Some(url), None)) }
            }
        }
    }
}
