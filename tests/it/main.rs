//! The one test binary: a module per feature.

mod cli;
mod config;
mod dedupe;
mod layers;
mod line;
mod parse;
mod schedule;
mod select;
mod support;
