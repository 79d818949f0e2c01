//! Links as publishers write them.

use url::{Host, Url};

use super::limits::MAX_URL;

/// An absolute http or https URL; relative ones are resolved against `base`, anything else or longer is none.
pub(super) fn web_url(raw: &str, base: Option<&Url>) -> Option<Url> {
    let raw = raw.trim();
    if raw.is_empty() || raw.len() > MAX_URL {
        return None;
    }
    let url = match Url::parse(raw) {
        Err(url::ParseError::RelativeUrlWithoutBase) => base?.join(raw).ok()?,
        parsed => parsed.ok()?,
    };
    allowed(url)
}

/// An http or https URL that is no longer than one may be.
pub(super) fn allowed(url: Url) -> Option<Url> {
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    (is_web && url.as_str().len() <= MAX_URL).then_some(url)
}

/// The host of a URL without `www.`: what tells one site from another.
#[must_use]
pub fn site_of(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_end_matches('.');
    host.strip_prefix("www.").unwrap_or(host)
}

/// Whether the page that a feed names can be reached by its readers. Some name the machine on which they were tried, which
/// is right only where the feed itself was found there.
pub(super) fn is_reachable(page: &Url, document: Option<&Url>) -> bool {
    let is_loopback = match page.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => false,
    };
    !is_loopback || document.is_some_and(|document| document.host() == page.host())
}
