//! Exit codes, and the errors that decide them.

use std::io::ErrorKind;

use crate::config;
use crate::store::StoreError;

/// A problem that the message names.
const PROBLEM: u8 = 1;
/// What was typed cannot be done; clap's own.
const USAGE: u8 = 2;
/// `EX_DATAERR` of sysexits.h.
const DATA: u8 = 65;
/// `EX_IOERR`.
const IO: u8 = 74;
/// Shells report a command that was ended by signal N as 128 + N, and so do we.
const BY_SIGNAL: u8 = 128;
/// `EX_CONFIG`.
pub(super) const CONFIG: u8 = 78;

/// Something was done, but not all of it went well; it has been said already.
#[derive(Debug, thiserror::Error)]
#[error("not everything went well")]
pub(super) struct Partly;

/// A signal with this number ended the command before it was done.
#[derive(Debug, thiserror::Error)]
#[error("ended by a signal; what had come in is stored")]
pub(super) struct Ended(pub(super) u8);

/// What was typed cannot be done, whatever the store holds.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct UsageError(pub(super) String);

/// A reader such as `head` that has seen enough is no problem.
pub(super) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// The code that an error ends a command with.
pub(super) fn exit_code(error: &anyhow::Error) -> u8 {
    if is_closed_pipe(error) {
        return 0;
    }
    for cause in error.chain() {
        if cause.is::<config::Problems>() {
            return CONFIG;
        }
        if let Some(Ended(signal)) = cause.downcast_ref() {
            return BY_SIGNAL + signal;
        }
        if cause.is::<UsageError>() {
            return USAGE;
        }
        if cause.is::<crate::parse::ParseError>() || cause.is::<crate::publish::OpmlError>() {
            return DATA;
        }
        if cause.is::<std::io::Error>() {
            return IO;
        }
        match cause.downcast_ref::<StoreError>() {
            Some(StoreError::Damaged { .. }) => return DATA,
            Some(StoreError::Newer { .. }) => return CONFIG,
            // No fault of the disk's, and nothing that waiting mends: a person has started one too many.
            Some(StoreError::InUse { .. }) => return PROBLEM,
            Some(_) => return IO,
            None => {}
        }
    }
    PROBLEM
}
