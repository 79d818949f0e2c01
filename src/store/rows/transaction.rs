//! What all traits of rows have in common.

/// A transaction of an engine.
pub(in crate::store) trait Rows {
    /// Why a query failed, in the engine's own words.
    type Error: std::error::Error + Send + Sync + 'static;
}
