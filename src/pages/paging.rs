//! Lists that take several pages, and the addresses of those.

use maud::{Markup, html};

/// An address with more parameters than it has: `query` is empty or begins with `?`, as [`super::Visitor`] gives it.
pub(super) fn with_parameter(query: &str, name: &str, value: &str) -> String {
    let start = if query.is_empty() { "?" } else { "&" };
    let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    format!("{query}{start}{name}={value}")
}

/// The query of a page of a list, from 1; the first needs none of its own.
pub(super) fn with_page(query: &str, page: usize) -> String {
    match page {
        0 | 1 => query.to_owned(),
        page => with_parameter(query, "page", &page.to_string()),
    }
}

/// The page of a list that a visitor wants, from 1 to `last`: what is no number is the first, what lies beyond is the last.
pub(super) fn wanted_page(values: &[String], last: usize) -> usize {
    let wanted = values.first().and_then(|value| value.trim().parse().ok());
    wanted.unwrap_or(1_usize).clamp(1, last.max(1))
}

/// Where a list goes on, in words and as an address.
pub(super) struct PagerLink {
    /// Such as `Older items`.
    pub(super) words: &'static str,
    /// A relative address; `None`: nothing is there.
    pub(super) href: Option<String>,
}

/// Leads to the pages of a list before and after this one.
pub(super) fn pager(before: &PagerLink, after: &PagerLink) -> Markup {
    html! {
        @if before.href.is_some() || after.href.is_some() {
            nav aria-label="Pages" {
                @if let Some(href) = &before.href { a rel="prev" href=(href) { (before.words) } }
                @if let Some(href) = &after.href { a rel="next" href=(href) { (after.words) } }
            }
        }
    }
}
