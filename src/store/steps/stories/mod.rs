//! How stories follow from links: entries are compared with candidates ([`Linking`]), what that came to is stored as links, and all
//! that a change touches is put in order anew (`Regroup`). The decisions are in `dedupe`; here stands what they need and leave.

mod by_hand;
mod candidates;
mod evidence;
mod gather;
mod linking;
mod profiles;
mod regroup;

pub(in crate::store) use by_hand::{merge, split};
pub(in crate::store) use evidence::{evidence, weigh};
pub(in crate::store) use linking::Linking;
