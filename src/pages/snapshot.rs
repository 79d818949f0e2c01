//! What takes long to make, kept for a moment. One task makes it at a time, and ends what it began though nobody waits any more:
//! otherwise a machine on which it takes longer than a page may would never have it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::made::NoPage;
use crate::clock::Clock;

/// How old it may be.
const KEPT_FOR: Duration = Duration::from_secs(5);
/// How many times longer than it took to make, it is kept at most: what costs nothing is always of now.
const KEPT_FOR_ITS_COST: u32 = 50;
/// How long to wait for a new one while there is an old one.
const PATIENCE: Duration = Duration::from_secs(1);
/// How old one may be that is shown because a new one takes long.
const OLD_AT_MOST: Duration = Duration::from_mins(1);
/// Why there is none.
const NOT_MADE: &str = "the sources could not be read: try again in a few seconds\n";

/// The value that was made last.
pub(super) struct Snapshot<T> {
    clock: Arc<dyn Clock>,
    last: watch::Sender<Option<Taken<T>>>,
    is_being_made: AtomicBool,
}

/// A value, and on the boot clock when it was there, and until when it counts as new.
struct Taken<T> {
    value: Arc<T>,
    at: Duration,
    new_until: Duration,
}

impl<T: Send + Sync + 'static> Snapshot<T> {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            last: watch::Sender::new(None),
            is_being_made: AtomicBool::new(false),
        }
    }

    /// A value that `fits`: the last one if it is new, else what `make` gives. Where that takes long, the last one, if it is not too
    /// old.
    pub(super) async fn read(
        self: &Arc<Self>,
        fits: impl Fn(&T) -> bool,
        make: impl Future<Output = Result<T, NoPage>> + Send + 'static,
    ) -> Result<Arc<T>, NoPage> {
        let now = self.clock.since_boot();
        if let Some(value) = self.last(&fits, |last| now < last.new_until) {
            return Ok(value);
        }
        let old = self.last(&fits, |last| now < last.at + OLD_AT_MOST);
        let making = self.made(&fits, make);
        let Some(old) = old else { return making.await };
        let made = tokio::time::timeout(PATIENCE, making).await;
        made.unwrap_or(Ok(old))
    }

    fn last(
        &self,
        fits: impl Fn(&T) -> bool,
        is_recent: impl Fn(&Taken<T>) -> bool,
    ) -> Option<Arc<T>> {
        let last = self.last.borrow();
        let last = last.as_ref().filter(|last| fits(&last.value));
        let last = last.filter(|last| is_recent(last))?;
        Some(last.value.clone())
    }

    /// The value of `make`, or of whoever is making one already.
    async fn made(
        self: &Arc<Self>,
        fits: impl Fn(&T) -> bool,
        make: impl Future<Output = Result<T, NoPage>> + Send + 'static,
    ) -> Result<Arc<T>, NoPage> {
        // Before it is seen whether somebody is making one, so that the end of that is not missed.
        let mut end = self.last.subscribe();
        if self.is_being_made.swap(true, Ordering::AcqRel) {
            let began = self.clock.since_boot();
            // The sender is ours: it is there.
            let _ = end.changed().await;
            let value = self.last(fits, |last| last.at >= began);
            return value.ok_or(NoPage::Busy(NOT_MADE));
        }
        let turn = Making(self.clone());
        let task = tokio::spawn(turn.make(make));
        // A panic is told where it happens.
        task.await.unwrap_or(Err(NoPage::Busy(NOT_MADE)))
    }
}

/// The turn of who is making a value. Whatever comes of it, whoever waits hears of its end.
struct Making<T>(Arc<Snapshot<T>>);

impl<T> Making<T> {
    async fn make(self, make: impl Future<Output = Result<T, NoPage>>) -> Result<Arc<T>, NoPage> {
        let began = self.0.clock.since_boot();
        let value = Arc::new(make.await?);
        let at = self.0.clock.since_boot();
        let cost = at.saturating_sub(began);
        let taken = Taken {
            value: value.clone(),
            at,
            new_until: at + KEPT_FOR.min(cost * KEPT_FOR_ITS_COST),
        };
        // Nobody is told yet: the end of the turn does that.
        self.0.last.send_if_modified(|last| {
            *last = Some(taken);
            false
        });
        Ok(value)
    }
}

