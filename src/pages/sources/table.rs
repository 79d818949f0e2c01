//! The table of sources.

use maud::{Markup, html};

use super::super::elements::time;
use super::super::listing::ListedSource;

use super::choice::Choice;
use super::column::Column;
use super::state::state;
use crate::model::{Timestamp, public_url};
use crate::refresh::{outcome_in_a_word, remarks, turn_in_words};

/// The table of these sources. `query`: that of the token.
pub(super) fn table(
    rows: &[&ListedSource],
    choice: &Choice,
    query: &str,
    now: Timestamp,
) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Table of sources" {
            table.sources {
                thead { tr { @for column in Column::ALL { (head(column, choice, query)) } } }
                tbody { @for listed in rows { (row(listed, query, now)) } }
            }
        }
    }
}

fn head(column: Column, choice: &Choice, query: &str) -> Markup {
    let sorted = (column == choice.column).then_some(match choice.is_descending {
        true => "descending",
        false => "ascending",
    });
    html! {
        th scope="col" aria-sort=[sorted] class=[column.is_number().then_some("number")] {
            a href={ "sources" (choice.query_by(column, query)) } { (column.title()) }
            @match sorted {
                Some("descending") => span aria-hidden="true" { " ↓" },
                Some(_) => span aria-hidden="true" { " ↑" },
                None => "",
            }
        }
    }
}

fn row(listed: &ListedSource, query: &str, now: Timestamp) -> Markup {
    let report = &listed.outlook.report;
    let history = &report.history;
    let fault = report.last.as_ref().and_then(|last| last.fault);
    html! {
        tr {
            th scope="row" {
                a href={ "source/" (listed.source.id) (query) } { (listed.source.id) }
                @if listed.title != listed.source.id.as_str() { div dir="auto" { (listed.title) } }
            }
            td { (state(listed)) }
            td {
                (outcome_in_a_word(report).replace('_', " "))
                @if let Some(at) = history.last_attempt { div { (time(at)) } }
                @if let Some(fault) = fault { div.muted { (fault.because()) } }
                @for remark in remarks(report, |to| public_url(to).to_string()) {
                    div.muted dir="auto" { (remark) }
                }
            }
            td { @match history.last_success { Some(at) => (time(at)), None => "never" } }
            td {
                (turn_in_words(report, now))
                @if let Some(at) = report.next_due.filter(|at| *at > now) { div { (time(at)) } }
                @if let Some(because) = &report.because { div.muted dir="auto" { (because) } }
            }
            td.number { (report.entries) }
            td.number { (report.duplicates) }
            td.number { (history.errors) }
        }
    }
}
