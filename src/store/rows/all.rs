//! The questions of all steps together.

use super::archives::ArchiveRows;
use super::health::HealthRows;
use super::items::ItemRows;
use super::outbox::OutboxRows;
use super::outputs::OutputRows;
use super::refresh::RefreshRows;
use super::retention::RetentionRows;
use super::rules::RuleRows;
use super::times::TimeRows;
use super::windows::WindowRows;

/// What an engine answers: everything that any step asks.
pub(in crate::store) trait AllRows:
    ArchiveRows
    + HealthRows
    + ItemRows
    + OutboxRows
    + OutputRows
    + RefreshRows
    + RetentionRows
    + RuleRows
    + TimeRows
    + WindowRows
{
}

impl<R> AllRows for R where
    R: ArchiveRows
        + HealthRows
        + ItemRows
        + OutboxRows
        + OutputRows
        + RefreshRows
        + RetentionRows
        + RuleRows
        + TimeRows
        + WindowRows
{
}
