//! The only reader of time.
//!
//! Two clocks: the wall clock, which people and publishers mean and which may
//! be stepped at any moment, and the boot clock, which counts evenly from the
//! machine's start, suspend included, and which nobody can set.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{SubsecRound, TimeDelta};

use crate::model::Timestamp;

/// A wall clock that differs from what the boot clock says by no more than this was not stepped. Slewing, by which NTP
/// corrects small errors, moves both clocks alike.
pub const STEP: TimeDelta = TimeDelta::seconds(5);

/// Tells the time, cut to whole milliseconds.
pub trait Clock: Send + Sync {
    /// This moment in UTC.
    fn now(&self) -> Timestamp;

    /// How long the machine has been up, suspend included (`CLOCK_BOOTTIME`). Never goes back.
    fn since_boot(&self) -> Duration;

    /// Which start of the machine [`Clock::since_boot`] counts from.
    fn boot(&self) -> Arc<str>;

    /// When the machine was started, by the wall clock, in milliseconds since 1970: the same at every moment until the wall
    /// clock is stepped.
    fn booted_at_ms(&self) -> i64 {
        let up = i64::try_from(self.since_boot().as_millis()).unwrap_or(i64::MAX);
        self.now().timestamp_millis().saturating_sub(up)
    }

    /// How the two clocks stand to each other.
    fn read(&self) -> Reading {
        Reading {
            wall: self.now(),
            booted_at_ms: self.booted_at_ms(),
            boot: self.boot(),
        }
    }
}

/// How the two clocks stand to each other at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock, in UTC.
    pub wall: Timestamp,
    /// See [`Clock::booted_at_ms`].
    pub booted_at_ms: i64,
    /// Which start of the machine the boot clock counts from; readings of different ones cannot be compared.
    pub boot: Arc<str>,
}

/// Whether two values of [`Clock::booted_at_ms`] differ by a step of the wall clock.
#[must_use]
pub fn is_step(difference_ms: i64) -> bool {
    difference_ms.abs() > STEP.num_milliseconds()
}

/// The machine's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the time"
    )]
    fn now(&self) -> Timestamp {
        chrono::Utc::now().trunc_subsecs(3)
    }

    fn since_boot(&self) -> Duration {
        let up = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        // Neither part is negative: the boot clock starts at 0.
        let (seconds, rest) = (up.tv_sec.unsigned_abs(), up.tv_nsec.unsigned_abs());
        Duration::from_millis(seconds.saturating_mul(1000) + rest / 1_000_000)
    }

    fn boot(&self) -> Arc<str> {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        let id = id.map(|id| id.trim().to_owned()).ok();
        // A sandbox may hide the kernel's id (`ProcSubset=pid`). A process knows at least that it has not outlived its machine.
        let process = || {
            let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
            let started = stat.split_whitespace().nth(21).unwrap_or_default();
            format!("process {} {started}", std::process::id())
        };
        id.filter(|id| !id.is_empty())
            .unwrap_or_else(process)
            .into()
    }
}

/// Clocks moved by hand, for tests.
#[derive(Debug)]
pub struct ManualClock(Mutex<(Timestamp, Duration)>);

impl ManualClock {
    /// A wall clock that stands at `at`, on a machine that was started just now.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        Self(Mutex::new((at, Duration::ZERO)))
    }

    /// Lets time pass: both clocks go forward.
    pub fn advance(&self, by: Duration) {
        let mut clocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clocks.0 += by;
        clocks.1 += by;
    }

    /// Steps the wall clock alone.
    pub fn step(&self, by: TimeDelta) {
        let mut clocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clocks.0 += by;
    }

    fn clocks(&self) -> (Timestamp, Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.clocks().0
    }

    fn since_boot(&self) -> Duration {
        self.clocks().1
    }

    fn boot(&self) -> Arc<str> {
        "by hand".into()
    }
}
