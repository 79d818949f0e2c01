//! Entries to documents: bytes, media type, validators; pure.
//!
//! Goes in: an output's window. Comes out: Atom 1.0, RSS 2.0 and JSON Feed 1.1, with entity tags; gzip and br are made
//! once. Corrections of its items are a feed of their own (`changes`, of `change_entry`). An item is written once and is a
//! fragment of every document that shows it alike. The same window gives
//! the same bytes: nothing here reads the time.
//!
//! `item` and `feed` are what is written, `atom`, `rss` and `json_feed` write it, `render` is the entry; a `document` is
//! made of `piece`s and packed in a `coding`. What publishers wrote is made to fit before (`fit`). For pages there is a `listed_feed`
//! of `listed_item`s, and of an archive document that was written before, `archived`.

mod archive;
mod archived;
mod atom;
mod change_entry;
mod changes;
mod coding;
mod content;
mod correction;
mod deleted;
mod document;
mod extension;
mod feed;
mod fit;
mod format;
mod health;
mod history;
mod ids;
mod item;
mod json;
mod json_feed;
mod listed_feed;
mod listed_item;
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
pub use archived::{ListedArchive, read_archive};
pub use coding::{Coding, gzip};
pub use content::ItemForm;
pub use correction::diff_html;
pub use deleted::{announceable, redact_archive};
pub use document::{Document, Edition};
pub use feed::{Fragment, OutboundFeed};
pub use fit::{fit, is_language, page_language};
pub use format::DocumentFormat;
pub use health::health_feed;
pub use ids::outbound_id;
pub use item::{CopyView, Item, SourceView};
pub use listed_feed::ListedFeed;
pub use listed_item::{ListedItem, OUTWARD, time};
pub use opml::{OpmlError, OpmlOutline, OpmlSource, opml, read_opml};
pub use parsed::parsed_as_json;
#[cfg(test)]
pub(crate) use render::PANICS;
pub use render::{Documents, render};
pub use room::fitting;
pub use source_list::source_list;
