//! Known entries that come back under another GUID or link: a site that moved to
//! another system, or one whose GUIDs or links change with every request.
//!
//! What tells it from a new entry: the old one has just gone from the document,
//! its headline is the same, and something stays besides the words: the date,
//! link or path, an enclosure. A date of whole days, one that several entries have,
//! and a path that several have tell none of them; nor is one with another text a
//! rename, unless the source is known to give new GUIDs to what it has had.

mod habit;
mod reasons;
mod renamed;

pub use habit::renews;
pub use reasons::Churn;
pub use renamed::{Renamed, renamed};
