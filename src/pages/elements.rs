//! Elements that several pages have.

use maud::{Markup, html};
use url::Url;

use crate::model::SourceId;
use crate::publish::OUTWARD;
pub(super) use crate::publish::{page_language, time};
use crate::republish::Plan;
pub(super) use crate::text::counted;

/// What a publisher wrote, as a link to its page where that is on the web.
pub(super) fn publishers_link(text: &str, url: Option<&Url>, language: Option<&str>) -> Markup {
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
    let language = page_language(language);
    html! {
        @match url {
            Some(url) => a href=(url) rel=(OUTWARD) dir="auto" lang=[language] { (text) },
            None => span dir="auto" lang=[language] { (text) },
        }
    }
}

/// What a source is called: as configured, else by its id.
pub(super) fn name_of<'a>(plan: &'a Plan, source: &'a SourceId) -> &'a str {
    let seen = plan.sources.get(source);
    let title = seen.and_then(|seen| seen.source.title.as_deref());
    title.unwrap_or(source.as_str())
}

/// A headline, or what stands for one that a publisher did not give.
pub(super) fn headline(title: &str) -> &str {
    match title {
        "" => "(without a title)",
        title => title,
    }
}

/// What is said where the configuration has no sources.
pub(super) fn no_sources() -> Markup {
    html! {
        p { "There are no sources: add a " code { "[[source]]" } " table to the configuration and reload it." }
    }
}

/// A query that a form sends along: browsers leave out the one that stands in its `action`.
pub(super) fn carried_along(query: &str) -> Markup {
    let carried = url::form_urlencoded::parse(query.trim_start_matches('?').as_bytes());
    html! {
        @for (name, value) in carried { input type="hidden" name=(name) value=(value); }
    }
}

/// How somebody who has a token shows more of a page.
pub(super) fn with_token() -> Markup {
    html! { "to bring a token, add " code { "?token=" } " and the token to the address of this page" }
}
