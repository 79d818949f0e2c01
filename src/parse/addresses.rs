//! Which of the addresses that a feed names is its own page, or that of an entry.

use feed_rs::model::Link;
use url::Url;

use super::links::{is_web, own_url, web_url};

/// The address that a GUID is (RSS 2.0, `guid`): one unless `isPermaLink` says no, by the specification. Many that are none do not
/// say so, so what says nothing has to look like an address too. `base`: the channel's page, which publishers mean.
pub(super) fn permalink(guid: &str, says: Option<bool>, base: Option<&Url>) -> Option<Url> {
    let guid = guid.trim();
    match (says, Url::parse(guid)) {
        (Some(false), _) => None,
        (_, Ok(_)) => own_url(guid, None),
        (Some(true), Err(_)) if !guid.contains(char::is_whitespace) => web_url(guid, base),
        (None, Err(_)) if is_path(guid) => web_url(guid, base),
        _ => None,
    }
}

/// Whether a text reads like a path: of several parts, in the characters of one. A number or a word may be anything, base64 has
/// slashes too, and what begins with a host lacks its scheme.
fn is_path(text: &str) -> bool {
    let first = text.split('/').next().unwrap_or_default();
    let is_host = psl::suffix(first.as_bytes())
        .is_some_and(|suffix| suffix.is_known() && suffix.as_bytes().len() < first.len());
    let in_path = |c: char| c.is_alphanumeric() || "-._~%/?=&#,;@!$'()*:".contains(c);
    text.contains('/') && text.chars().all(in_path) && !text.ends_with('=') && !is_host
}

/// The page that something is about: the link that says `alternate` or nothing at all. `read`: which addresses count.
pub(super) fn alternate(
    links: &[Link],
    base: Option<&Url>,
    read: impl Fn(&str, Option<&Url>) -> Option<Url>,
) -> Option<Url> {
    let plain = |link: &&Link| {
        link.target.is_none() && link.rel.as_deref().is_none_or(|rel| rel == "alternate")
    };
    let is_page = |link: &&Link| {
        link.media_type
            .as_deref()
            .is_none_or(|kind| kind.contains("html"))
    };
    let candidates = links.iter().filter(plain);
    let mut candidates: Vec<(bool, Url)> = candidates
        .filter_map(|link| Some((is_page(&link), read(&link.href, base)?)))
        .collect();
    // A page before a file, and before what another program has to open.
    candidates.sort_by_key(|(is_page, url)| (!is_web(url), !is_page));
    candidates.into_iter().next().map(|(_, url)| url)
}
