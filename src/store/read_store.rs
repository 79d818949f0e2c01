//! What a command may read of a store while another process may be writing it.

use super::error::StoreError;
use super::outputs::RuleSpan;
use crate::model::{HostHold, SourceReport};

/// A store that a command reads while another process may be writing it. Its methods block the thread.
pub trait ReadStore {
    /// As [`super::Store::source_reports`].
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Unusable`] where the store is in trouble, [`StoreError::Step`] where this
    /// reading alone failed.
    fn source_reports(&self) -> Result<Vec<SourceReport>, StoreError>;

    /// As [`super::Store::host_holds`].
    ///
    /// # Errors
    /// Those of [`ReadStore::source_reports`].
    fn host_holds(&self) -> Result<Vec<HostHold>, StoreError>;

    /// As [`super::Store::rule_spans`].
    ///
    /// # Errors
    /// Those of [`ReadStore::source_reports`].
    fn rule_spans(&self) -> Result<Vec<RuleSpan>, StoreError>;
}
