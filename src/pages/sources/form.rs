//! The form that narrows the list of sources.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::super::elements::carried_along;
use super::super::listing::ListedSource;
use super::choice::Choice;
use super::column::Column;
use super::state::in_words;
use crate::model::SourceStatus;

/// How many tags are offered.
const MOST_TAGS: usize = 200;

/// The form, filled in with what is in force. `query`: that of the token, which goes along.
pub(super) fn form(choice: &Choice, listed: &[ListedSource], query: &str) -> Markup {
    let tags: BTreeSet<&str> = listed
        .iter()
        .flat_map(|listed| listed.source.tags.iter().map(String::as_str))
        .collect();
    html! {
        form.filter method="get" action="sources" role="search" aria-label="Sources" {
            (carried_along(query))
            @if choice.column != Column::Id { input type="hidden" name="sort" value=(choice.column.word()); }
            @if choice.is_descending { input type="hidden" name="order" value="desc"; }
            p {
                label for="q" { "Id, title or address" }
                input #q type="search" name="q" value=(choice.text);
            }
            p {
                label for="state" { "State" }
                select #state name="state" {
                    option value="" { "any" }
                    @for status in SourceStatus::ALL {
                        option value=(status) selected[choice.status == Some(*status)] { (in_words(*status)) }
                    }
                }
            }
            p {
                label for="tag" { "Tag" }
                input #tag type="text" name="tag" value=(choice.tag) list="tags";
                datalist #tags {
                    @for tag in tags.iter().take(MOST_TAGS) { option value=(tag) {} }
                }
            }
            p { button type="submit" { "Show" } }
        }
    }
}
