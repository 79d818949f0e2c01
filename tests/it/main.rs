//! The one test binary: a module per feature.

mod archives;
mod cli;
mod config;
mod corpus;
mod dateline;
mod dates;
mod dedupe;
mod fetch;
mod headline;
mod layers;
mod line;
mod outputs;
mod parse;
mod parse_laws;
mod publish;
mod schedule;
mod select;
mod serve;
mod service;
mod sources;
mod store_contract;
mod store_trouble;
mod support;
mod text;
mod worker;
