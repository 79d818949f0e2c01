//! What tests share.

pub(crate) mod daemon;
pub(crate) mod origin;
pub(crate) mod releases;
