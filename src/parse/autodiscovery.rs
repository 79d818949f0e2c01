//! The feeds that a web page, or the answer that it came in, may lead to.

use url::Url;

use super::leads::{Lead, Leads, Written};
use super::link_header;
use super::links::web_url;
use super::markup::Attributes;
use super::page::{PageTag, PageTags};
use crate::text::fold;

/// A page that leads on later than this many seconds shows something first, and often itself again.
const SOON: u32 = 30;
/// How the titles of pages begin that stand in place of the page that was asked for: whatever they name is not meant.
const INSTEAD: [&str; 27] = [
    "just a moment",
    "one moment, please",
    "attention required",
    "access denied",
    "access to this page has been denied",
    "access blocked",
    "checking your browser",
    "checking that you are",
    "making sure you're not a bot",
    "verify you are human",
    "verifying you are human",
    "are you a robot",
    "robot check",
    "security check",
    "ddos protection",
    "403 forbidden",
    "404 not found",
    "404 page not found",
    "error 404",
    "not found",
    "page not found",
    "503 service",
    "log in",
    "login",
    "please log in",
    "please sign in",
    "sign in",
];

/// Leads from a page to feeds, in the order in which they are tried. `base`: where the page is.
pub(super) fn leads_of(page: &str, base: Option<&Url>) -> Vec<Lead> {
    let mut leads = Leads::of(base);
    let mut base = base.cloned();
    let mut is_based = false;
    for tag in PageTags::of(page) {
        match tag.name.to_ascii_lowercase().as_str() {
            "link" => leads.link(&written(&attributes(&tag)), base.as_ref()),
            "a" | "area" => leads.anchor(&written(&attributes(&tag)), base.as_ref()),
            "meta" => {
                let attributes = attributes(&tag);
                if let Some(to) = refresh(&attributes) {
                    leads.refresh(to, base.as_ref());
                }
            }
            // The first one counts (HTML §4.2.3).
            "base" if !is_based => {
                let own = attributes(&tag);
                if let Some(url) = own
                    .get("href")
                    .and_then(|href| web_url(href, base.as_ref()))
                {
                    (base, is_based) = (Some(url), true);
                }
            }
            "title" if is_instead(tag.text) => return Vec::new(),
            _ => {}
        }
    }
    leads.in_order(true)
}

/// Leads of the `Link` headers that came with a document at `page` (RFC 8288).
pub(super) fn leads_of_headers(values: &[String], page: Option<&Url>) -> Vec<Lead> {
    let mut leads = Leads::of(page);
    for link in link_header::links(values) {
        if !link.has_anchor {
            let written = Written {
                rel: &link.rel,
                media_type: &link.media_type,
                title: &link.title,
                href: &link.target,
            };
            leads.link(&written, page);
        }
    }
    leads.in_order(false)
}

fn attributes<'t>(tag: &PageTag<'t>) -> Attributes<'t> {
    Attributes::of_page(tag.attributes)
}

fn written<'a>(attributes: &'a Attributes<'_>) -> Written<'a> {
    let get = |name| attributes.get(name).unwrap_or_default();
    Written {
        rel: get("rel"),
        media_type: get("type"),
        title: get("title"),
        href: get("href"),
    }
}

/// Where `<meta http-equiv="refresh" content="0; url=…">` leads at once (HTML §4.2.5.3).
fn refresh<'a>(attributes: &'a Attributes<'_>) -> Option<&'a str> {
    let is_refresh = attributes
        .get("http-equiv")
        .is_some_and(|name| name.trim().eq_ignore_ascii_case("refresh"));
    let content = attributes.get("content").filter(|_| is_refresh)?.trim();
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    let seconds: u32 = content[..digits].parse().ok()?;
    let rest = content[digits..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let rest = rest
        .trim_start()
        .trim_start_matches([';', ','])
        .trim_start();
    let to = match rest.get(..3) {
        Some(name) if name.eq_ignore_ascii_case("url") => {
            let value = rest[3..].trim_start();
            value.strip_prefix('=').unwrap_or(value).trim_start()
        }
        _ => rest,
    };
    let to = match to.chars().next() {
        Some(quote @ ('"' | '\'')) => to[1..].split(quote).next()?,
        _ => to,
    };
    (seconds <= SOON && !to.is_empty()).then_some(to)
}

/// Whether a page of this title stands in place of another: an error, or a check for people.
fn is_instead(title: &str) -> bool {
    let start: String = title.trim_start().chars().take(80).collect();
    let title = fold(&start).to_lowercase();
    INSTEAD.iter().any(|start| title.starts_with(&fold(start)))
}
