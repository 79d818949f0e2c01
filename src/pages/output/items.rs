//! A list of items.

use maud::{Markup, html};

use super::super::request::PageRequest;
use crate::publish::ListedItem;

/// A list of items. `root`: how the root of the site is reached.
pub(super) fn list(request: &PageRequest, items: &[ListedItem], root: &str) -> Markup {
    let token = request.settings.server_token.as_ref();
    // Who may not read of stories is not sent to be refused.
    let may_read = request.visitor.may_read(token);
    let query = request.visitor.query_for(token);
    html! {
        ol.plain {
            @for item in items {
                li {
                    (item.html())
                    @if let Some(story) = item.story.filter(|_| may_read) {
                        p { a href={ (root) "story/" (story.0) (query) } { "Story " (story.0) } }
                    }
                }
            }
        }
    }
}
