//! What operators see of a running process: its log and its metrics.

mod log;
mod metrics;

pub use log::{Format, Settings, start};
pub use metrics::{EXPOSITION_TYPE, Health, HubAnswer, Metrics, Stage, StoreUse, Waiting};
