//! Housekeeping: what retention lets go.
//!
//! A pass is a list of short steps with rests between them, so that refreshes and
//! readers never wait for more than one of them, whatever is stored: keys of
//! similar texts that are too old to meet anything, entries that are past `keep`,
//! entries beyond `max_size`, free pages. What goes is stripped down to its
//! identity, never deleted: a source that brings it again brings nothing new.

use std::time::{Duration, Instant};

use crate::clock::Clock;
use crate::model::{OutputId, Timestamp};
use crate::store::{Aged, Store, StoreError, Upkeep, Usage};

/// Entries stripped in one step, at most.
const BATCH: usize = 100;
/// Keys taken out or made anew in one step, at most.
const KEYS: usize = 20_000;
/// How long keys of similar texts are kept, as a multiple of the window within which entries are compared.
const KEPT_WINDOWS: u32 = 4;
/// Lower bound of that time.
const LEAST_REACH: Duration = Duration::from_secs(28 * 24 * 3600);
/// Number of portions in which entries go for `max_size`, from the oldest to the youngest; within a portion source by source.
const PORTIONS: u32 = 64;
/// One part in this many of `max_size` is made free when it is exceeded, so that the next entry does not exceed it again; and one
/// part in this many of what is used stays free for new entries.
const SLACK: u64 = 20;
/// Size of the write-ahead log above which a pass waits: a reader keeps the log from beginning anew, and every step adds to it.
const LOG_BYTES: u64 = 40 * 1024 * 1024;
/// How long a pass waits for the log before it is broken off.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a pass that waits looks at the log.
const LOOK: Duration = Duration::from_millis(200);
/// How long after a pass was broken off the next one is due.
pub const AFTER_BREAK: Duration = Duration::from_secs(300);

/// How often housekeeping is due.
pub const INTERVAL: Duration = Duration::from_secs(3600);

/// What is kept for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Entries that their source does not have any more, by the time in which it was read.
    pub keep: Duration,
    /// How far apart two entries may lie to be compared, on publication time.
    pub window: Duration,
    /// Bytes in use in the database, above which the oldest entries go earlier; `None`: no bound.
    pub max_size: Option<u64>,
}

/// How long until a pass is due; zero: now. A clock that was once ahead delays it by no more than an interval.
#[must_use]
pub fn due_in(upkeep: &Upkeep, now: Timestamp) -> Duration {
    let passed = upkeep
        .ended_at
        .and_then(|ended| (now - ended).to_std().ok());
    passed.map_or(Duration::ZERO, |passed| INTERVAL.saturating_sub(passed))
}

/// What a pass has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// It went to its end.
    Ended {
        /// Since when what must stay is larger than `max_size`; `None`: it is not.
        over_since: Option<Timestamp>,
        /// What the store takes now.
        usage: Usage,
    },
    /// It was broken off for a reader that holds up the write-ahead log. The next one goes on.
    BrokenOff,
}

impl Pass {
    /// What a person is told where what must stay is larger than `max_size`; `None`: it is not.
    #[must_use]
    pub fn too_large(&self, retention: &Retention) -> Option<String> {
        let Self::Ended {
            over_since: Some(_),
            usage,
        } = self
        else {
            return None;
        };
        let (used, allowed) = (kibibytes(usage.used), kibibytes(retention.max_size?));
        Some(format!(
            "the store is larger than [store] max_size: {used} of {allowed} are in use, and all of it must stay, for outputs show it or have yet to archive it, or it tells that an entry is known; raise max_size, or lower max_entries of outputs"
        ))
    }
}

fn kibibytes(bytes: u64) -> String {
    const MEBIBYTE: u64 = 1024 * 1024;
    match bytes {
        MEBIBYTE.. => format!("{} MiB", bytes / MEBIBYTE),
        _ => format!("{} KiB", bytes.div_ceil(1024)),
    }
}

/// Makes one pass. `windows`: for each output the place of its oldest item.
///
/// # Errors
/// The store's; what is done stays so.
pub async fn maintain(
    store: &dyn Store,
    retention: &Retention,
    windows: &[(OutputId, Timestamp)],
    clock: &dyn Clock,
) -> Result<Pass, StoreError> {
    let mut round = Round {
        store,
        windows,
        clock,
        stripped: 0,
    };
    let ended = round.run(retention).await;
    if round.stripped > 0 {
        tracing::info!(
            entries = round.stripped,
            "expired entries were stripped down to their identity"
        );
    }
    match ended {
        Ok(is_over) => {
            let upkeep = store.end_upkeep(is_over, clock.now()).await?;
            Ok(Pass::Ended {
                over_since: upkeep.over_since,
                usage: store.usage().await?,
            })
        }
        Err(Break::Log) => {
            tracing::info!(
                "housekeeping waits: a reader of the store keeps its write-ahead log from being emptied"
            );
            Ok(Pass::BrokenOff)
        }
        Err(Break::Store(error)) => Err(error),
    }
}

