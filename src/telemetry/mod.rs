//! What operators see of a running process: its log and its metrics.

mod causes;
mod log;
mod metrics;

pub use causes::causes;
pub use log::{Format, Settings, start};
pub use metrics::{EXPOSITION_TYPE, Health, HubAnswer, Metrics, Stage, StoreUse, Waiting};
