//! What the pages of sources are put together of.

use chrono::SecondsFormat;
use maud::{Markup, html};

use super::super::listing::ListedSource;
use crate::model::{SourceStatus, Timestamp};

/// A moment, to the minute.
pub(in crate::pages) fn moment(at: Timestamp) -> Markup {
    html! {
        time datetime=(at.to_rfc3339_opts(SecondsFormat::Secs, true)) { (at.format("%Y-%m-%d %H:%M UTC")) }
    }
}

/// How a source is doing, in a word; of a trouble also its class.
pub(in crate::pages) fn state(listed: &ListedSource) -> Markup {
    let class = match listed.status {
        SourceStatus::Well => "good",
        SourceStatus::Trouble | SourceStatus::Gone => "bad",
        SourceStatus::Silent | SourceStatus::Held => "warn",
        SourceStatus::Never => "muted",
    };
    let last = listed.outlook.report.last.as_ref();
    let failure = last.and_then(|last| last.class);
    let failure = failure.filter(|_| listed.status == SourceStatus::Trouble);
    html! {
        span class=(class) {
            (listed.status)
            @if let Some(failure) = failure { ": " (failure.as_str().replace('_', " ")) }
        }
    }
}

/// A link to what a publisher names; what is no web address stays text.
pub(in crate::pages) fn outward(address: &str, text: &str) -> Markup {
    let scheme = address.split(':').next().unwrap_or_default();
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    html! {
        @if is_web {
            a href=(address) rel="nofollow noopener noreferrer" dir="auto" { (text) }
        } @else {
            span dir="auto" { (text) }
        }
    }
}
