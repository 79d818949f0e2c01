//! What tests share.

use std::io::Write as _;

pub(crate) mod cases;
pub(crate) mod connections;
pub(crate) mod daemon;
pub(crate) mod html;
pub(crate) mod installation;
mod json;
pub(crate) mod laws;
pub(crate) mod machine;
pub(crate) mod mutate;
pub(crate) mod namespace;
pub(crate) mod openmetrics;
pub(crate) mod origin;
mod pieces;
pub(crate) mod random;
pub(crate) mod releases;
pub(crate) mod stored;
pub(crate) mod tls;
pub(crate) mod worst;

/// Says that a test cannot run here. Not as a test's own output, which nobody sees of one that passes.
pub(crate) fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
