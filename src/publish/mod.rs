//! Entries to documents: bytes, media type, validators; pure.
//!
//! Goes in: an output's window. Comes out: Atom 1.0, RSS 2.0 and JSON Feed 1.1, and a page for browsers, with entity tags; gzip
//! and br are made once. An item is written once and is a fragment of every document that shows it alike. The same window gives
//! the same bytes: nothing here reads the time.
//!
//! `item` and `feed` are what is written, `atom`, `rss`, `json_feed` and `html` write it, `render` is the entry; a `document` is
//! made of `piece`s and packed in a `coding`. What publishers wrote is made to fit before (`fit`).

mod archive;
mod atom;
mod coding;
mod content;
mod deleted;
mod document;
mod extension;
mod feed;
mod fit;
mod format;
mod health;
mod history;
mod html;
mod ids;
mod item;
mod json;
mod json_feed;
mod media;
mod opml;
mod parsed;
mod piece;
mod render;
mod room;
mod rss;
mod source_list;
mod uri;
mod xml;

pub use archive::{archive, unpack_archive, unpack_archive_as_kept};
pub use coding::Coding;
pub use content::ItemForm;
pub use deleted::{announceable, redact_archive};
pub use document::{Document, Edition};
pub use feed::{Fragment, OutboundFeed};
pub use fit::{fit, is_language};
pub use format::{DocumentFormat, Medium};
pub use health::health_feed;
pub use html::Page;
pub use ids::outbound_id;
pub use item::{CopyView, Item, SourceView};
pub use opml::{OpmlError, OpmlOutline, OpmlSource, opml, read_opml};
pub use parsed::parsed_as_json;
#[cfg(test)]
pub(crate) use render::PANICS;
pub use render::{Documents, render};
pub use room::fitting;
pub use source_list::source_list;
