//! JSON Feed 1.0 and 1.1.
//!
//! Read by ourselves: feed-rs puts `url`, `external_url` and attachments into
//! one list, and refuses a numeric id or a missing version that every reader
//! takes. A member of the wrong type is as good as absent; it costs nothing else.

mod feed;
mod members;
mod node;
mod text;

pub(super) use feed::read;
