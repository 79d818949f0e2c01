//! How long a poll waits whose refresh is not in the store.
//!
//! The store knows nothing of that request, nor of what its answer asked for, so the wait is kept in memory.

use chrono::Duration;

use crate::model::Timestamp;

/// How long a source waits at least after a refresh that could not be stored or panicked; doubled each time in a row.
const AFTER_ACCIDENT: Duration = Duration::minutes(1);
/// Upper bound of that wait.
const AFTER_ACCIDENTS: Duration = Duration::days(1);

/// How often in a row the refreshes of a poll came to nothing, and how long it waits for that.
#[derive(Clone, Copy)]
pub(super) struct Accident {
    in_a_row: u32,
    wait: Duration,
    pub(super) until: Timestamp,
}

impl Accident {
    /// The next one of a row. `due`: when the source would be due if this one had been stored.
    pub(super) fn after(before: Option<&Self>, due: Option<Timestamp>, now: Timestamp) -> Self {
        let in_a_row = before.map_or(0, |before| before.in_a_row).saturating_add(1);
        let doubled = AFTER_ACCIDENT * 2_i32.saturating_pow((in_a_row - 1).min(16));
        let wanted = due.map_or(AFTER_ACCIDENTS, |due| due - now);
        let wait = doubled.min(AFTER_ACCIDENTS).max(wanted);
        let until = now + wait;
        Self {
            in_a_row,
            wait,
            until,
        }
    }

    /// The earliest time at which a source that is `due` may be asked. Setting the clock back does not lengthen the wait.
    pub(super) fn bind(&self, due: Timestamp, now: Timestamp) -> Timestamp {
        due.max(self.until.min(now + self.wait))
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::Accident;
    use crate::model::Timestamp;

    #[test]
    fn the_wait_doubles_and_keeps_what_the_answer_asked_for() {
        let now = Timestamp::default() + Duration::days(20_000);
        let mut last: Option<Accident> = None;
        for minutes in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440] {
            let next = Accident::after(last.as_ref(), Some(now), now);
            assert_eq!(next.until, now + Duration::minutes(minutes));
            last = Some(next);
        }
        let asked = now + Duration::days(3);
        let next = Accident::after(None, Some(asked), now);
        assert_eq!(next.bind(now, now), asked);
        let set_back = now - Duration::days(9);
        assert_eq!(next.bind(set_back, set_back), set_back + Duration::days(3));
    }
}
