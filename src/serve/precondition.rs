//! Preconditions of a request (RFC 9110 §13): one decision for every answer, whichever way the request came.

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::negotiate::members;

/// The representation that a request would be answered with.
pub(super) struct Selected<'s, F> {
    /// Its strong entity tag; `None`: it has none.
    pub(super) etag: Option<&'s HeaderValue>,
    /// Whether an entity tag names the resource as it is now, in any coding (weak comparison, RFC 9110 §8.8.3.2).
    pub(super) is_current: F,
    /// When it was last modified; `None` where the date does not tell it from the one before.
    pub(super) modified: Option<SystemTime>,
}

/// What the preconditions come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Answer as if there were none.
    Answer,
    /// 304: the client has it.
    NotModified,
    /// 412: what the client has in mind is not there.
    Failed,
}

/// Evaluates the preconditions of a GET or HEAD in the order of RFC 9110 §13.2.2. Step 5 (`If-Range`) is for ranges, which
/// are not served.
pub(super) fn evaluate(
    asked: &HeaderMap,
    selected: &Selected<'_, impl Fn(&str) -> bool>,
) -> Verdict {
    // 1. `If-Match` (§13.1.1), by strong comparison: a weak tag matches nothing.
    if asked.contains_key(header::IF_MATCH) {
        let is_selected = |tag: &str| selected.etag.is_some_and(|own| own == tag);
        let is_met = members(asked, &header::IF_MATCH).any(|tag| tag == "*" || is_selected(tag));
        if !is_met {
            return Verdict::Failed;
        }
    // 2. Without it, `If-Unmodified-Since` (§13.1.4), which is ignored where there is no date to compare.
    } else if let Some((modified, since)) =
        dates(asked, &header::IF_UNMODIFIED_SINCE, selected.modified)
        && modified > since
    {
        return Verdict::Failed;
    }
    // 3. `If-None-Match` (§13.1.2).
    let is_known = if asked.contains_key(header::IF_NONE_MATCH) {
        members(asked, &header::IF_NONE_MATCH).any(|tag| tag == "*" || (selected.is_current)(tag))
    // 4. Without it, `If-Modified-Since` (§13.1.3).
    } else {
        dates(asked, &header::IF_MODIFIED_SINCE, selected.modified)
            .is_some_and(|(modified, since)| modified <= since)
    };
    if is_known {
        Verdict::NotModified
    } else {
        Verdict::Answer
    }
}

/// When the representation was modified and the date in the header, in whole seconds, for the header has no others. A date
/// that cannot be read is ignored.
fn dates(asked: &HeaderMap, name: &HeaderName, modified: Option<SystemTime>) -> Option<(u64, u64)> {
    let written = asked.get(name)?.to_str().ok()?;
    let date = httpdate::parse_http_date(written).ok()?;
    Some((whole_seconds(modified?), whole_seconds(date)))
}

fn whole_seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