impl<T> Drop for Making<T> {
    fn drop(&mut self) {
        self.0.is_being_made.store(false, Ordering::Release);
        self.0.last.send_modify(|_| ());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::{KEPT_FOR, NOT_MADE, NoPage, OLD_AT_MOST, Snapshot};
    use crate::clock::{ManualClock, SystemClock};
    use crate::model::Timestamp;

    type Numbers = Arc<Snapshot<u32>>;

    fn numbers() -> (Arc<ManualClock>, Numbers) {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        (clock.clone(), Arc::new(Snapshot::new(clock)))
    }

    /// What is read where making it takes so long by the clock.
    async fn read(clock: &Arc<ManualClock>, numbers: &Numbers, new: u32, cost: Duration) -> u32 {
        let clock = clock.clone();
        let make = async move {
            clock.advance(cost);
            Ok(new)
        };
        let read = numbers.read(|number| *number < 100, make).await;
        *read.expect("made")
    }

    #[tokio::test]
    async fn what_costs_much_is_kept_and_what_costs_nothing_is_of_now() {
        let (clock, numbers) = numbers();
        let (nothing, little, much) = (
            Duration::ZERO,
            Duration::from_millis(10),
            Duration::from_secs(1),
        );
        assert_eq!(read(&clock, &numbers, 1, nothing).await, 1);
        assert_eq!(read(&clock, &numbers, 2, little).await, 2);
        clock.advance(little * 49);
        assert_eq!(read(&clock, &numbers, 3, nothing).await, 2);
        clock.advance(little);
        assert_eq!(read(&clock, &numbers, 4, much).await, 4);
        clock.advance(KEPT_FOR - little);
        assert_eq!(read(&clock, &numbers, 5, nothing).await, 4);
        clock.advance(little);
        assert_eq!(read(&clock, &numbers, 100, much).await, 100);
        assert_eq!(
            read(&clock, &numbers, 6, much).await,
            6,
            "that one does not fit"
        );
    }

    #[tokio::test]
    async fn one_makes_it_and_ends_what_it_began() {
        let numbers = Arc::new(Snapshot::new(Arc::new(SystemClock)));
        let (send, receive) = oneshot::channel();
        let any = |_: &u32| true;
        let slow = async move { receive.await.map_err(|_| NoPage::Missing) };
        // Who has begun it goes away.
        let short = Duration::from_millis(20);
        let given_up = tokio::time::timeout(short, numbers.read(any, slow)).await;
        assert!(given_up.is_err());
        let never = || async { panic!("somebody is making it") };
        let waiting = tokio::spawn({
            let numbers = numbers.clone();
            async move { numbers.read(any, never()).await }
        });
        tokio::time::sleep(short).await;
        send.send(7).expect("it is being made");
        let read = waiting.await.expect("no panic").expect("made");
        assert_eq!(*read, 7);
    }

    #[tokio::test]
    async fn an_old_one_is_shown_while_a_new_one_takes_long() {
        let (clock, numbers) = numbers();
        assert_eq!(read(&clock, &numbers, 1, Duration::from_secs(9)).await, 1);
        let any = |_: &u32| true;
        clock.advance(KEPT_FOR);
        let old = numbers.read(any, std::future::pending()).await;
        assert_eq!(*old.expect("there is one"), 1);
        clock.advance(OLD_AT_MOST);
        let wait = Duration::from_millis(20);
        let read = numbers.read(any, std::future::pending());
        let read = tokio::time::timeout(wait, read).await;
        assert!(read.is_err(), "it is too old");
    }

    #[tokio::test]
    async fn after_a_failure_the_next_one_makes_it() {
        let (clock, numbers) = numbers();
        let any = |_: &u32| true;
        for failure in [false, true] {
            let failing = async move {
                assert!(!failure, "a bug");
                Err(NoPage::Missing)
            };
            let failed = numbers.read(any, failing).await;
            match failed {
                Err(NoPage::Busy(why)) => assert_eq!((failure, why), (true, NOT_MADE)),
                Err(_) => assert!(!failure),
                Ok(number) => panic!("{number} was made"),
            }
        }
        assert_eq!(read(&clock, &numbers, 3, Duration::ZERO).await, 3);
    }
}
