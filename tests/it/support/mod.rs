//! What tests share.

pub(crate) mod cases;
pub(crate) mod daemon;
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
pub(crate) mod worst;
