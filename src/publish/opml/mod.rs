//! OPML 2.0: lists of sources, out and in.

mod list;
mod read;
mod write;

pub use list::{OpmlError, OpmlOutline, OpmlSource};
pub use read::read_opml;
pub use write::opml;
