//! What an incoming entry is to its source: seen before, edited, or new; and whether a new one is shown or held back.
//!
//! Goes in: facts of the stored entry and of its source, the incoming entry, and `now`. Comes out: a decision. The store loads the
//! facts and writes the decision in one transaction. Nothing here compares entries of different sources.

mod clock;
mod contact;
mod corrections;
mod edits;
mod held;
mod known;

pub use clock::{MAX_AGING, SourceClock};
pub use contact::{Contact, has_moved};
pub use corrections::{MAX_CORRECTIONS, correction, surplus_corrections};
pub use edits::{Edit, EditRule, EntryVersion};
pub use held::{DayCount, Held, hold_backlog};
pub use known::{KnownEntry, Match, SEEN_EXACT_TO, Sighting};
