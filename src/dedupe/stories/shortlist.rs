//! Which of the stored entries that may be the same release an entry is compared with.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::dedupe::{MAX_NEAR, MAX_POSTINGS, SHARED_KEYS};
use crate::model::{EntryId, StoryId, Timestamp};

const WEEK_MS: i64 = 7 * 24 * 3600 * 1000;
/// The last week that can be told from others, some twenty thousand years ahead.
const MAX_WEEK: i64 = (1 << 20) - 1;

/// A week, counted from 1970. Keys are stored by the week in which their entry counts as published
/// ([`crate::model::compared_at`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Week(i64);

impl Week {
    /// The week of a moment; 0 before 1970.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self::of_ms(at.timestamp_millis())
    }

    fn of_ms(ms: i64) -> Self {
        Self(ms.div_euclid(WEEK_MS).clamp(0, MAX_WEEK))
    }

    /// Its number, 0–1,048,575.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }
}

/// How far from an entry in time similar entries are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// When the entry counts as published.
    pub at: Timestamp,
    /// The present: what lies in the future is not looked for.
    pub now: Timestamp,
    /// How far before and after `at`.
    pub window: Duration,
}

impl Reach {
    /// Whether an entry that counts as published then is within reach.
    #[must_use]
    pub fn has(&self, at: Timestamp) -> bool {
        self.milliseconds().contains(&at.timestamp_millis())
    }

    /// The weeks that are within reach, wholly or in part.
    #[must_use]
    pub fn weeks(&self) -> RangeInclusive<Week> {
        let (first, last) = self.milliseconds().into_inner();
        Week::of_ms(first)..=Week::of_ms(last)
    }

    /// Since 1970: stored moments are exact to the millisecond.
    fn milliseconds(&self) -> RangeInclusive<i64> {
        let window = i64::try_from(self.window.as_millis()).unwrap_or(i64::MAX);
        let at = self.at.timestamp_millis();
        let now = self.now.timestamp_millis();
        at.saturating_sub(window)..=at.saturating_add(window).min(now)
    }
}

/// The entries that share enough keys with an entry, at most [`MAX_NEAR`], those with the most first and of equals the oldest. `having`: for
/// each key of the entry, the entries that have it too.
#[must_use]
pub fn most_similar(having: &[Vec<EntryId>]) -> Vec<EntryId> {
    let rare = having.iter().filter(|all| all.len() <= MAX_POSTINGS);
    let mut all: Vec<EntryId> = rare.flatten().copied().collect();
    all.sort_unstable();
    let of_one = all.chunk_by(|one, other| one == other);
    let mut best: Vec<(EntryId, usize)> = of_one
        .map(|of_one| (of_one[0], of_one.len()))
        .filter(|(_, shared)| *shared >= SHARED_KEYS)
        .collect();
    best.sort_unstable_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    best.truncate(MAX_NEAR);
    best.into_iter().map(|(entry, _)| entry).collect()
}

/// The candidates that are compared with `own`, each once and in the order of their numbers: of one story no more than tell what it
/// is. `found`: the candidates, in the order in which they count. `stories` finds the stories of entries; it is asked only where
/// there are many candidates, and a candidate that has none is left out.
///
/// # Errors
/// Those of `stories`.
pub fn enough_of_each_story<E>(
    own: Option<EntryId>,
    found: Vec<EntryId>,
    stories: impl FnOnce(&[EntryId]) -> Result<Vec<(EntryId, StoryId)>, E>,
) -> Result<BTreeSet<EntryId>, E> {
    let is_other = |entry: &EntryId| Some(*entry) != own;
    if found.len() <= MAX_NEAR {
        return Ok(found.into_iter().filter(is_other).collect());
    }
    let story_of: HashMap<EntryId, StoryId> = stories(&found)?.into_iter().collect();
    let mut of_story: HashMap<StoryId, usize> = HashMap::new();
    let mut enough = BTreeSet::new();
    for entry in found.into_iter().filter(is_other) {
        let Some(story) = story_of.get(&entry) else {
            continue;
        };
        let count = of_story.entry(*story).or_default();
        if *count < MAX_NEAR && enough.insert(entry) {
            *count += 1;
        }
    }
    Ok(enough)
}
