//! The least pace at which a reader must take what it asked for.

use std::time::Duration;

/// The pace is measured over so many slots, which are 30 seconds together.
const SLOTS: usize = 6;
const SLOT: Duration = Duration::from_secs(5);
/// What a reader takes at least in that time, in bytes: 1 KiB/s.
const LEAST: u64 = 30 * 1024;

/// Measures the pace of one connection over a window that slides in steps of five seconds. It reads no clock: its time is
/// the time spent waiting for the other side, so that rests between requests count for nothing.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Bytes taken, in a ring of slots.
    slots: [u64; SLOTS],
    current: usize,
    /// Waiting time since the current slot began.
    in_slot: Duration,
    /// Slots that have passed, up to all of them: before that nobody is too slow.
    passed: usize,
}

impl Pace {
    /// The other side took so many bytes.
    pub(super) fn took(&mut self, bytes: usize) {
        self.slots[self.current] = self.slots[self.current].saturating_add(bytes as u64);
    }

    /// The other side was waited for. Returns whether it still keeps pace; who has stopped altogether is found out
    /// after 30 seconds at the earliest and 35 at the latest.
    pub(super) fn waited(&mut self, time: Duration) -> bool {
        self.in_slot += time;
        while self.in_slot >= SLOT {
            self.in_slot -= SLOT;
            self.passed = (self.passed + 1).min(SLOTS);
            if self.passed == SLOTS && self.slots.iter().sum::<u64>() < LEAST {
                return false;
            }
            self.current = (self.current + 1) % SLOTS;
            self.slots[self.current] = 0;
        }
        true
    }

    /// How much more waiting there may be before the pace is to be judged again; more than nothing.
    pub(super) fn until_judged(&self) -> Duration {
        SLOT - self.in_slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many seconds a reader is given up that takes these bytes each second; `None`: not within an hour.
    fn given_up(taken: impl Fn(u64) -> usize) -> Option<u64> {
        let mut pace = Pace::default();
        (1..=3600).find(|second| {
            pace.took(taken(*second));
            !pace.waited(Duration::from_secs(1))
        })
    }

    #[test]
    fn less_than_a_kibibyte_a_second_is_too_slow() {
        type Taken = fn(u64) -> usize;
        let cases: [(&str, Taken, Option<u64>); 8] = [
            ("nothing", |_| 0, Some(30)),
            (
                "a few bytes a minute",
                |at| usize::from(at % 20 == 1),
                Some(30),
            ),
            ("just too little", |_| 1023, Some(30)),
            ("just enough", |_| 1024, None),
            ("4 KiB/s", |_| 4096, None),
            // A window of 64 KiB that opens each time it is empty.
            (
                "4 KiB/s in lumps",
                |at| if at % 16 == 0 { 65_536 } else { 0 },
                None,
            ),
            (
                "a megabyte at first",
                |at| if at == 1 { 1 << 20 } else { 0 },
                Some(35),
            ),
            (
                "well for ten minutes",
                |at| if at < 600 { 2048 } else { 0 },
                Some(615),
            ),
        ];
        for (name, taken, expected) in cases {
            assert_eq!(given_up(taken), expected, "{name}");
        }
    }

    #[test]
    fn the_time_to_the_next_judgement_is_what_is_left_of_the_slot() {
        let mut pace = Pace::default();
        assert_eq!(pace.until_judged(), SLOT);
        assert!(pace.waited(Duration::from_millis(1500)));
        assert_eq!(pace.until_judged(), Duration::from_millis(3500));
        assert!(pace.waited(Duration::from_millis(3500)));
        assert_eq!(pace.until_judged(), SLOT);
    }
}
