//! The sources as a list that other readers can import.

use std::collections::BTreeMap;

use url::Url;

use super::opml::OpmlSource;
use crate::model::{Location, Source, SourceReport};

/// The lines of a list of sources, in their order; local files have no address to be listed by. `shown`: the form of an address
/// that the list's readers may see.
#[must_use]
pub fn source_list<'s>(
    sources: impl Iterator<Item = &'s Source>,
    reports: &[SourceReport],
    shown: impl Fn(&Url) -> String,
) -> Vec<OpmlSource> {
    let reports: BTreeMap<_, _> = reports.iter().map(|report| (&report.id, report)).collect();
    sources
        .filter_map(|source| match &source.location {
            Location::Url(url) => Some((source, url)),
            Location::File(_) => None,
        })
        .map(|(source, url)| {
            let report = reports.get(&source.id);
            let title = source
                .title
                .clone()
                .or_else(|| report.and_then(|report| report.feed_title.clone()));
            OpmlSource {
                title: title.or_else(|| Some(source.id.to_string())),
                xml_url: shown(url),
                html_url: report.and_then(|report| report.home_url.clone()),
                tags: source.tags.clone(),
                is_comment: false,
            }
        })
        .collect()
}
