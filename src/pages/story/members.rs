//! The entries of a story in a table: when each came, and why it is in the story.

use maud::{Markup, html};

use super::super::elements::{headline, name_of, publishers_link, time};
use super::view::StoryView;
use crate::dedupe::Evidence;
use crate::model::{Layer, Member, Relation};

pub(super) fn section(view: &StoryView) -> Markup {
    let (listed, all) = (view.listed(), view.members.len());
    html! {
        h2 { @if all == 1 { "The entry" } @else { "Why they are one" } }
        div.scroll.entries tabindex="0" role="region" aria-label="Entries" {
            table {
                thead {
                    tr {
                        th scope="col" { "No." }
                        th scope="col" { "Source" }
                        th scope="col" { "Headline" }
                        th scope="col" { "Published" }
                        th scope="col" { "First seen" }
                        th scope="col" { "What it is" }
                        th scope="col" { "Joined by" }
                    }
                }
                tbody {
                    @for (member, number) in listed.iter().zip(1..) { (row(view, member, number)) }
                }
            }
        }
        @if all > listed.len() {
            p { "These are the first " (listed.len()) " of " (all) " entries." }
        }
    }
}

fn row(view: &StoryView, member: &Member, number: usize) -> Markup {
    let entry = &member.entry;
    html! {
        tr id={ "entry-" (member.id) } {
            td { (number) }
            td { (source(view, member)) }
            td {
                (publishers_link(headline(&entry.title), entry.url.as_ref(), entry.language.as_deref()))
                @if member.held { " " span.warn { "held back" } }
                @if let Some(at) = member.retracted_at {
                    " " span.warn { "withdrawn by its publisher" } ", as we read on " (time(at))
                }
            }
            td { @match entry.date() { Some(at) => (time(at)), None => "no date" } }
            td { (time(member.first_seen)) }
            td { (relation(view, member)) }
            td {
                (joined_by(view, member))
                @if let Some(evidence) = view.evidence.get(&member.id) { (told(evidence)) }
            }
        }
    }
}

/// A source by name, with a link to its page for whoever may see it.
pub(super) fn source(view: &StoryView, member: &Member) -> Markup {
    let name = name_of(&view.plan, &member.source);
    let is_configured = view.plan.sources.contains_key(&member.source);
    let query = view.source_query.as_ref().filter(|_| is_configured);
    html! {
        @match query {
            Some(query) => a href={ "../source/" (member.source) (query) } dir="auto" { (name) },
            None => span dir="auto" { (name) },
        }
    }
}

/// What an entry is to the story, as far as that is seen.
fn relation(view: &StoryView, member: &Member) -> &'static str {
    match member.relation {
        _ if view.first() == Some(member.id) => "the first",
        Relation::First => "the first",
        Relation::Same => "the same release",
        Relation::Update => "a corrected or newer version",
    }
}

/// What joined an entry to the story, and to which other one. Nothing tells of one that the visitor may not see: the first that he does
/// see is the one that the story began with.
fn joined_by(view: &StoryView, member: &Member) -> Markup {
    let is_first = view.first() == Some(member.id);
    let Some(layer) = member.layer.filter(|_| !is_first) else {
        return html! { "the story began with it" };
    };
    let what = match layer {
        Layer::Guid => "the same GUID",
        Layer::Url => "the same address",
        Layer::Content => "the same text",
        Layer::Near => "a similar text",
        Layer::Manual => "a person, by hand",
    };
    let matched = member.matched.and_then(|matched| view.member(matched));
    let score = member.score.filter(|_| layer == Layer::Near);
    html! {
        (what)
        @if let Some(matched) = matched {
            @if let Some(score) = score { ", score " (format!("{score:.2}")) }
            ", with "
            @match view.number(matched.id) {
                Some(number) => a href={ "#entry-" (matched.id) } { "no. " (number) },
                None => "an entry beyond these",
            }
        }
    }
}

/// What speaks for and against an entry.
fn told(evidence: &[Evidence]) -> Markup {
    let for_it = evidence.iter().filter(|said| said.speaks_for).count();
    html! {
        @if !evidence.is_empty() {
            details {
                summary { (for_it) " for it, " (evidence.len() - for_it) " against it" }
                ul {
                    @for said in evidence {
                        li {
                            @if said.speaks_for { strong.good { "For: " } } @else { strong.bad { "Against: " } }
                            span dir="auto" { (said.what) }
                        }
                    }
                }
            }
        }
    }
}
