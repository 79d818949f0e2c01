//! Items that were withdrawn (RFC 6721): announced in Atom documents, and put in their place in archive documents.

use std::collections::HashMap;
use std::num::NonZeroU64;

use super::document::Document;
use super::format::DocumentFormat;
use super::xml::{Xml, escape, rfc3339};
use crate::model::{Timestamp, Tombstone};

/// The namespace, as it is declared where something is deleted.
pub(super) const NAMESPACE: (&str, &str) = ("xmlns:at", "http://purl.org/atompub/tombstones/1.0");

const ENTRY: &str = "<entry>";
const ENTRY_END: &str = "</entry>";
/// Of `max_bytes`, the part that announcements may take: one in so many.
const PART: u64 = 4;
/// What an announcement takes beside id and reason.
const FRAME: usize = 160;

/// The latest of these announcements that have room in a document of a bounded size, so that they push out no more than a part of its
/// items.
#[must_use]
pub fn announceable(mut deleted: Vec<Tombstone>, max_bytes: Option<NonZeroU64>) -> Vec<Tombstone> {
    if let Some(max_bytes) = max_bytes {
        let mut room = usize::try_from(max_bytes.get() / PART).unwrap_or(usize::MAX);
        let fit = deleted.iter().take_while(|tombstone| {
            let reason = tombstone
                .reason
                .as_deref()
                .map_or(0, |reason| escape(reason).len());
            let size = FRAME + escape(&tombstone.item_id).len() + reason;
            let left = room.checked_sub(size);
            left.inspect(|left| room = *left).is_some()
        });
        let fit = fit.count();
        deleted.truncate(fit);
    }
    deleted
}

/// Writes an announcement, as a child of the feed. The namespace is declared there.
pub(super) fn write(xml: &mut Xml, tombstone: &Tombstone) {
    write_with(xml, tombstone, &[]);
}

fn write_with(xml: &mut Xml, tombstone: &Tombstone, declared: &[(&str, &str)]) {
    let when = rfc3339(tombstone.at);
    let own = [("ref", tombstone.item_id.as_str()), ("when", when.as_str())];
    let attributes = [declared, &own].concat();
    match &tombstone.reason {
        Some(reason) => xml.element("at:deleted-entry", &attributes, |xml| {
            xml.text("at:comment", &[], reason);
        }),
        None => xml.empty("at:deleted-entry", &attributes),
    }
}

/// An archive document without these items, each announced in its place if there is a tombstone for it; changed at `now`. `None`: the
/// document is not whole.
#[must_use]
pub fn redact_archive(
    document: &Document,
    items: &[String],
    tombstones: &[Tombstone],
    now: Timestamp,
) -> Option<Document> {
    let text = std::str::from_utf8(document.bytes()).ok()?;
    let mut gone: HashMap<String, Option<&Tombstone>> =
        items.iter().map(|item| (escape(item), None)).collect();
    for tombstone in tombstones {
        gone.insert(escape(&tombstone.item_id), Some(tombstone));
    }
    let redacted = without(text, &gone);
    let redacted = dated(&redacted, now)?;
    Some(Document::whole(
        DocumentFormat::Atom,
        with_author(&redacted)?.into_bytes(),
    ))
}

/// What stands before, between and behind entries stays as it is. No text of theirs looks like a tag: it is escaped.
fn without(text: &str, gone: &HashMap<String, Option<&Tombstone>>) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(ENTRY) {
        let Some(length) = rest[start..].find(ENTRY_END) else {
            break;
        };
        let end = start + length + ENTRY_END.len();
        let (before, entry) = (&rest[..start], &rest[start..end]);
        match element(entry, "id").and_then(|(id, _)| gone.get(id)) {
            None => left.push_str(&rest[..end]),
            Some(tombstone) => {
                // The indent belongs to what follows it.
                left.push_str(before.trim_end());
                if let Some(tombstone) = tombstone {
                    let piece = Xml::piece_with(1, |xml| write_with(xml, tombstone, &[NAMESPACE]));
                    left.push_str(&String::from_utf8_lossy(&piece));
                }
            }
        }
        rest = &rest[end..];
    }
    left.push_str(rest);
    left
}

/// The document, changed at `now`.
fn dated(text: &str, now: Timestamp) -> Option<String> {
    let (_, place) = element(text, "updated")?;
    Some(format!(
        "{}{}{}",
        &text[..place.start],
        rfc3339(now),
        &text[place.end..]
    ))
}

/// RFC 4287 §4.1.1: a feed without entries has an author, which is then what its title says.
fn with_author(text: &str) -> Option<String> {
    if text.contains(ENTRY) || text.contains("<author>") {
        return Some(text.to_owned());
    }
    let (title, _) = element(text, "title")?;
    let (_, updated) = element(text, "updated")?;
    let end = updated.end + "</updated>".len();
    Some(format!(
        "{}\n <author>\n  <name>{title}</name>\n </author>{}",
        &text[..end],
        &text[end..]
    ))
}

/// What stands in the first element of a name without attributes, and where.
fn element<'t>(text: &'t str, name: &str) -> Option<(&'t str, std::ops::Range<usize>)> {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    let from = text.find(&start)? + start.len();
    let to = from + text[from..].find(&end)?;
    Some((&text[from..to], from..to))
}
