//! What a source is: as configured, as its feed says, and in numbers.

use maud::{Markup, html};
use url::Url;

use super::super::elements::{publishers_link, time};
use super::super::paging::with_parameter;
use super::subject::Subject;
use crate::model::{Location, public_url};

pub(super) fn section(subject: &Subject<'_>) -> Markup {
    let (listed, query) = (subject.listed, &subject.query);
    let (source, report) = (&listed.source, &listed.outlook.report);
    html! {
        dl {
            dt { "Id" }
            dd { (source.id) }
            dt { "Address" }
            dd {
                @match &source.location {
                    Location::Url(url) => (publishers_link(&listed.address, Some(&public_url(url)), None)),
                    Location::File(_) => span dir="auto" { (listed.address) },
                }
            }
            @if let Some(title) = &report.feed_title {
                dt { "Title of its feed" }
                dd dir="auto" { (title) }
            }
            @if let Some(home) = &report.home_url {
                dt { "Its home page" }
                dd { (publishers_link(home, Url::parse(home).ok().as_ref(), None)) }
            }
            dt { "Tags" }
            dd {
                @if source.tags.is_empty() { "none" }
                @for (nth, tag) in source.tags.iter().enumerate() {
                    @if nth > 0 { ", " }
                    a href={ "../sources" (with_parameter(query, "tag", tag)) } dir="auto" { (tag) }
                }
            }
            dt { "Priority" }
            dd { (source.priority) }
            dt { "A source since" }
            dd { (time(subject.activity.added_at)) }
            dt { "Entries" }
            dd { (report.entries) ", " (report.duplicates) " of them copies of other sources' entries" }
            @if report.renamed > 0 {
                dt { "Renamed" }
                dd { "known entries that came back under another GUID: " (report.renamed) }
            }
            @if let Some(quota) = source.daily_items {
                dt { "Quota" }
                dd { (quota) " new entries a day; more are stored and held back" }
            }
        }
    }
}
