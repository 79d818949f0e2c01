//! Outputs as they are registered.

use super::transaction::Rows;
use crate::model::{Hash, OutputId, Timestamp};

/// An output's number in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::store) struct OutputRow(pub(in crate::store) i64);

/// An output as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct StoredOutput {
    pub(in crate::store) row: OutputRow,
    pub(in crate::store) id: OutputId,
    /// What its whole membership was judged by; `None`: it must be replayed.
    pub(in crate::store) rules: Option<Hash>,
    /// What a replay under way judges by; `None`: there is none, or verdicts by other rules have crossed it.
    pub(in crate::store) replaying: Option<Hash>,
    /// The hash of its documents; `None`: they were never rendered.
    pub(in crate::store) documents: Option<Hash>,
    /// When that hash last changed.
    pub(in crate::store) changed_at: Option<Timestamp>,
    /// What the ids of its documents follow from; `None`: it was registered by a version that did not note it.
    pub(in crate::store) id_base: Option<String>,
}

/// The outputs. Rows are never deleted: an output that leaves the configuration keeps its row, so that it returns with its ids.
pub(in crate::store) trait OutputRows: Rows {
    /// All of them, in the order in which they were registered.
    fn outputs(&self) -> Result<Vec<StoredOutput>, Self::Error>;

    /// One output; `None`: it was never registered.
    fn output(&self, id: &OutputId) -> Result<Option<StoredOutput>, Self::Error>;

    /// Adds an output if it is not there, and notes `base` as its [`StoredOutput::id_base`] if it has none.
    fn register_output(&self, output: &OutputId, base: &str) -> Result<(), Self::Error>;

    /// Sets [`StoredOutput::rules`] and [`StoredOutput::replaying`].
    fn set_rules(
        &self,
        output: OutputRow,
        rules: Option<Hash>,
        replaying: Option<Hash>,
    ) -> Result<(), Self::Error>;

    /// Sets [`StoredOutput::documents`] and [`StoredOutput::changed_at`]. An output that was never registered is an error.
    fn set_documents(
        &self,
        output: &OutputId,
        documents: Hash,
        changed_at: Timestamp,
    ) -> Result<(), Self::Error>;

    /// Forgets rules, replay and documents of an output, not when they last changed and not its items.
    fn forget_documents(&self, output: OutputRow) -> Result<(), Self::Error>;
}
