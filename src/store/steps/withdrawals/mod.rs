//! Releases that are taken back, by an operator or by their publisher: what is noted of entries ([`withdraw`], [`copies`]), and what
//! becomes of the items that show them ([`exhibits`]).

mod copies;
mod documents;
mod exhibits;
mod mark;
mod told;
mod withdraw;

pub(in crate::store) use copies::{repeated, withdraw_copy};
pub(in crate::store) use documents::{archive_made_at, next_redaction, redact, tombstones};
pub(in crate::store) use exhibits::{LATER, announce};
pub(in crate::store) use told::{withdrawn_entries, withdrawn_stories};
pub(in crate::store) use withdraw::{before_merge, before_split, lift, taken_back, withdraw};
