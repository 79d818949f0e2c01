//! Dates as publishers write them.

use chrono::Datelike;

use crate::model::Timestamp;

/// A date that every format of ours can say; another year has no form in RFC 3339 or RFC 822, so it was not readable.
pub(super) fn readable(at: Option<Timestamp>) -> Option<Timestamp> {
    at.filter(|at| (1..=9999).contains(&at.year()))
}

/// RFC 3339.
pub(super) fn rfc3339(text: &str) -> Option<Timestamp> {
    let at = chrono::DateTime::parse_from_rfc3339(text.trim()).ok()?;
    readable(Some(at.to_utc()))
}
