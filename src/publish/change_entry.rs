//! A correction as an entry of `changes.atom`.
//!
//! It is written with its item, once for all outputs that show it alike, and stays as it is: it says what was corrected then, whatever
//! was corrected later.

use super::content::{self, ItemForm};
use super::correction::changed_html;
use super::ids::correction_id;
use super::item::Item;
use super::piece::Piece;
use super::uri::is_web;
use super::xml::{Xml, rfc3339};
use crate::model::{Correction, Timestamp};

/// A correction of an item, as it is written.
#[derive(Debug)]
pub(super) struct ChangeEntry {
    pub(super) at: Timestamp,
    pub(super) piece: Piece,
}

/// Writes the corrections of an item.
pub(super) fn corrections(form: &ItemForm, item: &Item) -> Vec<ChangeEntry> {
    let written = item.corrections.iter().map(|correction| ChangeEntry {
        at: correction.at,
        piece: Piece::new(entry(form, item, correction)),
    });
    written.collect()
}

fn entry(form: &ItemForm, item: &Item, correction: &Correction) -> Vec<u8> {
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
            let mut page = vec![("rel", "alternate"), ("href", url.as_str())];
            page.extend(is_web(url.as_str()).then_some(("type", "text/html")));
            xml.empty("link", &page);
            item_id.push(("href", url.as_str()));
        }
        xml.empty("thr:in-reply-to", &item_id);
        xml.element("author", &[], |xml| {
            xml.prose("name", &[], &item.source.title);
        });
        let mut attributes = vec![("type", "html")];
        let language = item.entry.language.as_deref();
        attributes.extend(language.map(|tag| ("xml:lang", tag)));
        let html = changed_html(correction, form.most_words());
        xml.text("content", &attributes, &html);
    })
}
