//! How documents lead from one to the next of an output's history (RFC 5005 §4).

use super::feed::OutboundFeed;
use super::xml::Xml;

const MEDIA_TYPE: &str = "application/atom+xml";

/// Where an output's archive document of a number lives.
pub(super) fn archive_url(feed: &OutboundFeed, number: u32) -> String {
    format!(
        "{}{}/archive/{number}.atom",
        feed.public_url, feed.output.id
    )
}

/// Where the archive document before a document lives; `None`: there is none.
pub(super) fn prev_archive_url(feed: &OutboundFeed) -> Option<String> {
    let number = (feed.prev_archive > 0).then_some(feed.prev_archive)?;
    Some(archive_url(feed, number))
}

/// Links to the archive document before this one, where there is one (RFC 5005 §4). `name`: how the format calls a link.
pub(super) fn prev_archive(xml: &mut Xml, name: &str, feed: &OutboundFeed) {
    if let Some(url) = prev_archive_url(feed) {
        link(xml, name, "prev-archive", &url);
    }
}

/// Links to an Atom document.
pub(super) fn link(xml: &mut Xml, name: &str, relation: &str, url: &str) {
    xml.empty(
        name,
        &[("rel", relation), ("type", MEDIA_TYPE), ("href", url)],
    );
}
