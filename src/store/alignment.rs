//! What bringing stored times in line with the clock came to.

use chrono::TimeDelta;

/// What a clock that was or is wrong has left in the store. The default: nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Alignment {
    /// The wall clock was stepped by so much since the store last saw it in this boot of the machine; every source's own
    /// times have gone with it.
    pub stepped: Option<TimeDelta>,
    /// The latest stored time lay so far in the future.
    pub ahead: Option<TimeDelta>,
    /// Sources whose times were corrected.
    pub sources: usize,
    /// By how much the times of entries that lie in the future are to be put back, with [`super::Store::align_entries`].
    /// `None`: there are none, or the present clock is the one that is wrong.
    pub entries_by: Option<TimeDelta>,
    /// The present clock is behind: publishers' dates say so.
    pub is_behind: bool,
}

impl Alignment {
    /// Whether due times have to be computed anew.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.stepped.is_some() || self.sources > 0
    }
}
