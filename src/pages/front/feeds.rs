//! A page of the outputs: by which addresses to subscribe to each, what it carries, and how new it is.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::elements::{counted, page_language, with_token};
use super::super::output::{addresses, feed_links};
use super::super::paging::{PagerLink, pager, wanted_page, with_page};
use super::super::request::{PageRequest, ShownFeed};
use super::carried::carried;
use crate::model::OutputId;
use crate::publish::{DocumentFormat, time};
use crate::republish::OutputPlan;

/// Outputs on a page.
const OUTPUTS: usize = 25;

/// A page of the outputs.
pub(super) struct Feeds {
    /// Links to their documents.
    pub(super) head: Markup,
    pub(super) content: Markup,
}

/// The page of the outputs that the visitor may read and wants.
pub(super) fn page(request: &PageRequest, shown: &BTreeMap<OutputId, ShownFeed>) -> Feeds {
    let readable: Vec<&OutputPlan> = request.readable().collect();
    let last = readable.len().div_ceil(OUTPUTS).max(1);
    let here = wanted_page(&request.values("page"), last);
    let from = (here - 1) * OUTPUTS;
    let listed: Vec<&OutputPlan> = readable.into_iter().skip(from).take(OUTPUTS).collect();
    let query = request.own_query();
    let to = |page: usize| Some(format!("./{}", with_page(&query, page)));
    let content = html! {
        @if listed.is_empty() {
            p {
                "There is no feed that you may read. A feed is an " code { "[[output]]" }
                " table in the configuration. One with a token is listed for whoever brings it; " (with_token()) "."
            }
        } @else {
            p { "To follow a feed, copy one of its addresses into a feed reader, or open its page to read it here." }
        }
        @if last > 1 { p.muted { "Page " (here) " of " (last) } }
        @for plan in &listed { (feed(request, plan, shown.get(&plan.output.id))) }
        (pager(
            &PagerLink { words: "Earlier feeds", href: (here > 1).then(|| to(here - 1)).flatten() },
            &PagerLink { words: "Further feeds", href: (here < last).then(|| to(here + 1)).flatten() },
        ))
    };
    let head = html! {
        @for plan in &listed {
            (feed_links(
                &plan.output,
                &[DocumentFormat::Atom],
                ("", &request.visitor.query_for(plan.token.as_ref())),
            ))
        }
    };
    Feeds { head, content }
}

fn feed(request: &PageRequest, plan: &OutputPlan, shown: Option<&ShownFeed>) -> Markup {
    let output = &plan.output;
    let query = request.visitor.query_for(plan.token.as_ref());
    html! {
        section {
            h2 dir="auto" lang=[page_language(output.face.language.as_deref())] {
                a href={ (output.id) (query) } { (output.title) }
            }
            p.muted {
                @match shown {
                    Some(shown) => {
                        (counted(shown.listing.items.len(), "item", "items"))
                        ", last changed " (time(shown.changed_at))
                    }
                    None => "Nothing to show yet: the first pass over the sources is still running",
                }
            }
            (addresses(output, &request.settings.plan.public_url, ("", &query)))
            (carried(request, plan))
        }
    }
}
