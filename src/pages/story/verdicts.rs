//! What each output makes of a story, and by which rule.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::elements::counted;
use super::members::source;
use super::view::StoryView;
use crate::model::Member;
use crate::republish::{ItemVerdict, OutputPlan, StoryVerdict};

/// Outputs that are told of, and items of one.
const TOLD: usize = 50;
const ITEMS: usize = 10;

pub(super) fn section(view: &StoryView) -> Markup {
    let known = view.verdicts.iter().filter_map(|(verdict, query)| {
        let output = view.plan.output(&verdict.output)?;
        Some((output, verdict, query.as_str()))
    });
    let (mut concerned, others): (Vec<_>, Vec<_>) = known.partition(|(output, _, _)| {
        let mut members = view.members.iter();
        members.any(|member| output.sources.contains(&member.source))
    });
    concerned.sort_by_key(|(_, verdict, _)| !verdict.is_kept());
    let all = concerned.len();
    concerned.truncate(TOLD);
    html! {
        h2 { "What feeds make of it" }
        @if concerned.is_empty() { p { "No feed that you may read takes entries of these sources." } }
        @for (output, verdict, query) in &concerned { (told(view, output, verdict, query)) }
        @if all > concerned.len() { p { "There are " (all - concerned.len()) " more feeds." } }
        @if !others.is_empty() && all > 0 {
            p.muted { (counted(others.len(), "other feed takes", "other feeds take")) " no entries of these sources." }
        }
    }
}

fn told(view: &StoryView, output: &OutputPlan, verdict: &StoryVerdict, query: &str) -> Markup {
    let id = &verdict.output;
    let (shown, more) = verdict.items.split_at(verdict.items.len().min(ITEMS));
    html! {
        h3 {
            a href={ "../" (id) (query) } dir="auto" { (output.output.title) }
            ": "
            @if verdict.is_kept() { span.good { "kept" } } @else { span.bad { "dropped" } }
        }
        ul {
            @for item in shown { li { (item_told(view, output, item)) } }
            @if !more.is_empty() { li { (counted(more.len(), "more item", "more items")) } }
            @for (because, count) in unseen(view, verdict) {
                li { "not seen: " (counted(count, "entry", "entries")) ", " span dir="auto" { (because) } }
            }
        }
    }
}

fn item_told(view: &StoryView, output: &OutputPlan, item: &ItemVerdict) -> Markup {
    let shown = view.member(item.shown);
    html! {
        @if item.is_kept { "shows " } @else { "would show " }
        @if let Some(member) = shown { (numbered(view, member)) }
        @if item.entries.len() > 1 { ", which stands for " (counted(item.entries.len(), "entry", "entries")) }
        @match (item.is_kept, output.rule.is_empty()) {
            (true, true) => ": it has no rule",
            (true, false) => ": its rule keeps it",
            (false, _) => { ", but: " span dir="auto" { (item.because) } },
        }
        @if let Some(why) = &item.unjudged { ", for `where` could not be evaluated: " (why) }
    }
}

/// `no. 1 (agency)`; one that the table does not list has no number.
fn numbered(view: &StoryView, member: &Member) -> Markup {
    let entry = member.id;
    html! {
        @match view.number(entry) {
            Some(number) => { a href={ "#entry-" (entry) } { "no. " (number) } " (" (source(view, member)) ")" },
            None => (source(view, member)),
        }
    }
}

/// Why an output does not see members, with how many there are of each reason.
fn unseen<'v>(view: &StoryView, verdict: &'v StoryVerdict) -> BTreeMap<&'v str, usize> {
    let mut reasons = BTreeMap::new();
    let visible = verdict.unseen.iter();
    for (_, because) in visible.filter(|(entry, _)| view.member(*entry).is_some()) {
        *reasons.entry(because.as_str()).or_default() += 1;
    }
    reasons
}
