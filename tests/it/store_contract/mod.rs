//! What every engine behind `Store` must do: the promises of its documentation, case by case.
//!
//! A case is a function that is given an engine, and is listed in its file's `for_every_engine!`. It opens its store through
//! `store::open`, and speaks to it through `Store` alone. The name of a test is that of the case behind that of the engine. An
//! engine is added in `engines`.

mod activity;
mod archives;
mod bench;
mod care;
mod condition;
mod corrections;
mod engines;
mod health;
mod hosts;
mod opening;
mod outputs;
mod processes;
mod refresh;
mod retention;
mod sources;
mod stories;
mod times;
mod windows;
mod withdrawals;

pub(crate) use bench::{Bench, all_stories, at, entry, record, source};
