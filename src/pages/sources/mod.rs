//! `/sources`: how every source is doing, in pages of a hundred, sorted and filtered by the parameters of its address.

mod choice;
mod column;
mod form;
pub(super) mod state;
mod table;

use maud::{Markup, html};

use super::elements::{counted, no_sources, time};
use super::layout::Frame;
use super::listing::ListedSource;
use super::made::{MadePage, NoPage};
use super::paging::{PagerLink, pager, wanted_page};
use super::request::PageRequest;
use crate::model::{Source, SourceStatus};
use choice::Choice;
use state::in_words;

/// Sources on one page.
const PER_PAGE: usize = 100;
/// How many sources that are switched off are named.
const MOST_DISABLED: usize = 50;

/// The sources of one page, and of how many.
struct Chosen<'l> {
    /// In the order wanted.
    rows: Vec<&'l ListedSource>,
    /// Those that match.
    matching: usize,
    /// The page's number, from 1, and that of the last.
    page: usize,
    last_page: usize,
}

pub(super) async fn make(request: &PageRequest) -> Result<MadePage, NoPage> {
    request.refuse_strangers()?;
    let listed = request.sources().await?;
    let choice = Choice::of(request);
    let chosen = chosen(&listed.sources, &choice, &request.values("page"));
    let query = request.own_query();
    let content = html! {
        h1 { "Sources" }
        @if !listed.sources.is_empty() { p { (states(&listed.sources)) " As of " (time(listed.at)) "." } }
        (form::form(&choice, &listed.sources, &query))
        @if listed.sources.is_empty() {
            (no_sources())
        } @else if chosen.matching == 0 {
            p { "No source matches. " a href={ "sources" (query) } { "Show all sources" } }
        } @else {
            p { (in_force(&chosen, &choice, listed.sources.len())) }
            (table::table(&chosen.rows, &choice, &query, request.now))
            (pages(&chosen, &choice, &query))
        }
        (switched_off(&request.settings.disabled, &query))
    };
    let frame = Frame {
        title: "Sources",
        root: "",
        request,
        head: html! {},
        leads_on: !request.is_stranger(),
    };
    Ok(MadePage {
        html: frame.around(&content),
        is_private: request.is_private(),
    })
}

/// The sources of a page, which these values of the address name.
fn chosen<'l>(listed: &'l [ListedSource], choice: &Choice, wanted: &[String]) -> Chosen<'l> {
    let mut matching: Vec<&ListedSource> = listed
        .iter()
        .filter(|source| choice.takes(source))
        .collect();
    choice.sort(&mut matching);
    let last_page = matching.len().div_ceil(PER_PAGE).max(1);
    let page = wanted_page(wanted, last_page);
    let rows = matching.iter().skip((page - 1) * PER_PAGE).take(PER_PAGE);
    Chosen {
        rows: rows.copied().collect(),
        matching: matching.len(),
        page,
        last_page,
    }
}

/// `12 sources: 2 in trouble, 10 well.`
fn states(listed: &[ListedSource]) -> String {
    let counts = SourceStatus::ALL.iter().filter_map(|status| {
        let count = listed.iter().filter(|source| source.status == *status);
        let count = count.count();
        (count > 0).then(|| format!("{count} {}", in_words(*status)))
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    let all = counted(listed.len(), "source", "sources");
    format!("{all}: {counts}.")
}

/// What is shown, of how many, and by which parameters.
fn in_force(chosen: &Chosen<'_>, choice: &Choice, all: usize) -> String {
    let first = (chosen.page - 1) * PER_PAGE + 1;
    let last = first + chosen.rows.len() - 1;
    let matching = match chosen.matching == all {
        true => format!("{all}"),
        false => format!("{} that match, of {all}", chosen.matching),
    };
    let filters = choice.filters_in_words();
    let order = choice.order_in_words();
    format!("Shown: {first} to {last} of {matching}{filters}; {order}.")
}

/// Leads to the other pages of the list.
fn pages(chosen: &Chosen<'_>, choice: &Choice, query: &str) -> Markup {
    let to = |page: usize| format!("sources{}", choice.query(page, query));
    let (page, last) = (chosen.page, chosen.last_page);
    pager(
        &PagerLink {
            words: "Earlier sources",
            href: (page > 1).then(|| to(page - 1)),
        },
        &PagerLink {
            words: "Further sources",
            href: (page < last).then(|| to(page + 1)),
        },
    )
}

fn switched_off(disabled: &[std::sync::Arc<Source>], query: &str) -> Markup {
    html! {
        @if !disabled.is_empty() {
            h2 { "Switched off" }
            p { "These are in the configuration with " code { "enabled = false" } " and are not asked." }
            ul {
                @for source in disabled.iter().take(MOST_DISABLED) {
                    li { a href={ "source/" (source.id) (query) } { (source.id) } }
                }
                @if disabled.len() > MOST_DISABLED {
                    li { "and " (disabled.len() - MOST_DISABLED) " more" }
                }
            }
        }
    }
}
