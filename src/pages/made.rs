//! A page, or why there is none.

use crate::model::OutputId;
use crate::store::StoreError;

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadePage {
    /// HTML, in UTF-8.
    pub html: String,
    /// Whether only some visitors may see it, so that no shared cache may keep it.
    pub is_private: bool,
}

/// Why there is no page.
#[derive(Debug)]
pub enum NoPage {
    /// There is nothing under this path, or nothing that this visitor may know of.
    Missing,
    /// It needs the token of an output; `None`: the server's.
    Forbidden(Option<OutputId>),
    /// It would take longer than a page may, or others are being made; it may work later.
    Busy(&'static str),
    /// The store does not answer.
    Store(StoreError),
}

impl From<StoreError> for NoPage {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
