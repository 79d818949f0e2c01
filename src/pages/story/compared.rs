//! What two entries of a story both say, and what only one of them says.

use maud::{Markup, html};

use super::super::elements::{headline, page_language};
use super::diff::marked;
use super::members::source;
use super::view::StoryView;
use crate::model::Member;
use crate::text::WordDiff;

pub(super) fn section(view: &StoryView) -> Markup {
    let Some((base, other)) = view.pair() else {
        return html! {};
    };
    html! {
        h2 #compared { "What both say" }
        p {
            "The text of " (named(view, base)) " beside that of " (named(view, other)) ": what both say is plain, "
            del { "what only the first says" } " is struck through, " ins { "what only the second says" } " is underlined."
        }
        (texts(base, other))
        (others(view, base, other))
    }
}

fn texts(base: &Member, other: &Member) -> Markup {
    let (one, two) = (&base.entry, &other.entry);
    let titles = WordDiff::excerpt(headline(&one.title), headline(&two.title));
    let texts = WordDiff::excerpt(&one.text, &two.text);
    html! {
        blockquote dir="auto" lang=[page_language(one.language.as_deref())] {
            p { strong { @if titles.parts.is_empty() { (headline(&one.title)) } @else { (marked(&titles)) } } }
            @if !texts.parts.is_empty() {
                p { (marked(&texts)) }
            } @else if one.text.is_empty() {
                p.muted { "Neither has a text." }
            } @else {
                p.muted { "Both have the same text, word for word." }
            }
        }
    }
}

/// Links that compare with another entry.
fn others(view: &StoryView, base: &Member, shown: &Member) -> Markup {
    let token = view.query.replacen('?', "&", 1);
    let listed = view.listed().iter().zip(1..);
    let others = listed.filter(|(member, _)| member.id != base.id && member.id != shown.id);
    let others: Vec<_> = others.collect();
    html! {
        @if !others.is_empty() {
            p { "Compare with another entry:" }
            ul.others {
                @for (member, number) in others {
                    li {
                        a href={ "?with=" (member.id) (token) "#compared" } { "no. " (number) }
                        ", " (source(view, member))
                    }
                }
            }
        }
    }
}

fn named(view: &StoryView, member: &Member) -> Markup {
    html! {
        @if let Some(number) = view.number(member.id) { "no. " (number) ", " }
        (source(view, member))
    }
}