/// Why a pass does not go on.
enum Break {
    Store(StoreError),
    /// The write-ahead log is long, and a reader keeps it from beginning anew.
    Log,
}

impl From<StoreError> for Break {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A pass under way.
struct Round<'a> {
    store: &'a dyn Store,
    windows: &'a [(OutputId, Timestamp)],
    clock: &'a dyn Clock,
    stripped: usize,
}

impl Round<'_> {
    /// The steps in their order. Returns whether what must stay is larger than `max_size`.
    async fn run(&mut self, retention: &Retention) -> Result<bool, Break> {
        self.renew_keys(retention.window).await?;
        self.strip(Aged::Past(retention.keep), None).await?;
        let is_over = match retention.max_size {
            Some(max_size) => self.make_room(max_size).await?,
            None => false,
        };
        self.give_back().await?;
        Ok(is_over)
    }

    /// Rebuilds keys that an earlier version wrote, and deletes those too old to match any new entry.
    async fn renew_keys(&self, window: Duration) -> Result<(), Break> {
        loop {
            let began = Instant::now();
            if self.store.rebuild_keys(KEYS).await? == 0 {
                break;
            }
            self.rest(began).await?;
        }
        // A new source's backlog meets what is as old as itself.
        let reach = (window * KEPT_WINDOWS).max(LEAST_REACH);
        loop {
            let began = Instant::now();
            if self
                .store
                .forget_keys(reach, KEYS, self.clock.now())
                .await?
            {
                return Ok(());
            }
            self.rest(began).await?;
        }
    }

    /// Strips all entries of an age that no output holds; with `goal` until no more bytes than that are in use.
    async fn strip(&mut self, which: Aged, goal: Option<u64>) -> Result<(), Break> {
        let mut passed = None;
        loop {
            let candidates = self.store.aged(which, passed, self.windows).await?;
            let mut left = candidates.entries.as_slice();
            while !left.is_empty() {
                if self.is_reached(goal).await? {
                    return Ok(());
                }
                let began = Instant::now();
                let batch = left.iter().take(BATCH).copied().collect();
                let now = self.clock.now();
                let step = self.store.strip(batch, self.windows, now).await?;
                self.stripped += step.stripped;
                left = left.get(step.looked_at.max(1)..).unwrap_or_default();
                self.rest(began).await?;
            }
            passed = candidates.next;
            if passed.is_none() {
                return Ok(());
            }
        }
    }

    async fn is_reached(&self, goal: Option<u64>) -> Result<bool, StoreError> {
        match goal {
            Some(goal) => Ok(self.store.usage().await?.used <= goal),
            None => Ok(false),
        }
    }

    /// Lets the oldest entries go until the store is small enough, those that their source still has last. Returns whether
    /// what must stay is larger.
    async fn make_room(&mut self, max_size: u64) -> Result<bool, Break> {
        if self.is_reached(Some(max_size)).await? {
            return Ok(false);
        }
        let goal = max_size - max_size / SLACK;
        for portion in portions(self.store.greatest_age().await?) {
            self.strip(portion, Some(goal)).await?;
            if self.is_reached(Some(goal)).await? {
                return Ok(false);
            }
        }
        Ok(!self.is_reached(Some(max_size)).await?)
    }

    /// Gives free pages back, but for some that new entries will need.
    async fn give_back(&self) -> Result<(), Break> {
        let spare = self.store.usage().await?.used / SLACK;
        loop {
            let began = Instant::now();
            if self.store.give_back(spare).await? == 0 {
                return Ok(());
            }
            self.rest(began).await?;
        }
    }

    /// Rests for as long as the step before took: half of the writer's time is for others. Where the log cannot be emptied,
    /// waits for that.
    async fn rest(&self, began: Instant) -> Result<(), Break> {
        tokio::time::sleep(began.elapsed()).await;
        let waiting = Instant::now();
        while self.store.usage().await?.log > LOG_BYTES {
            if waiting.elapsed() > PATIENCE {
                return Err(Break::Log);
            }
            tokio::time::sleep(LOOK).await;
            // It begins anew with a commit, and is cut with the next.
            self.store.probe().await?;
        }
        Ok(())
    }
}

/// Entries in portions, from the oldest to those that their source still has.
fn portions(greatest_age: Duration) -> impl Iterator<Item = Aged> {
    let width = (greatest_age / PORTIONS).max(Duration::from_millis(1));
    let bound = move |nth: u32| greatest_age.saturating_sub(width * nth);
    let aged = (0..=PORTIONS).map(move |nth| {
        let below = match nth {
            0 => Duration::MAX,
            nth => bound(nth),
        };
        Aged::Between(bound(nth + 1), below)
    });
    aged.chain([Aged::All])
}
