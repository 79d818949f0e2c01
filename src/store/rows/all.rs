//! The questions of all steps together.

use super::activity::ActivityRows;
use super::archives::ArchiveRows;
use super::health::HealthRows;
use super::items::ItemRows;
use super::members::MemberRows;
use super::outbox::OutboxRows;
use super::outputs::OutputRows;
use super::refresh::RefreshRows;
use super::retention::RetentionRows;
use super::rules::RuleRows;
use super::times::TimeRows;
use super::versions::VersionRows;
use super::windows::WindowRows;

/// What an engine answers: everything that any step asks.
pub(in crate::store) trait AllRows:
    ActivityRows
    + ArchiveRows
    + HealthRows
    + ItemRows
    + MemberRows
    + OutboxRows
    + OutputRows
    + RefreshRows
    + RetentionRows
    + RuleRows
    + TimeRows
    + VersionRows
    + WindowRows
{
}

impl<R> AllRows for R where
    R: ActivityRows
        + ArchiveRows
        + HealthRows
        + ItemRows
        + MemberRows
        + OutboxRows
        + OutputRows
        + RefreshRows
        + RetentionRows
        + RuleRows
        + TimeRows
        + VersionRows
        + WindowRows
{
}
