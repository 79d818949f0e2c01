//! `/OUTPUT/changes.atom`: the corrections of an output's items, each with what it changed.

use std::num::NonZeroU64;

use super::atom;
use super::change_entry::ChangeEntry;
use super::document::Document;
use super::feed::OutboundFeed;
use super::format::DocumentFormat;
use super::ids::feed_id;
use super::piece::Shell;
use super::xml::{Xml, rfc3339};
use crate::model::Timestamp;

/// Corrections in a document, the newest, at most.
const CORRECTIONS: usize = 200;
/// Bytes of a document at most, unless the output has a bound of its own.
const BYTES: u64 = 4 * 1024 * 1024;
/// The path's last part, without its ending.
const NAME: &str = "changes";

/// Writes the document of the corrections of these items.
pub(super) fn changes(feed: &OutboundFeed) -> Document {
    let items = feed.items.iter();
    let mut newest: Vec<_> = items.flat_map(|item| &item.corrections).collect();
    newest.sort_by_key(|correction| (std::cmp::Reverse(correction.at), correction.piece.hash()));
    newest.truncate(CORRECTIONS);
    let shell = shell(feed, updated(feed, newest.first().copied()));
    let bound = feed.output.max_bytes.map_or(BYTES, NonZeroU64::get);
    let mut room = usize::try_from(bound).unwrap_or(usize::MAX);
    room = room.saturating_sub(shell.head.len() + shell.tail.len());
    let fits = |correction: &&&ChangeEntry| {
        let left = room.checked_sub(correction.piece.size());
        left.inspect(|left| room = *left).is_some()
    };
    let written = newest.iter().take_while(fits);
    let pieces = written.map(|correction| correction.piece.clone()).collect();
    Document::new(DocumentFormat::Atom, shell, pieces)
}

/// When the document last changed: with its newest correction, or when an item went with what was corrected in it. Without any the
/// newest item's place stands for that: it is past, and what is corrected later comes after it.
fn updated(feed: &OutboundFeed, newest: Option<&ChangeEntry>) -> Timestamp {
    let corrected = newest.map(|newest| newest.at);
    let known = corrected.max(feed.deleted_at());
    let place = || feed.items.iter().map(|item| item.ordered_at).max();
    known.or_else(place).unwrap_or_default()
}

/// The document without its entries.
fn shell(feed: &OutboundFeed, updated: Timestamp) -> Shell {
    let mut xml = Xml::new();
    let namespaces = [
        ("xmlns", "http://www.w3.org/2005/Atom"),
        ("xmlns:thr", "http://purl.org/syndication/thread/1.0"),
    ];
    let (output, face) = (&feed.output, &feed.output.face);
    xml.element("feed", &namespaces, |xml| {
        let name = format!("{}/{NAME}", output.id);
        xml.text("id", &[], &feed_id(&feed.id_base, &name));
        xml.prose("title", &[], &format!("{}: corrections", output.title));
        xml.text("updated", &[], &rfc3339(updated));
        let own = format!("{}{name}.atom", feed.public_url);
        for (relation, media_type, href) in [
            ("self", "application/atom+xml", &own),
            ("alternate", "text/html", &feed.page_url()),
        ] {
            xml.empty(
                "link",
                &[("rel", relation), ("type", media_type), ("href", href)],
            );
        }
        // RFC 4287 §4.1.1: an empty feed has an author, too.
        let author = face.author.as_ref().unwrap_or(&output.title);
        xml.element("author", &[], |xml| xml.prose("name", &[], author));
        xml.optional("icon", face.icon.as_ref().map(url::Url::as_str));
        atom::entries_here(xml);
    });
    xml.finish()
}
