//! Links as publishers write them.

use url::Url;

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
