//! What a step asks of an engine inside its transaction, and what it has written: one trait for each subject, without rules.
//!
//! Goes in: identifiers and values of the model. Comes out: rows as plain structs, in the order that each method states. An
//! engine answers with its own queries; what follows from the answers is decided by the steps above, for every engine alike.

mod rest;
mod transaction;

pub(in crate::store) use rest::Rest;
pub(in crate::store) use transaction::Rows;
