//! The binary: runs the command that was typed, and returns its exit code.
//!
//! `mainstem run` keeps the daemon going. Next: `daemon.rs`; for every other command, `cli/mod.rs`.

use std::process::ExitCode;

use mainstem::{cli, daemon};

fn main() -> ExitCode {
    cli::main(daemon::run)
}
