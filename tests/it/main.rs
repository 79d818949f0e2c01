//! The one test binary: a module per feature.

mod config;
mod layers;
mod line;
mod schedule;
mod support;
