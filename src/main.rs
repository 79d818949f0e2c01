//! The binary: parse the command, run it, turn the result into an exit code.

fn main() {}
