//! Links: elements that are one, and the addresses that stand on the tags of entries and channels.

use super::comments;
use super::media::read_length;
use super::record::{Link, Record};
use super::scope::Links;
use super::words::{Date, Slot};
use crate::model::Enclosure;
use crate::parse::markup::Attributes;
use crate::parse::{limits, media_types};

/// RSS `link` with its address as text, Atom `link` with attributes.
pub(super) fn add(record: &mut Record, attributes: &Attributes<'_>, text: &str, links: &Links<'_>) {
    let href = attributes
        .get("href")
        .or_else(|| attributes.local("resource"))
        .unwrap_or(text)
        .trim();
    if href.is_empty() {
        return;
    }
    let rel = attributes.get("rel").unwrap_or_default().trim();
    let media_type = attributes.get("type").map(str::trim);
    if rel.eq_ignore_ascii_case("enclosure") {
        if let Some(url) = links.own_url(href) {
            record.media.add(Enclosure {
                media_type: media_type.and_then(media_types::given),
                length: attributes.get("length").and_then(read_length),
                title: attributes.get("title").and_then(limits::line),
                ..Enclosure::at(url)
            });
        }
        return;
    }
    // RFC 4287 §4.2.7.2: none means `alternate`; the registry's address before a word means the word.
    let rel = match rel.rsplit('/').next().unwrap_or_default() {
        "" => "alternate".to_owned(),
        rel => rel.to_ascii_lowercase(),
    };
    if rel == "replies" && record.is_entry() {
        comments::add_replies(&mut record.comments, href, media_type, links);
        return;
    }
    record.add_link(Link {
        href: links.absolute(href),
        rel,
        media_type: media_type.map(str::to_owned),
    });
}

/// The page that something is about, as a bare address.
pub(super) fn add_page(record: &mut Record, href: &str, links: &Links<'_>) {
    record.add_link(Link {
        href: links.absolute(href),
        rel: "alternate".to_owned(),
        media_type: None,
    });
}

/// What stands on the tag of an entry or a channel: RDF's `rdf:about`, CDF's `href` and `lastmod`.
pub(super) fn add_subject(record: &mut Record, attributes: &Attributes<'_>, links: &Links<'_>) {
    let about = attributes.local("about").filter(|_| record.is_entry());
    if let Some(about) = about {
        record.put_text(Slot::Id, 1, about);
    }
    if let Some(href) = attributes.get("href") {
        add_page(record, href, links);
    }
    if let Some(date) = attributes.get("lastmod") {
        record.put_date(Date::Updated, 3, date);
    }
}
