//! A source and all that its page tells of it.

use super::super::listing::ListedSource;
use super::super::request::PageRequest;
use super::newest::Newest;
use crate::model::SourceState;
use crate::store::SourceActivity;

/// How many of the newest entries are listed.
pub(super) const MOST_ENTRIES: usize = 20;
/// How many of the latest troubles are listed.
pub(super) const MOST_TROUBLES: usize = 10;

/// A source and all that its page tells of it.
pub(super) struct Subject<'p> {
    pub(super) request: &'p PageRequest,
    pub(super) listed: &'p ListedSource,
    pub(super) state: SourceState,
    pub(super) activity: SourceActivity,
    pub(super) newest: Newest,
    /// `?token=…` for links within the site, where the visitor brought a token in the address.
    pub(super) query: String,
}
