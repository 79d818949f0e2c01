//! Whose turn is next. Turns come on the wall clock and wait on the boot clock, so that no step of the former hurries or
//! delays any.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::model::{SourceId, Timestamp};

/// Both clocks are cut to milliseconds: with this, no turn comes before its time.
const TICK: Duration = Duration::from_millis(1);

/// Sources by the time of their turn.
pub(super) struct Queue {
    clock: Arc<dyn Clock>,
    turns: BinaryHeap<Reverse<(Duration, SourceId)>>,
}

impl Queue {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            turns: BinaryHeap::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.turns.clear();
    }

    /// Adds a turn at a moment of the wall clock; one that has passed is due now.
    pub(super) fn add(&mut self, at: Timestamp, source: SourceId) {
        let wait = (at - self.clock.now()).to_std().unwrap_or_default();
        let tick = if wait.is_zero() { Duration::ZERO } else { TICK };
        let at = self.clock.since_boot().saturating_add(wait + tick);
        self.turns.push(Reverse((at, source)));
    }

    /// Adds a turn that is due now.
    pub(super) fn add_now(&mut self, source: SourceId) {
        self.turns.push(Reverse((self.clock.since_boot(), source)));
    }

    /// How long the first turn is to wait; zero: it is due. `None`: there is none.
    pub(super) fn wait(&self) -> Option<Duration> {
        let Reverse((at, _)) = self.turns.peek()?;
        Some(at.saturating_sub(self.clock.since_boot()))
    }

    /// Takes the first turn, if it is due.
    pub(super) fn take_due(&mut self) -> Option<SourceId> {
        self.wait().filter(Duration::is_zero)?;
        self.turns.pop().map(|Reverse((_, source))| source)
    }

    /// The due time of the first turn by the wall clock, which may have passed already. `None` if the queue is empty.
    pub(super) fn next(&self) -> Option<Timestamp> {
        let Reverse((at, _)) = self.turns.peek()?;
        let (now, up) = (self.clock.now(), self.clock.since_boot());
        let wait = chrono::Duration::from_std(at.saturating_sub(up)).ok()?;
        let late = chrono::Duration::from_std(up.saturating_sub(*at)).ok()?;
        now.checked_add_signed(wait - late)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn steps_of_the_wall_clock_move_no_turn() {
        let clock = Arc::new(ManualClock::at(Timestamp::default()));
        let hour = Duration::from_secs(3600);
        for step in [chrono::Duration::days(30), -chrono::Duration::days(30)] {
            let mut queue = Queue::new(clock.clone());
            let source = SourceId::new("s").expect("an id");
            queue.add(clock.now() + hour, source.clone());
            clock.step(step);
            clock.advance(hour - TICK);
            assert_eq!(queue.take_due(), None, "{step}");
            clock.advance(TICK * 2);
            assert_eq!(queue.take_due(), Some(source), "{step}");
        }
    }
}
