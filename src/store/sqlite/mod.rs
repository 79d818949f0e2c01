//! SQLite: one file, one writing thread, a few readers beside it.
//!
//! WAL with `synchronous = FULL`. Several processes may work on one file
//! (`refresh` beside `run`): every step is one IMMEDIATE transaction that reads
//! what it decides on.

use super::rows::Rows;

mod activity;
mod archives;
mod care;
mod checkpoints;
mod columns;
mod compact;
mod connect;
mod corrections;
mod documents;
mod elsewhere;
mod engine;
mod entries;
mod examine;
mod failure;
mod files;
mod group;
mod health;
mod hosts;
mod in_order;
mod inspect;
mod items;
mod key_log;
mod keys;
mod links;
mod lock;
mod members;
mod open;
mod outbox;
mod outputs;
mod panics;
mod place;
mod publishers;
mod reader;
mod readers;
mod repack;
mod retention;
mod rules;
mod schema;
mod session;
mod sources;
mod step;
mod stories;
mod texts;
mod times;
mod usage;
mod values;
mod verify;
mod versions;
mod vitals;
mod windows;
mod withdrawals;
mod writer;

pub(super) use compact::compact;
pub(super) use engine::SqliteEngine;
pub(super) use files::{audience, is_missing};
pub(super) use reader::SqliteReader;
pub(super) use usage::sizes;

impl Rows for session::Session {
    type Error = rusqlite::Error;
}
