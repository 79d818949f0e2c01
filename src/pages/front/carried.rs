//! What an output carries, in words: its sources, and the rule that their entries go through.

use maud::{Markup, html};

use super::super::elements::counted;
use super::super::request::PageRequest;
use crate::republish::OutputPlan;

/// Sources that are named.
const SOURCES: usize = 5;
/// Words of a rule that are named.
const WORDS: usize = 10;

/// What an output carries, in a sentence for its sources and one for each part of its rule.
pub(super) fn carried(request: &PageRequest, plan: &OutputPlan) -> Markup {
    let rule = &plan.rule_text;
    html! {
        p {
            (sources(request, plan))
            (words(" Only with any of: ", &rule.include))
            (words(" Without: ", &rule.exclude))
            @if let Some(condition) = &rule.condition { " Only where " code { (condition) } "." }
        }
    }
}

fn sources(request: &PageRequest, plan: &OutputPlan) -> Markup {
    let all = request.settings.plan.sources.len();
    let query = request.own_query();
    let count = plan.sources.len();
    html! {
        @if count == 0 {
            "It has no sources: name some under " code { "sources" } " in its table of the configuration."
        } @else if count == all && count > 1 {
            "From all " (counted(count, "source", "sources")) "."
        } @else {
            "From "
            @for (nth, id) in plan.sources.iter().take(SOURCES).enumerate() {
                @if nth > 0 { ", " }
                a href={ "source/" (id) (query) } { (id) }
            }
            @if count > SOURCES { " and " (count - SOURCES) " more" }
            "."
        }
    }
}

fn words(before: &str, words: &[String]) -> Markup {
    html! {
        @if !words.is_empty() {
            (before)
            @for (nth, word) in words.iter().take(WORDS).enumerate() {
                @if nth > 0 { ", " }
                q dir="auto" { (word) }
            }
            @if words.len() > WORDS { " and " (words.len() - WORDS) " more" }
            "."
        }
    }
}
