//! The questions of a refresh together.

use super::documents::DocumentRows;
use super::entries::EntryRows;
use super::hosts::HostRows;
use super::publishers::PublisherRows;
use super::sources::SourceRows;

/// Everything that writing a refresh asks of an engine.
pub(in crate::store) trait RefreshRows:
    SourceRows + HostRows + DocumentRows + PublisherRows + EntryRows
{
}

impl<R> RefreshRows for R where R: SourceRows + HostRows + DocumentRows + PublisherRows + EntryRows {}
