//! Links as publishers write them.

use url::Url;

/// An absolute http or https URL; relative ones are resolved against `base`, anything else is none.
pub(super) fn web_url(raw: &str, base: Option<&Url>) -> Option<Url> {
    let raw = raw.trim();
    if raw.is_empty() {
        return None;
    }
    let url = match Url::parse(raw) {
        Err(url::ParseError::RelativeUrlWithoutBase) => base?.join(raw).ok()?,
        parsed => parsed.ok()?,
    };
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}
