//! The frame of every page: head, navigation, and the one stylesheet.

use maud::{DOCTYPE, Markup, html};

/// The stylesheet of all pages.
pub const STYLE: &str = include_str!("style.css");
/// Where it is served, below the base of a page. Its name says which version it is, so that a cache may keep it for ever.
pub const STYLE_PATH: &str = concat!("static/", env!("CARGO_PKG_VERSION"), ".css");

/// What the frame says.
pub(super) struct Frame<'a> {
    /// The title of the page, as a browser's tab shows it.
    pub(super) title: &'a str,
    /// How the root of the site is reached from this page: `""` for `/` and `/OUTPUT`, `"../"` for `/story/ID`. Relative links
    /// work behind whatever prefix a proxy puts before ours.
    pub(super) root: &'a str,
    /// `?token=…` of the server's token for links to what belongs to no output, where the visitor brought it in the address.
    pub(super) query: &'a str,
    /// More elements of the head, such as links to a page's feeds.
    pub(super) head: Markup,
}

impl Frame<'_> {
    /// The whole page around its content.
    pub(super) fn around(&self, content: &Markup) -> String {
        let Frame {
            title,
            root,
            query,
            head,
        } = self;
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    link rel="stylesheet" href={ (root) (STYLE_PATH) };
                    (head)
                }
                body {
                    a.skip href="#content" { "Skip to content" }
                    header {
                        nav aria-label="Site" {
                            a href={ (root) "./" (query) } { "Feeds" }
                            a href={ (root) "sources" (query) } { "Sources" }
                        }
                    }
                    main #content { (content) }
                }
            }
        };
        page.into_string()
    }
}
