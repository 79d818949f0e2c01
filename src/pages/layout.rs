//! The frame of every page: head, navigation, and the one stylesheet.

use maud::{DOCTYPE, Markup, html};

use super::assets::{ICON, STYLE};
use super::request::PageRequest;

/// What the frame says.
pub(super) struct Frame<'a> {
    /// The title of the page, as a browser's tab shows it.
    pub(super) title: &'a str,
    /// How the root of the site is reached from this page: `""` for `/` and `/OUTPUT`, `"../"` for `/story/ID`. Relative links
    /// work behind whatever prefix a proxy puts before ours.
    pub(super) root: &'a str,
    /// What it is an answer to.
    pub(super) request: &'a PageRequest,
    /// More elements of the head, such as links to a page's feeds.
    pub(super) head: Markup,
    /// Whether the visitor may read what every page leads to; whoever may not is not led to a door that asks for a token.
    pub(super) leads_on: bool,
}

/// The pages that every page leads to, by their paths below the root.
const SECTIONS: [(&str, &str); 2] = [("", "Feeds"), ("sources", "Sources")];
/// The titles of those pages.
pub(super) const FEEDS: &str = SECTIONS[0].1;

impl Frame<'_> {
    /// The whole page around its content.
    pub(super) fn around(&self, content: &Markup) -> String {
        let Frame {
            title,
            root,
            request,
            head,
            leads_on,
        } = self;
        let query = request.own_query();
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    link rel="stylesheet" href={ (root) (STYLE.path) };
                    link rel="icon" type=(ICON.media_type) href={ (root) (ICON.path) };
                    (head)
                }
                body {
                    a.skip href="#content" { "Skip to content" }
                    @if *leads_on {
                        header {
                            nav aria-label="Site" {
                                @for (path, name) in SECTIONS {
                                    a href={ (below(root, path)) (query) } aria-current=[(name == *title).then_some("page")] { (name) }
                                }
                            }
                        }
                    }
                    main #content tabindex="-1" { (content) }
                }
            }
        };
        page.into_string()
    }
}

/// A path below the root, as it is reached from here: an address that is empty would be this page.
fn below(root: &str, path: &str) -> String {
    match (root, path) {
        ("", "") => "./".to_owned(),
        (root, path) => format!("{root}{path}"),
    }
}
