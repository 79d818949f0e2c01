//! Archive documents of RFC 5005 §4: a fixed set of an output's items, the same bytes until one of them is withdrawn.
//!
//! A document names the one before it and the subscription document, not the one
//! after it: that one did not exist when it was written, and what is written stays.

use std::borrow::Cow;

use bytes::Bytes;
use url::Url;

use super::document::Document;
use super::feed::OutboundFeed;
use super::format::DocumentFormat;
use super::history::{archive_url, link, prev_archive};
use super::ids::archive_id;
use super::xml::{Xml, escape, rfc3339};
use super::{atom, media};

const NAMESPACES: &[(&str, &str)] = &[
    ("xmlns", "http://www.w3.org/2005/Atom"),
    ("xmlns:fh", "http://purl.org/syndication/history/1.0"),
];

/// Writes the archive document of a number, from 1, with the items of this feed.
#[must_use]
pub fn archive(feed: &OutboundFeed, number: u32) -> Document {
    let mut xml = Xml::new();
    let namespaces = [NAMESPACES, &media::NAMESPACES].concat();
    xml.element("feed", &namespaces, |xml| {
        let output = feed.output.id.as_str();
        xml.text("id", &[], &archive_id(&feed.id_base, output, number));
        xml.prose("title", &[], &feed.output.title);
        xml.text("updated", &[], &rfc3339(feed.updated()));
        xml.empty("fh:archive", &[]);
        link(xml, "link", "self", &archive_url(feed, number));
        xml.empty(
            "link",
            &[
                ("rel", "alternate"),
                ("type", "text/html"),
                ("href", &feed.page_url()),
            ],
        );
        link(xml, "link", "current", &feed.url(DocumentFormat::Atom));
        prev_archive(xml, "link", feed);
        // RFC 4287 §4.1.1: a feed without entries has an author.
        if feed.items.is_empty() {
            xml.element("author", &[], |xml| {
                xml.prose("name", &[], &feed.output.title);
            });
        }
        atom::entries_here(xml);
    });
    let entries = feed.pieces(DocumentFormat::Atom);
    Document::new(DocumentFormat::Atom, xml.finish(), entries)
}

/// An archive document as it was kept: packed (RFC 7932), `size` bytes when written. Where its links began with another base
/// than the site has now, they follow: it lives elsewhere than the one that was written, and leads a reader on from there.
/// `None`: what was kept is not whole.
#[must_use]
pub fn unpack_archive(packed: Bytes, size: u64, base: &str, public_url: &Url) -> Option<Document> {
    let document = Document::unpacked(DocumentFormat::Atom, packed, size)?;
    match moved(document.bytes(), base, public_url.as_str()) {
        Cow::Borrowed(_) => Some(document),
        Cow::Owned(bytes) => Some(Document::whole(DocumentFormat::Atom, bytes)),
    }
}

/// An archive document as it was kept, with the links that it had then.
#[must_use]
pub fn unpack_archive_as_kept(packed: Bytes, size: u64) -> Option<Document> {
    Document::unpacked(DocumentFormat::Atom, packed, size)
}

/// The document with the links before its first entry on another base.
fn moved<'b>(bytes: &'b [u8], from: &str, to: &str) -> Cow<'b, [u8]> {
    let head = memchr::memmem::find(bytes, b"<entry>").unwrap_or(bytes.len());
    if from == to {
        return Cow::Borrowed(bytes);
    }
    let Ok(text) = std::str::from_utf8(&bytes[..head]) else {
        return Cow::Borrowed(bytes);
    };
    let link = |base: &str| format!("href=\"{}", escape(base));
    let mut moved = text.replace(&link(from), &link(to)).into_bytes();
    moved.extend_from_slice(&bytes[head..]);
    Cow::Owned(moved)
}
