//! Which hub is to be told of what, and when: bursts are gathered, failures tried again, then given up.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use url::Url;

use crate::model::OutputId;

/// News waits so long for more: what changes together is told together.
const GATHER: Duration = Duration::from_millis(250);
/// Least time between two notices to one hub.
const GAP: Duration = Duration::from_secs(2);
/// How long to wait after each failure in a row; after one more the hub is given up until there is other news.
const DELAYS: [Duration; 4] = [
    Duration::from_secs(2),
    Duration::from_secs(15),
    Duration::from_secs(120),
    Duration::from_secs(600),
];
/// Outputs told of in one notice; the rest follows in the next.
const OUTPUTS_AT_ONCE: usize = 32;

/// What every hub is still to be told.
#[derive(Debug, Default)]
pub struct Ledger(BTreeMap<Url, Standing>);

/// What stands between one hub and us.
#[derive(Debug)]
struct Standing {
    /// Outputs with news that it has not taken.
    news: BTreeSet<OutputId>,
    not_before: Instant,
    /// Whether a notice is under way: one at a time.
    is_asked: bool,
    /// Failures in a row with this news.
    failures: usize,
    said: Said,
}

/// What of a trouble was said: each once, until it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Nothing,
    Fails,
    GivenUp,
}

/// What a hub is to be told now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whom.
    pub hub: Url,
    /// The outputs that have news; never none.
    pub outputs: BTreeSet<OutputId>,
}

/// Why a notice was not taken, as far as it decides what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setback {
    /// How long the hub asks to be left alone (`Retry-After`).
    pub wait: Option<Duration>,
    /// Trying again would change nothing: we do not ask it ourselves.
    pub is_final: bool,
}

/// What becomes of a notice that was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// When it is tried again; `None`: only with other news.
    pub retry_in: Option<Duration>,
    /// Whether this was not said of the hub since it last took a notice.
    pub is_unsaid: bool,
}

impl Ledger {
    /// An output has news, for its hub.
    pub fn add(&mut self, hub: &Url, output: OutputId, now: Instant) {
        let standing = self.0.entry(hub.clone()).or_insert_with(|| Standing {
            news: BTreeSet::new(),
            not_before: now,
            is_asked: false,
            failures: 0,
            said: Said::Nothing,
        });
        if standing.news.is_empty() {
            standing.not_before = standing.not_before.max(now + GATHER);
        }
        standing.news.insert(output);
    }

    /// When the next notice is due; `None`: there is none to send.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        let open = self.0.values().filter(|standing| standing.is_open());
        open.map(|standing| standing.not_before).min()
    }

    /// The notices that are due. Each is to be answered with [`Self::taken`] or [`Self::failed`].
    pub fn take_due(&mut self, now: Instant) -> Vec<Notice> {
        self.take(|standing| standing.not_before <= now)
    }

    /// What can still be told before the end: neither gap nor gathering counts any more, what a hub in trouble was promised
    /// does.
    pub fn take_last(&mut self) -> Vec<Notice> {
        self.take(|standing| standing.failures == 0 && standing.said == Said::Nothing)
    }

    fn take(&mut self, wanted: impl Fn(&Standing) -> bool) -> Vec<Notice> {
        let open = self.0.iter_mut();
        open.filter(|(_, standing)| standing.is_open() && wanted(standing))
            .map(|(hub, standing)| {
                standing.is_asked = true;
                let rest = standing.news.iter().nth(OUTPUTS_AT_ONCE).cloned();
                let rest = rest.map(|first| standing.news.split_off(&first));
                Notice {
                    hub: hub.clone(),
                    outputs: std::mem::replace(&mut standing.news, rest.unwrap_or_default()),
                }
            })
            .collect()
    }

    /// The hub took the notice. Whether it had been in trouble.
    pub fn taken(&mut self, notice: &Notice, now: Instant) -> bool {
        let Some(standing) = self.0.get_mut(&notice.hub) else {
            return false;
        };
        standing.is_asked = false;
        standing.failures = 0;
        standing.not_before = now + GAP;
        std::mem::replace(&mut standing.said, Said::Nothing) != Said::Nothing
    }

    /// The hub did not take the notice: what it told of is told again, or given up. What the hub asks for is kept either way.
    pub fn failed(&mut self, notice: Notice, setback: Setback, now: Instant) -> Verdict {
        let Some(standing) = self.0.get_mut(&notice.hub) else {
            return Verdict {
                retry_in: None,
                is_unsaid: false,
            };
        };
        standing.is_asked = false;
        let delay = DELAYS.get(standing.failures).filter(|_| !setback.is_final);
        let wait = setback.wait.unwrap_or_default();
        let wait = wait.max(*delay.unwrap_or(&GAP));
        standing.not_before = now + wait;
        let say = if delay.is_some() {
            standing.failures += 1;
            standing.news.extend(notice.outputs);
            Said::Fails
        } else {
            standing.failures = 0;
            Said::GivenUp
        };
        let is_unsaid = standing.said < say;
        standing.said = standing.said.max(say);
        Verdict {
            retry_in: delay.map(|_| wait),
            is_unsaid,
        }
    }

    /// Forgets the hubs that are nobody's any more.
    pub fn retain(&mut self, is_known: impl Fn(&Url) -> bool) {
        self.0.retain(|hub, _| is_known(hub));
    }
}

