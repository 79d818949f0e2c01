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
            (listed.status)
            @if let Some(failure) = failure { ": " (failure.as_str().replace('_', " ")) }
        }
    }
}
