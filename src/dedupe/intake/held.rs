//! Which new entries are held back from outputs: the older part of a backlog, and what exceeds the quota of a day.

use crate::model::Timestamp;

const SECONDS_A_DAY: i64 = 24 * 3600;

/// Whether a new entry is held back from outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It is shown.
    No,
    /// It belongs to a backlog, of which only the newest are shown.
    Backlog,
    /// It came after its source's quota for the day was used up.
    Flood,
}

/// For each of `count` entries of a backlog, oldest first, whether it is held. The newest `shown` are not; `None`: none is held.
#[must_use]
pub fn hold_backlog(count: usize, shown: Option<u32>) -> Vec<Held> {
    let held = shown.map_or(0, |shown| count.saturating_sub(shown as usize));
    let judge = |nth| if nth < held { Held::Backlog } else { Held::No };
    (0..count).map(judge).collect()
}

/// New entries of a source in one UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCount {
    /// Days since 1970.
    pub day: i64,
    /// How many, held ones included.
    pub entries: u32,
}

impl DayCount {
    /// For each of `count` new entries, oldest first, whether it is held; and the count from now on. `self`: the day that brought
    /// new entries last. `quota`: entries a day that are shown; `None`: all.
    #[must_use]
    pub fn hold_flood(
        self,
        count: usize,
        quota: Option<u32>,
        now: Timestamp,
    ) -> (Vec<Held>, DayCount) {
        let today = now.timestamp().div_euclid(SECONDS_A_DAY);
        let before = if self.day == today { self.entries } else { 0 };
        let is_over = |nth: usize| {
            quota.is_some_and(|quota| (before as usize).saturating_add(nth) >= quota as usize)
        };
        let judge = |nth| if is_over(nth) { Held::Flood } else { Held::No };
        let added = u32::try_from(count).unwrap_or(u32::MAX);
        let after = DayCount {
            day: today,
            entries: before.saturating_add(added),
        };
        ((0..count).map(judge).collect(), after)
    }
}
