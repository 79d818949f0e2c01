//! `/OUTPUT/changes.atom`: the corrections of an output's items, each with what it changed.
//!
//! An entry is written with its item, once for all outputs that show it, and stays as it is: it says what was corrected then,
//! whatever was corrected later.

use std::num::NonZeroU64;

use super::content;
use super::correction::changed_html;
use super::document::Document;
use super::feed::OutboundFeed;
use super::format::Medium;
use super::ids::{correction_id, feed_id};
use super::item::Item;
use super::piece::{Piece, Shell};
use super::xml::{Xml, rfc3339};
use crate::model::{Correction, Timestamp};

/// Corrections in a document, the newest, at most.
const CORRECTIONS: usize = 200;
/// Bytes of a document at most, unless the output has a bound of its own.
const BYTES: u64 = 4 * 1024 * 1024;
/// The path's last part, without its ending.
const NAME: &str = "changes";

/// A correction of an item, as it is written.
#[derive(Debug)]
pub(super) struct WrittenCorrection {
    at: Timestamp,
    piece: Piece,
}

/// Writes the corrections of an item.
pub(super) fn corrections(item: &Item) -> Vec<WrittenCorrection> {
    let written = item.corrections.iter().map(|correction| WrittenCorrection {
        at: correction.at,
        piece: Piece::new(entry(item, correction)),
    });
    written.collect()
}

fn entry(item: &Item, correction: &Correction) -> Vec<u8> {
    let after = &correction.after;
    let at = rfc3339(correction.at);
    Xml::piece(1, "entry", |xml| {
        xml.text("id", &[], &correction_id(&correction.id));
        let title = content::own_title(&after.title, &after.text);
        xml.prose("title", &[], &format!("Corrected: {title}"));
        xml.text("updated", &[], &at);
        xml.text("published", &[], &at);
        // RFC 4685 §3: which item it is about.
        let mut item_id = vec![("ref", item.id.as_str())];
        if let Some(url) = &item.entry.url {
            xml.empty("link", &[("rel", "alternate"), ("href", url.as_str())]);
            item_id.push(("href", url.as_str()));
        }
        xml.empty("thr:in-reply-to", &item_id);
        xml.element("author", &[], |xml| {
            xml.prose("name", &[], &item.source.title);
        });
        let mut attributes = vec![("type", "html")];
        let language = item.entry.language.as_deref();
        attributes.extend(language.map(|tag| ("xml:lang", tag)));
        xml.text("content", &attributes, &changed_html(correction));
    })
}

/// Writes the document of the corrections of these items.
pub(super) fn changes(feed: &OutboundFeed) -> Document {
    let items = feed.items.iter();
    let mut newest: Vec<_> = items.flat_map(|item| &item.corrections).collect();
    newest.sort_by_key(|correction| (std::cmp::Reverse(correction.at), correction.piece.hash()));
    newest.truncate(CORRECTIONS);
    let shell = shell(feed, newest.first().map(|newest| newest.at));
    let bound = feed.output.max_bytes.map_or(BYTES, NonZeroU64::get);
    let mut room = usize::try_from(bound).unwrap_or(usize::MAX);
    room = room.saturating_sub(shell.head.len() + shell.tail.len());
    let fits = |correction: &&&WrittenCorrection| {
        let left = room.checked_sub(correction.piece.size());
        left.inspect(|left| room = *left).is_some()
    };
    let written = newest.iter().take_while(fits);
    let pieces = written.map(|correction| correction.piece.clone()).collect();
    Document::new(Medium::Changes, shell, pieces)
}

/// The document without its entries. `updated`: of the newest; without one nothing was ever corrected, as far as is known.
fn shell(feed: &OutboundFeed, updated: Option<Timestamp>) -> Shell {
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
        xml.text("updated", &[], &rfc3339(updated.unwrap_or_default()));
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
        super::atom::entries_here(xml);
    });
    xml.finish()
}
