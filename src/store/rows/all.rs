//! The questions of all steps together.

use super::health::HealthRows;
use super::retention::RetentionRows;
use super::times::TimeRows;

/// What an engine answers: everything that any step asks.
pub(in crate::store) trait AllRows: HealthRows + RetentionRows + TimeRows {}

impl<R: HealthRows + RetentionRows + TimeRows> AllRows for R {}
