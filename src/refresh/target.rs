//! What is refreshed.

use std::sync::Arc;
use std::time::Duration;

use crate::fetch::SourceSettings;
use crate::model::Source;
use crate::schedule;

/// A source with everything that a refresh of it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The source.
    pub source: Arc<Source>,
    /// When it is due.
    pub schedule: schedule::Settings,
    /// How it is asked. Sources that are configured alike share it.
    pub fetch: Arc<SourceSettings>,
    /// How far apart two entries may lie to be compared by their texts, on publication time.
    pub window: Duration,
}
