//! `/OUTPUT`: the items that the output's documents show, in pages.

use std::ops::Range;

use maud::{Markup, html};

use super::super::elements::{counted, page_language};
use super::super::layout::Frame;
use super::super::made::MadePage;
use super::super::paging::{PagerLink, pager, wanted_page, with_page};
use super::super::request::{PageRequest, ShownFeed};
use super::items::list;
use super::subscribe::{addresses, feed_links};
use crate::model::Secret;
use crate::publish::{DocumentFormat, ListedFeed, ListedItem, time};

/// Items on a page.
const ITEMS: usize = 40;
/// Bytes of the items on a page, unless one has more; what is around them takes a few thousand.
const BYTES: usize = 24 * 1024;

/// Makes the page. `token`: the output's, which the visitor has brought.
pub(in crate::pages) fn make(
    request: &PageRequest,
    shown: &ShownFeed,
    token: Option<&Secret>,
) -> MadePage {
    let ListedFeed {
        output,
        public_url,
        items,
        prev_archive,
    } = &shown.listing;
    let pages = pages(items);
    let here = wanted_page(&request.values("page"), pages.len());
    let on_page = pages.get(here - 1).cloned().unwrap_or_default();
    let query = request.visitor.query_for(token);
    let query = query.as_str();
    let older = match (here < pages.len(), *prev_archive) {
        (true, _) => Some(format!("{}{}", output.id, with_page(query, here + 1))),
        (false, 0) => None,
        (false, number) => Some(format!("{}/archive/{number}{query}", output.id)),
    };
    let newer = (here > 1).then(|| format!("{}{}", output.id, with_page(query, here - 1)));
    let content = html! {
        h1 dir="auto" lang=[page_language(output.face.language.as_deref())] { (output.title) }
        p.muted { (counted(items.len(), "item", "items")) ", last changed " (time(shown.changed_at)) }
        @if here == 1 {
            h2 { "Subscribe" }
            p { "This is a web feed. To follow it, copy one of these addresses into a feed reader:" }
            (addresses(output, public_url, ("", query)))
            p { a href={ (output.id) "/preview" (query) } { "Try other rules on this feed" } }
            h2 { "Newest items" }
        } @else {
            h2 { "Items, page " (here) " of " (pages.len()) }
        }
        @if items.is_empty() { (nothing(request, &format!("{}/preview{query}", output.id))) }
        (list(request, &items[on_page], ""))
        (pager(
            &PagerLink { words: "Newer items", href: newer },
            &PagerLink { words: "Older items", href: older },
        ))
    };
    let frame = Frame {
        title: &output.title,
        root: "",
        request,
        head: html! {
            link rel="canonical" href={ (public_url) (output.id) (with_page("", here)) };
            (feed_links(output, &DocumentFormat::ALL, ("", query)))
        },
        leads_on: !request.is_stranger(),
    };
    MadePage {
        html: frame.around(&content),
        is_private: token.is_some(),
    }
}

/// What is said of a feed without items.
fn nothing(request: &PageRequest, preview: &str) -> Markup {
    let query = request.own_query();
    html! {
        p {
            "There are no items yet. Either its sources have brought none so far, as "
            @if request.is_stranger() { "the list of sources" } @else { a href={ "sources" (query) } { "the list of sources" } }
            " shows, or its rules keep none of what they bring: "
            a href=(preview) { "try other rules" } "."
        }
    }
}

/// The pages of a list: as many items as a page has, and as have room on it.
fn pages(items: &[ListedItem]) -> Vec<Range<usize>> {
    let mut pages: Vec<Range<usize>> = Vec::new();
    let mut bytes = 0;
    for (nth, item) in items.iter().enumerate() {
        bytes += item.size();
        match pages.last_mut() {
            Some(page) if page.len() < ITEMS && bytes <= BYTES => page.end = nth + 1,
            _ => {
                bytes = item.size();
                pages.push(nth..nth + 1);
            }
        }
    }
    pages
}
