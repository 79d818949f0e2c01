//! Who may read: a token, brought in one of the ways that readers know.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::answer::{Response, text};
use crate::model::Secret;
use crate::pages::Visitor;

/// The answer to a request that does not carry the token, where one is needed. `realm` is what the credentials are good for
/// (RFC 9110 §11.5): an output's id, or [`REST`].
pub(super) fn refused(
    token: Option<&Secret>,
    realm: &str,
    query: Option<&str>,
    asked: &HeaderMap,
) -> Option<Response> {
    let token = token?;
    let carried = [from_authorization(asked), from_query(query)];
    let mut carried = carried.into_iter().flatten();
    if carried.any(|carried| token.matches(&carried)) {
        return None;
    }
    Some(challenge(realm))
}

/// The answer that asks for a token.
pub(super) fn challenge(realm: &str) -> Response {
    let why = "this needs a token: as ?token=…, as a bearer token, or as the password of HTTP Basic with any user name\n";
    let challenges = challenges(realm).map(|challenge| (header::WWW_AUTHENTICATE, challenge));
    text(StatusCode::UNAUTHORIZED, challenges, why)
}

/// Who sends a request: known by the tokens that it carries.
pub(super) fn visitor(query: Option<&str>, asked: &HeaderMap) -> Visitor {
    Visitor::new(from_query(query), from_authorization(asked))
}

/// The realm of everything that is no output; no output's id has a capital.
pub(super) const REST: &str = "Mainstem";

/// What is accepted, the better one first (RFC 6750 §3, RFC 7617 §2).
fn challenges(realm: &str) -> [HeaderValue; 2] {
    let basic = format!("Basic realm=\"{realm}\", charset=\"UTF-8\"");
    let basic = HeaderValue::try_from(basic).expect("ids are of a-z, 0-9 and -");
    [HeaderValue::from_static("Bearer"), basic]
}

/// The token of an `Authorization` header: a bearer token (RFC 6750 §2.1), or the password of HTTP Basic (RFC 7617 §2), for
/// readers that know nothing else. Whatever they send as the user name is as good as any other.
fn from_authorization(headers: &HeaderMap) -> Option<Vec<u8>> {
    // Bytes, for a token need not be ASCII.
    let given = headers.get(header::AUTHORIZATION)?.as_bytes();
    let blank = given.iter().position(|byte| *byte == b' ')?;
    let (scheme, given) = (&given[..blank], given[blank..].trim_ascii());
    if scheme.eq_ignore_ascii_case(b"bearer") {
        return Some(given.to_vec());
    }
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let pair = BASE64_STANDARD.decode(given).ok()?;
    // A user name has no colon, a password may.
    let colon = pair.iter().position(|byte| *byte == b':')?;
    Some(pair[colon + 1..].to_vec())
}

/// The token of `?token=…`.
fn from_query(query: Option<&str>) -> Option<Vec<u8>> {
    let mut pairs = url::form_urlencoded::parse(query?.as_bytes());
    let (_, given) = pairs.find(|(name, _)| name == "token")?;
    Some(given.into_owned().into_bytes())
}
