//! What a request asks for beyond its path: codings, instance manipulations, what it has already.

use http::{HeaderMap, HeaderName, header};

use crate::publish::Coding;

/// The coding that a reader likes best; of equals the smallest result (RFC 9110 §12.5.3).
pub(super) fn coding(asked: &HeaderMap) -> Coding {
    let weight = |coding: Coding| {
        let by_name = |name: &str| {
            let mut named = members(asked, &header::ACCEPT_ENCODING).map(weighted);
            named.find(|(own, _)| own.eq_ignore_ascii_case(name))
        };
        let own = by_name(coding.as_str()).or_else(|| match coding {
            Coding::Gzip => by_name("x-gzip"),
            _ => None,
        });
        match (own.or_else(|| by_name("*")), coding) {
            (Some((_, weight)), _) => weight,
            // As written is welcome unless it is ruled out, after what is named.
            (None, Coding::Identity) => f32::MIN_POSITIVE,
            (None, _) => 0.0,
        }
    };
    // Who rules everything out is better served with something than with nothing (§12.5.3).
    Coding::ALL
        .into_iter()
        .filter(|coding| weight(*coding) > 0.0)
        // The first of equals: `max_by` would take the last.
        .rev()
        .max_by(|left, right| weight(*left).total_cmp(&weight(*right)))
        .unwrap_or(Coding::Identity)
}

/// Whether an answer may be packed with gzip, which takes a tenth of brotli's time.
pub(super) fn accepts_gzip(asked: &HeaderMap) -> bool {
    let named = members(asked, &header::ACCEPT_ENCODING).map(weighted);
    let gzip = |name: &str| {
        ["gzip", "x-gzip", "*"]
            .iter()
            .any(|own| own.eq_ignore_ascii_case(name))
    };
    let mut weights = named.filter(|(name, _)| gzip(name)).peekable();
    weights.peek().is_some() && weights.all(|(_, weight)| weight > 0.0)
}

/// The name of a coding, and how much it is liked: 1 where that is not said.
fn weighted(coding: &str) -> (&str, f32) {
    let mut parts = coding.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = weight.and_then(|weight| weight.parse().ok());
    (name, weight.unwrap_or(1.0))
}

/// Whether the reader takes `feed` differences: `A-IM` of RFC 3229 §10.5.3.
pub(super) fn takes_differences(asked: &HeaderMap) -> bool {
    members(asked, &HeaderName::from_static("a-im")).any(|manipulation| {
        let mut parts = manipulation.split(';').map(str::trim);
        let is_feed = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("feed"));
        is_feed && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// The entity tags of `If-None-Match`, `*` among them; a comma within a tag cannot be in one of ours, so no list is split
/// wrongly for us.
pub(super) fn known_tags(asked: &HeaderMap) -> impl Iterator<Item = &str> {
    members(asked, &header::IF_NONE_MATCH)
}

/// The members of a list that may stand in several header lines (RFC 9110 §5.6.1).
pub(super) fn members<'a>(
    asked: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'a str> {
    asked
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|member| !member.is_empty())
}
