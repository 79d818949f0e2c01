//! When is a source due? Pure: settings, history and the time in, the next turn out. Reads no clock, keeps no queue.
//!
//! The turn follows from the last request, never from now: computed again after
//! a restart it is the same, so a restart causes no early request, and a turn
//! missed while the daemon was down comes once.

mod adaptive;
mod backoff;
mod cron_line;
mod doubt;
mod moment;
mod settings;
mod together;
mod turn;
mod wishes;
mod words;

pub use adaptive::observe;
pub use cron_line::{CronError, CronLine};
pub use doubt::doubts;
pub use settings::{Cadence, Settings};
pub use together::{Member, Occasion, due_together, wait};
pub use turn::{is_wished, next_due};
pub use words::duration_in_words;
