//! What a feed says of entries that it has deleted: `at:deleted-entry` (RFC 6721 §3).

use super::element::Element;
use crate::model::DeletedEntry;
use crate::parse::limits;
use crate::parse::markup::{Notes, resolve};
use crate::text::{html_to_text, read_date};

/// Deletions of one document that are read, the first; more is an attack.
const MOST: usize = 2_000;
/// Bytes of a comment that are read.
const COMMENT: usize = 2_000;

/// The deletions of a document, and the one that is being read.
#[derive(Default)]
pub(super) struct Deleted {
    all: Vec<DeletedEntry>,
    open: Option<DeletedEntry>,
    /// The comment that is being read, as far as it has been.
    comment: Option<String>,
    is_html: bool,
}

impl Deleted {
    /// Begins with a `deleted-entry`, or with an element in one.
    pub(super) fn start(&mut self, element: &Element<'_>, notes: &mut Notes) {
        let attributes = element.attributes(notes);
        if element.local == "deleted-entry" {
            self.close();
            let id = attributes.get("ref").map(str::trim).unwrap_or_default();
            self.open = Some(DeletedEntry {
                id: id.to_owned(),
                at: attributes.get("when").and_then(read_date),
                comment: None,
            });
        } else if element.local == "comment" && self.open.is_some() {
            self.is_html = attributes.get("type").is_some_and(|kind| kind != "text");
            self.comment = Some(String::new());
        }
    }

    /// Text in a `deleted-entry`. `is_literal`: it has no references.
    pub(super) fn text(&mut self, raw: &str, is_literal: bool, notes: &mut Notes) {
        let Some(comment) = self.comment.as_mut().filter(|text| text.len() < COMMENT) else {
            return;
        };
        match is_literal {
            true => comment.push_str(raw),
            false => resolve(raw, comment, notes),
        }
    }

    /// Ends an element in a `deleted-entry`, or that itself.
    pub(super) fn end(&mut self, name: &str) {
        let local = name.rsplit(':').next().unwrap_or_default();
        if local.eq_ignore_ascii_case("comment") {
            self.close_comment();
        } else if local.eq_ignore_ascii_case("deleted-entry") {
            self.close();
        }
    }

    fn close_comment(&mut self) {
        let (Some(comment), Some(open)) = (self.comment.take(), &mut self.open) else {
            return;
        };
        let comment = match self.is_html {
            true => html_to_text(&comment),
            false => comment,
        };
        open.comment = limits::line(&comment);
    }

    fn close(&mut self) {
        self.close_comment();
        let open = self.open.take().filter(|open| !open.id.is_empty());
        self.all.extend(open.filter(|_| self.all.len() < MOST));
    }

    /// All of them, in the order of the document.
    pub(super) fn finish(mut self) -> Vec<DeletedEntry> {
        self.close();
        self.all
    }
}
