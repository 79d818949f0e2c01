//! Links as publishers write them.

use url::{Host, Url};

use super::limits::MAX_URL;

/// Schemes besides those of the web that an entry's own link and its enclosures may have: a torrent, a file on a server. Readers
/// hand them to another program, which asks before it does anything.
const OWN_SCHEMES: [&str; 3] = ["magnet", "ftp", "ftps"];

/// An absolute http or https URL; relative ones are resolved against `base`, anything else or longer is none.
pub(super) fn web_url(raw: &str, base: Option<&Url>) -> Option<Url> {
    allowed(resolved(raw, base)?)
}

/// An absolute URL of an entry's own link or of a file that is enclosed: a web address, or one of [`OWN_SCHEMES`].
pub(super) fn own_url(raw: &str, base: Option<&Url>) -> Option<Url> {
    let url = resolved(raw, base)?;
    let opens = match url.scheme() {
        // Without parameters it names nothing.
        "magnet" => url.query().is_some_and(|query| !query.is_empty()),
        scheme => OWN_SCHEMES.contains(&scheme) && url.has_host(),
    };
    if opens && url.as_str().len() <= MAX_URL {
        return Some(url);
    }
    allowed(url)
}

/// An http or https URL that is no longer than one may be.
pub(super) fn allowed(url: Url) -> Option<Url> {
    (is_web(&url) && url.as_str().len() <= MAX_URL).then_some(url)
}

/// Whether an address is one of the web: a page, against which others can be resolved.
pub(super) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

fn resolved(raw: &str, base: Option<&Url>) -> Option<Url> {
    let raw = raw.trim();
    if raw.is_empty() || raw.len() > MAX_URL {
        return None;
    }
    match Url::parse(raw) {
        Err(url::ParseError::RelativeUrlWithoutBase) => base?.join(raw).ok(),
        parsed => parsed.ok(),
    }
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
