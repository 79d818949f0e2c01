//! An output as a person reads it: what its documents show, and by which addresses a reader subscribes to it; older items.
//!
//! - `subscribe`: its addresses; `items`: a list of its items
//! - `window`: what its documents show, in pages; `archive`: what an archive document shows

mod archive;
mod items;
mod subscribe;
mod window;

pub(super) use archive::make as make_archive;
pub(super) use subscribe::{addresses, feed_links};
pub(super) use window::make as make_window;
