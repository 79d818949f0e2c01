//! How long an answer stays fresh (RFC 9111 §4.2), and how long to stay away (RFC 9110 §10.2.3).

use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, HeaderName, header};

use crate::model::Timestamp;

const MAX_FRESHNESS_SECONDS: i64 = 24 * 3600;
const MAX_RETRY_AFTER_SECONDS: i64 = 7 * 24 * 3600;

/// Until when nothing needs to be asked: `max-age` minus `Age`, else `Expires`; at most a day. `None`: the server does not say,
/// or says that it is stale already.
pub(super) fn fresh_until(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let seconds = match max_age(headers) {
        Some(age) => age.saturating_sub(text(headers, header::AGE).and_then(seconds).unwrap_or(0)),
        None => {
            let expires = date(text(headers, header::EXPIRES)?)?;
            let sent = text(headers, header::DATE).and_then(date).unwrap_or(now);
            (expires - sent).num_seconds()
        }
    };
    (seconds > 0).then(|| now + Duration::seconds(seconds.min(MAX_FRESHNESS_SECONDS)))
}

/// `Retry-After` as seconds or as a date; at most seven days. Nonsense and the past are no wish.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let value = text(headers, header::RETRY_AFTER)?;
    let wait = seconds(value).or_else(|| Some((date(value)? - now).num_seconds()))?;
    (wait > 0).then(|| now + Duration::seconds(wait.min(MAX_RETRY_AFTER_SECONDS)))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn max_age(headers: &HeaderMap) -> Option<i64> {
    let directives = headers
        .get_all(header::CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    directives.map(str::trim).find_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("max-age")
            .then(|| seconds(value.trim().trim_matches('"')))?
    })
}

/// Digits only; more than fit are very many.
fn seconds(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(i64::MAX))
}

/// The three forms of RFC 9110 §5.6.7.
fn date(text: &str) -> Option<Timestamp> {
    httpdate::parse_http_date(text)
        .ok()
        .map(DateTime::<Utc>::from)
}
