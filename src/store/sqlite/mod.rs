//! SQLite: one file, one writing thread, a few readers beside it.
//!
//! WAL with `synchronous = FULL`. Several processes may work on one file
//! (`refresh` beside `run`): every step is one IMMEDIATE transaction that reads
//! what it decides on.

use super::rows::Rows;
use super::turn;

mod archives;
mod care;
mod checkpoints;
mod columns;
mod compact;
mod connect;
mod documents;
mod elsewhere;
mod engine;
mod entries;
mod evidence;
mod examine;
mod failure;
mod files;
mod find;
mod gather;
mod health;
mod hosts;
mod inspect;
mod items;
mod keys;
pub(super) mod linking;
mod links;
mod lock;
pub(super) mod near;
mod open;
mod outbox;
mod outputs;
mod panics;
mod place;
mod publishers;
mod reader;
mod readers;
mod rebuild;
mod retention;
mod rules;
mod schema;
mod sources;
mod step;
pub(super) mod stories;
mod times;
pub(super) mod unconverted;
mod usage;
mod vitals;
mod windows;
mod writer;

pub(super) use compact::compact;
pub(super) use engine::SqliteEngine;
pub(super) use files::{audience, is_missing};
pub(super) use reader::SqliteReader;
pub(super) use usage::sizes;

impl Rows for rusqlite::Connection {
    type Error = rusqlite::Error;

    fn connection(&self) -> &Self {
        self
    }
}
