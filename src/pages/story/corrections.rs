//! What publishers have corrected in the entries of a story.

use maud::{Markup, html};

use super::super::elements::{counted, page_language, time};
use super::diff::marked;
use super::members::source;
use super::view::StoryView;
use crate::model::Correction;
use crate::text::WordDiff;

/// Corrections that are shown, the newest.
const SHOWN: usize = 20;

pub(super) fn section(view: &StoryView) -> Markup {
    let mut newest: Vec<&Correction> = view.corrections.iter().collect();
    newest.sort_by_key(|correction| std::cmp::Reverse(correction.at));
    let all = newest.len();
    newest.truncate(SHOWN);
    html! {
        @if all > 0 {
            h2 { "Corrections" }
            p {
                "What publishers have changed in their words: "
                del { "what was taken out" } " is struck through, " ins { "what was put in" } " is underlined."
                @if all > SHOWN { " These are the newest " (SHOWN) " of " (counted(all, "correction", "corrections")) "." }
            }
            @for correction in newest { (told(view, correction)) }
        }
    }
}

fn told(view: &StoryView, correction: &Correction) -> Markup {
    let Some(member) = view.member(correction.entry) else {
        return html! {};
    };
    let (before, after) = (&correction.before, &correction.after);
    let title = WordDiff::excerpt(&before.title, &after.title);
    let text = WordDiff::excerpt(&before.text, &after.text);
    html! {
        h3 {
            @if let Some(number) = view.number(member.id) { "No. " (number) ", " }
            (source(view, member)) ", seen " (time(correction.at))
        }
        blockquote dir="auto" lang=[page_language(member.entry.language.as_deref())] {
            @if !title.parts.is_empty() { p { strong { (marked(&title)) } } }
            @if !text.parts.is_empty() { p { (marked(&text)) } }
        }
    }
}
