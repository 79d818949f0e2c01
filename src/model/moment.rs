//! Where a moment comes from.

use super::Timestamp;

/// Whether a moment was given as a date of HTTP, which has whole seconds (RFC 9110 §5.6.7). A moment that we count from our
/// own clock has milliseconds.
pub(super) fn is_dated(at: Timestamp) -> bool {
    at.timestamp_subsec_millis() == 0
}
