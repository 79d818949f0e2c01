//! How many sources are in which state.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::elements::{counted, no_sources};
use super::super::listing::ListedSource;
use super::super::paging::with_parameter;
use super::super::sources::state::in_words;
use crate::model::{SourceStatus, Timestamp};

/// How many sources are in which state, each state leading to its sources. `query`: carries the server's token, where the visitor
/// brought it.
pub(super) fn summary(sources: &[ListedSource], now: Timestamp, query: &str) -> Markup {
    let states = SourceStatus::ALL.iter().filter_map(|status| {
        let of_it = sources.iter().filter(|source| source.status == *status);
        let of_it: Vec<&ListedSource> = of_it.collect();
        (!of_it.is_empty()).then_some((*status, of_it))
    });
    let is_due = |source: &&ListedSource| {
        let due = source.outlook.report.next_due;
        due.is_some_and(|due| due <= now)
    };
    html! {
        @if sources.is_empty() {
            (no_sources())
        } @else {
            p {
                a href={ "sources" (query) } { (counted(sources.len(), "source", "sources")) }
                ", " (sources.iter().filter(is_due).count()) " of them due to be asked now."
            }
            ul {
                @for (status, of_it) in states {
                    li {
                        a href={ "sources" (with_parameter(query, "state", status.as_str())) } { (in_words(status)) }
                        ": " (of_it.len())
                        @if status == SourceStatus::Trouble { " (" (failures(&of_it)) ")" }
                    }
                }
            }
        }
        p {
            a href={ "health.atom" (query) } { "A feed of what is wrong with them" } " · "
            a href={ "sources.opml" (query) } { "The list as OPML" }
        }
    }
}

/// What the troubles are, each with how many have it.
fn failures(sources: &[&ListedSource]) -> String {
    let mut counts = BTreeMap::<&str, usize>::new();
    for source in sources {
        let last = source.outlook.report.last.as_ref();
        let class = last.and_then(|last| last.class);
        let word = class.map_or("other", crate::model::FailureClass::as_str);
        *counts.entry(word).or_default() += 1;
    }
    let counts = counts
        .iter()
        .map(|(word, count)| format!("{}: {count}", word.replace('_', " ")));
    counts.collect::<Vec<_>>().join(", ")
}
