//! What a clock that was wrong has left in the store is set right.

use std::fmt;

use chrono::TimeDelta;

use crate::clock::Clock;
use crate::schedule::duration_in_words;
use crate::store::{Alignment, Store, StoreError};

/// Entries corrected in one step, so that refreshes find their turn between two.
const BATCH: usize = 100;

/// What was found of the clock, and what was done about it; for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aligned(Alignment);

/// Brings stored times in line with the clock: those of sources, then those of entries, a few at a time. `None`: they are.
///
/// # Errors
/// The store's. What was corrected by then stays so, and the next call goes on with the rest.
pub async fn align(store: &dyn Store, clock: &dyn Clock) -> Result<Option<Aligned>, StoreError> {
    let reading = clock.read();
    let now = reading.wall;
    let found = store.align_sources(reading).await?;
    if let Some(by) = found.entries_by {
        let mut after = None;
        while let Some(last) = store.align_entries(now, by, after, BATCH).await? {
            after = Some(last);
        }
    }
    // A clock that is behind leaves entries in the future for as long as it is: that is told with what else was found.
    let is_news = found.is_change() || found.entries_by.is_some();
    Ok(is_news.then_some(Aligned(found)))
}

impl Aligned {
    /// Whether due times have to be computed anew.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.0.is_change()
    }

    /// Whether documents may differ.
    #[must_use]
    pub fn touches_outputs(&self) -> bool {
        self.0.entries_by.is_some()
    }
}

impl fmt::Display for Aligned {
    /// One line: what was found, what was done, and what is to be done.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |time: TimeDelta| duration_in_words(time.abs().to_std().unwrap_or_default());
        match (self.0.stepped, self.0.ahead) {
            (Some(step), _) if step > TimeDelta::zero() => {
                write!(f, "the clock was put forward by {}", words(step))?;
            }
            (Some(step), _) => write!(f, "the clock was put back by {}", words(step))?,
            (None, Some(ahead)) if self.0.is_behind => {
                write!(f, "the clock is behind by {} or more", words(ahead))?;
            }
            (None, ahead) => {
                let ahead = words(ahead.unwrap_or_default());
                write!(
                    f,
                    "the clock was ahead by {ahead} or more when the store was last written"
                )?;
            }
        }
        let sources = self.0.sources;
        write!(f, ": the polls of {sources} sources keep their intervals")?;
        if self.0.entries_by.is_some() {
            write!(f, ", and what was dated in the future is put back")?;
        }
        if self.0.is_behind {
            write!(
                f,
                "; publishers' dates say that the clock is behind now, so entries stay where they are: set it right"
            )?;
        }
        Ok(())
    }
}
