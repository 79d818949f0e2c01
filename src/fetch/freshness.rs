//! How long an answer stays fresh (RFC 9111 §4.2), and how long to stay away (RFC 9110 §10.2.3).

use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, HeaderName, header};

use crate::model::{FreshBy, Freshness, Timestamp};

pub(super) const MAX_RETRY_AFTER_SECONDS: i64 = 7 * 24 * 3600;
/// A longer lifetime is no wish but a slip: what is believed of it is bounded by the schedule.
const MAX_LIFETIME_SECONDS: i64 = 365 * 24 * 3600;

/// For how long nothing needs to be asked: `max-age` minus `Age`, else `Expires` minus `Date`; zero where the server says that
/// it is stale already. `None`: the server does not say.
pub(super) fn freshness(headers: &HeaderMap, now: Timestamp) -> Option<Freshness> {
    let (seconds, by) = match max_age(headers) {
        Some(age) => {
            let spent = text(headers, header::AGE).and_then(seconds).unwrap_or(0);
            (age.saturating_sub(spent), FreshBy::MaxAge)
        }
        None => {
            let expires = text(headers, header::EXPIRES)?;
            let sent = text(headers, header::DATE).and_then(date).unwrap_or(now);
            // RFC 9111 §5.3: what is no date, such as 0, is in the past.
            let seconds = date(expires).map_or(0, |expires| (expires - sent).num_seconds());
            (seconds, FreshBy::Expires)
        }
    };
    let seconds = seconds.clamp(0, MAX_LIFETIME_SECONDS);
    Some(Freshness {
        lifetime: std::time::Duration::from_secs(seconds.unsigned_abs()),
        by,
    })
}

/// `Retry-After` as seconds or as a date, which is kept to the second; at most seven days. Nonsense and the past are no wish.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let value = text(headers, header::RETRY_AFTER)?;
    let longest = now + Duration::seconds(MAX_RETRY_AFTER_SECONDS);
    let until = match seconds(value) {
        Some(wait) => now + Duration::seconds(wait.min(MAX_RETRY_AFTER_SECONDS)),
        None => date(value)?,
    };
    (until > now).then(|| until.min(longest))
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
