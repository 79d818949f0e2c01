//! The one test binary: a module per feature.

mod cli;
mod config;
mod corpus;
mod dateline;
mod dates;
mod dedupe;
mod fetch;
mod layers;
mod line;
mod outputs;
mod parse;
mod parse_laws;
mod publish;
mod schedule;
mod select;
mod service;
mod store_contract;
mod support;
mod text;
