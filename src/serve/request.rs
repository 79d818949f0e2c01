//! What a request must be, whatever it asks for.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Version, header};

/// Whether a request names its host as RFC 9112 §3.2 wants: HTTP/1.1 exactly once, HTTP/1.0 at most once, and with a value
/// that is a host. An empty value is one: the target may have no authority.
pub(super) fn names_its_host(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(host), None) => host.is_empty() || is_host(host),
        (Some(_), Some(_)) => false,
    }
}

/// `uri-host [ ":" port ]` (RFC 9110 §7.2), which has no user information.
fn is_host(value: &HeaderValue) -> bool {
    let authority = Authority::try_from(value.as_bytes());
    authority.is_ok_and(|authority| {
        let behind = authority.as_str().strip_prefix(authority.host());
        let port =
            behind.and_then(|behind| behind.strip_prefix(':').or(behind.is_empty().then_some("")));
        port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
    })
}
