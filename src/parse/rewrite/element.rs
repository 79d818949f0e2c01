//! A start tag, with what its name and its namespace say.

use std::borrow::Cow;

use super::spaces::Space;
use super::words::{Word, word};
use crate::model::FeedFormat;
use crate::parse::markup::{Attributes, Notes, Tag, local_of};

/// A start tag that is being read.
pub(super) struct Element<'t> {
    pub(super) tag: Tag<'t>,
    /// The vocabulary that its name is a word of.
    pub(super) space: Space,
    /// Its name in lower case, without prefix.
    pub(super) local: Cow<'t, str>,
}

impl<'t> Element<'t> {
    /// What it means within an entry, or outside of one.
    pub(super) fn meaning(&self, in_entry: bool) -> Word {
        word(self.space, &self.local, in_entry)
    }

    pub(super) fn attributes(&self, notes: &mut Notes) -> Attributes<'t> {
        Attributes::read(self.tag.attributes, notes)
    }

    /// It has neither content nor attributes.
    pub(super) fn is_hollow(&self) -> bool {
        self.tag.is_empty && self.tag.attributes.trim().is_empty()
    }

    /// It has neither a prefix nor a namespace of its own: in RSS, a word of RSS or of nobody.
    pub(super) fn is_bare(&self) -> bool {
        !self.tag.name.contains(':') && !self.tag.attributes.contains("xmlns")
    }

    /// The standards write its name in another case.
    pub(super) fn is_odd_case(&self, format: FeedFormat) -> bool {
        let local = local_of(self.tag.name);
        local.starts_with(|c: char| c.is_ascii_uppercase())
            && !(format == FeedFormat::Rdf && matches!(local, "RDF" | "Seq" | "Bag" | "Channel"))
    }
}

/// A name in lower case.
pub(super) fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|c| c.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}
