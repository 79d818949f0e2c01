//! What decides when a source is asked.

use std::time::Duration;

use super::cron_line::CronLine;
use super::moment::DAY;

/// What decides a source's rhythm.
#[derive(Debug, Clone, PartialEq)]
pub enum Cadence {
    /// The same time after each request.
    Every(Duration),
    /// The moments of a crontab line.
    Cron(CronLine),
    /// After the source's own rhythm, between `min_interval` and `max_interval`.
    Adaptive,
}

/// When a source is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What decides.
    pub cadence: Cadence,
    /// Adaptive never asks more often.
    pub min_interval: Duration,
    /// Adaptive never asks less often.
    pub max_interval: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cadence: Cadence::Adaptive,
            min_interval: Duration::from_secs(15 * 60),
            max_interval: DAY,
        }
    }
}
