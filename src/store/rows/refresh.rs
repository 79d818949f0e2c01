//! The questions of a refresh together.

use super::corrections::CorrectionRows;
use super::documents::DocumentRows;
use super::entries::EntryRows;
use super::hosts::HostRows;
use super::keys::KeyRows;
use super::links::LinkRows;
use super::publishers::PublisherRows;
use super::sources::SourceRows;
use super::stories::StoryRows;
use super::texts::TextRows;
use super::withdrawals::WithdrawalRows;

/// Everything that writing a refresh asks of an engine.
pub(in crate::store) trait RefreshRows:
    SourceRows
    + HostRows
    + DocumentRows
    + PublisherRows
    + EntryRows
    + CorrectionRows
    + StoryRows
    + LinkRows
    + KeyRows
    + TextRows
    + WithdrawalRows
{
}

impl<R> RefreshRows for R where
    R: SourceRows
        + HostRows
        + DocumentRows
        + PublisherRows
        + EntryRows
        + CorrectionRows
        + StoryRows
        + LinkRows
        + KeyRows
        + TextRows
        + WithdrawalRows
{
}
