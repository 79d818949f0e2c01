//! Mainstem: many feeds in, one merged feed out; every release once.
//!
//! # The line
//!
//! `schedule` says when a source is due; `fetch` asks it; `parse` reads the
//! document and `text` cleans it; `dedupe` recognizes the same release; `store`
//! keeps it; `select` judges it for each output; `publish` writes the documents;
//! `serve` hands them out. `refresh` is the inward line (fetch to store) for one
//! source, `republish` the outward line (store to documents) for what changed,
//! and `worker` the loop that keeps the first one going.
//!
//! # Layers
//!
//! A module uses only those of earlier rows; no two files use each other in a circle. `tests/it/layers` holds both.
//!
//! | row | modules |
//! |---|---|
//! | 0 words | `model` `clock` `text` |
//! | 1 decisions, without I/O | `schedule` `parse` `dedupe` `select` `publish` `health` `websub` |
//! | 2 edges, each alone | `fetch` `store` `telemetry` `systemd` |
//! | 3 flows | `refresh` `republish` `maintain`; `worker` uses `refresh`, `pages` uses `refresh` and `republish`, `serve` uses `pages` |
//! | 4 assembly | `config` `daemon` `cli` |

pub mod cli;
pub mod clock;
pub mod config;
pub mod daemon;
pub mod dedupe;
pub mod fetch;
pub mod health;
pub mod maintain;
pub mod model;
pub mod pages;
pub mod parse;
pub mod publish;
pub mod refresh;
pub mod republish;
pub mod schedule;
pub mod select;
pub mod serve;
pub mod store;
pub mod systemd;
pub mod telemetry;
pub mod text;
pub mod websub;
pub mod worker;