impl Standing {
    fn is_open(&self) -> bool {
        !self.is_asked && !self.news.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Setback = Setback {
        wait: None,
        is_final: false,
    };

    fn hub() -> Url {
        Url::parse("https://hub.example/").expect("a URL")
    }

    fn id(nth: usize) -> OutputId {
        OutputId::new(&format!("o{nth:02}")).expect("an id")
    }

    /// A ledger with this news, gathered; and the moment.
    fn with(news: &[usize]) -> (Ledger, Instant) {
        let (mut ledger, now) = (Ledger::default(), Instant::now());
        for nth in news {
            ledger.add(&hub(), id(*nth), now);
        }
        (ledger, now + GATHER)
    }

    fn one(notices: Vec<Notice>) -> Notice {
        let [notice] = <[Notice; 1]>::try_from(notices).expect("one notice");
        notice
    }

    #[test]
    fn a_burst_is_one_notice_and_the_next_keeps_a_gap() {
        let (mut ledger, now) = with(&[1, 2, 1]);
        assert!(ledger.take_due(now - GATHER).is_empty());
        assert_eq!(ledger.next_due(), Some(now));
        let notice = one(ledger.take_due(now));
        assert_eq!(notice.outputs, BTreeSet::from([id(1), id(2)]));
        // One at a time.
        ledger.add(&hub(), id(1), now);
        assert_eq!(ledger.next_due(), None);
        assert!(!ledger.taken(&notice, now));
        assert_eq!(ledger.next_due(), Some(now + GAP));
        assert_eq!(
            one(ledger.take_due(now + GAP)).outputs,
            BTreeSet::from([id(1)])
        );
    }

    #[test]
    fn hubs_do_not_wait_for_each_other() {
        let (mut ledger, now) = with(&[1]);
        let slow = one(ledger.take_due(now));
        let other = Url::parse("https://other.example/").expect("a URL");
        ledger.add(&other, id(1), now);
        let quick = one(ledger.take_due(now + GATHER));
        assert_eq!((slow.hub, quick.hub), (hub(), other));
    }

    #[test]
    fn many_outputs_are_told_in_several_notices() {
        let all: Vec<usize> = (0..=OUTPUTS_AT_ONCE).collect();
        let (mut ledger, now) = with(&all);
        let first = one(ledger.take_due(now));
        assert_eq!(first.outputs.len(), OUTPUTS_AT_ONCE);
        ledger.taken(&first, now);
        let rest = one(ledger.take_due(now + GAP));
        assert_eq!(rest.outputs, BTreeSet::from([id(OUTPUTS_AT_ONCE)]));
    }

    #[test]
    fn failures_are_tried_again_ever_later_and_then_given_up() {
        let (mut ledger, mut now) = with(&[1]);
        for (nth, delay) in DELAYS.into_iter().enumerate() {
            let notice = one(ledger.take_due(now));
            let verdict = ledger.failed(notice, PLAIN, now);
            assert_eq!(verdict.retry_in, Some(delay));
            assert_eq!(verdict.is_unsaid, nth == 0);
            // News of other outputs goes along, and changes no turn.
            ledger.add(&hub(), id(2), now);
            assert!(ledger.take_due(now + delay - GATHER).is_empty());
            now += delay;
        }
        let last = one(ledger.take_due(now));
        assert_eq!(last.outputs, BTreeSet::from([id(1), id(2)]));
        let verdict = ledger.failed(last, PLAIN, now);
        assert_eq!((verdict.retry_in, verdict.is_unsaid), (None, true));
        assert_eq!(ledger.next_due(), None);

        // Other news begins anew, but what was said was said.
        ledger.add(&hub(), id(3), now);
        now += GAP;
        let notice = one(ledger.take_due(now));
        assert_eq!(notice.outputs, BTreeSet::from([id(3)]));
        let verdict = ledger.failed(notice, PLAIN, now);
        assert_eq!(verdict.retry_in, Some(DELAYS[0]));
        assert!(!verdict.is_unsaid);
        let notice = one(ledger.take_due(now + DELAYS[0]));
        assert!(ledger.taken(&notice, now), "it was in trouble");
    }

    #[test]
    fn what_the_hub_asks_for_is_kept() {
        let hour = Duration::from_secs(3600);
        for is_final in [false, true] {
            let (mut ledger, now) = with(&[1]);
            let notice = one(ledger.take_due(now));
            let wait = Some(hour);
            let verdict = ledger.failed(notice, Setback { wait, is_final }, now);
            assert_eq!(verdict.retry_in, wait.filter(|_| !is_final));
            ledger.add(&hub(), id(2), now);
            assert_eq!(ledger.next_due(), Some(now + hour));
            assert!(ledger.take_last().is_empty());
        }
        // A shorter wait than ours hastens nothing.
        let (mut ledger, now) = with(&[1]);
        let notice = one(ledger.take_due(now));
        let (wait, is_final) = (Some(Duration::from_millis(1)), false);
        let verdict = ledger.failed(notice, Setback { wait, is_final }, now);
        assert_eq!(verdict.retry_in, Some(DELAYS[0]));
    }

    #[test]
    fn the_end_waits_for_no_gap() {
        let (mut ledger, now) = with(&[1]);
        let notice = one(ledger.take_due(now));
        ledger.taken(&notice, now);
        ledger.add(&hub(), id(2), now);
        assert_eq!(one(ledger.take_last()).outputs, BTreeSet::from([id(2)]));
    }
}
