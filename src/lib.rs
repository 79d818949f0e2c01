//! Mainstem: a feed aggregator daemon.
pub mod clock;
pub mod config;
pub mod dedupe;
pub mod fetch;
pub mod model;
pub mod parse;
pub mod publish;
pub mod schedule;
pub mod select;
pub mod serve;
pub mod store;
pub mod systemd;
pub mod telemetry;
pub mod text;
