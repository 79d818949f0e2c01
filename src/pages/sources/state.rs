//! The state of a source as pages show it.

use maud::{Markup, html};

use super::super::listing::ListedSource;
use crate::model::SourceStatus;

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
            (in_words(listed.status))
            @if let Some(failure) = failure { ": " (failure.as_str().replace('_', " ")) }
        }
    }
}

/// A state, as all pages call it.
pub(in crate::pages) fn in_words(status: SourceStatus) -> &'static str {
    match status {
        SourceStatus::Trouble => "in trouble",
        SourceStatus::Gone => "ended by the publisher",
        SourceStatus::Silent => "silent for longer than usual",
        SourceStatus::Held => "asking to be left alone for a while",
        SourceStatus::Never => "not asked yet",
        SourceStatus::Well => "well",
    }
}
