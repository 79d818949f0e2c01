//! What tests share.

pub(crate) mod daemon;
pub(crate) mod openmetrics;
pub(crate) mod origin;
