//! The header of a request, but for validators; pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, header};
use percent_encoding::percent_decode_str;
use url::Url;

use super::SourceSettings;
use super::coding::ACCEPT_ENCODING;
use super::redirect::same_origin;

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
                      application/xml;q=0.8, application/json;q=0.7, text/xml;q=0.7, text/html;q=0.2, */*;q=0.1";

/// Ours, and in their place the source's own; each field once. What belongs to the source's own origin goes nowhere else. A
/// configured `Authorization` takes the place of the address's user info: of two, a server would read either (RFC 9110 §11.6.2).
pub(super) fn request_headers(url: &Url, configured: &Url, settings: &SourceSettings) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let contact = settings.contact.as_deref();
    headers.insert(header::USER_AGENT, user_agent(contact));
    // Some servers answer 406 unless `text/html` is named, wildcard or not (miniflux #2248).
    headers.insert(header::ACCEPT, HeaderValue::from_static(ACCEPT));
    let is_own = same_origin(url, configured);
    if let Some(basic) = basic_credentials(configured).filter(|_| is_own) {
        headers.insert(header::AUTHORIZATION, basic);
    }
    for (name, value) in &settings.headers {
        // What says who asks is not secret, and a server behind a redirect wants to know it too.
        if is_own || !value.is_sensitive() {
            headers.insert(name, value.clone());
        }
    }
    headers.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static(ACCEPT_ENCODING),
    );
    headers
}

/// RFC 7617: the user info of the configured URL.
fn basic_credentials(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let decoded = |part: &str| percent_decode_str(part).collect::<Vec<u8>>();
    let pair = [
        decoded(url.username()),
        b":".to_vec(),
        decoded(url.password().unwrap_or_default()),
    ]
    .concat();
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// `Mainstem/VERSION (+CONTACT)`, the same in every request.
pub(super) fn user_agent(contact: Option<&str>) -> HeaderValue {
    let name = concat!("Mainstem/", env!("CARGO_PKG_VERSION"));
    let full =
        contact.and_then(|contact| HeaderValue::from_str(&format!("{name} (+{contact})")).ok());
    full.unwrap_or(HeaderValue::from_static(name))
}
