//! A list of items.

use maud::{Markup, html};

use super::super::request::PageRequest;
use crate::publish::ListedItem;

/// A list of items of an output that the visitor may read, and so their stories. `root`: how the root of the site is reached.
pub(super) fn list(request: &PageRequest, items: &[ListedItem], root: &str) -> Markup {
    let query = request.own_query();
    html! {
        ol.plain {
            @for item in items {
                li {
                    (item.html())
                    @if let Some(story) = item.story {
                        p { a href={ (root) "story/" (story.0) (query) } { "Story " (story.0) } }
                    }
                }
            }
        }
    }
}
