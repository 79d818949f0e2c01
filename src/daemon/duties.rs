//! What the publisher has to do, and in which order; pure.

use std::collections::BTreeSet;

/// The publisher's tasks, in the order in which they are done: what decides over documents comes before what makes them, and what
/// readers wait for before what can wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Task {
    /// Find out whether another process has written to the store, and by which rules.
    LookElsewhere,
    /// Begin to apply rules that may have changed to what is stored.
    BeginReplay,
    /// Judge the stories in the outbox, and publish the outputs that differ.
    CatchUp,
    /// Render every document anew; those with the same bytes stay.
    PublishAll,
    /// Apply changed rules to the next part of what is stored.
    ReplayStep,
    /// Publish the outputs whose oldest item has had its time.
    Expire,
    /// Examine the sources for `/health.atom` and `/sources.opml`.
    ExamineSources,
    /// Take note of an archive document that was cut, and begin the next.
    Archive,
    /// Take note of a pass of retention that has ended, and begin one that is due.
    Retain,
    /// Log which parts of rules do nothing.
    ReportIdleRules,
}

/// What decides whether a task can be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// Whether documents are shown. Before the first pass over the sources has ended, what changed waits in the outbox.
    pub(super) is_open: bool,
    /// Whether changed rules are being applied to what is stored, or much of it waits to be judged.
    pub(super) is_replaying: bool,
}

impl Task {
    /// Whether it can be done now.
    fn is_ready(self, standing: Standing) -> bool {
        match self {
            Self::LookElsewhere
            | Self::Expire
            | Self::ExamineSources
            | Self::Archive
            | Self::Retain => true,
            Self::BeginReplay | Self::CatchUp | Self::PublishAll | Self::ReplayStep => {
                standing.is_open
            }
            // Before the replay has ended, a rule has not judged everything.
            Self::ReportIdleRules => standing.is_open && !standing.is_replaying,
        }
    }
}

/// The tasks that are to be done. Each stays until it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Duties(BTreeSet<Task>);

impl Duties {
    /// Adds a task. Documents are rendered anew from what was judged, so the outbox is emptied before.
    pub(super) fn add(&mut self, task: Task) {
        if task == Task::PublishAll {
            self.0.insert(Task::CatchUp);
        }
        self.0.insert(task);
    }

    /// Strikes off a task that was done.
    pub(super) fn strike_off(&mut self, task: Task) {
        self.0.remove(&task);
    }

    /// The task to do next: the first in order that is ready. `None`: there is none, or the rest has to wait.
    pub(super) fn next(&self, standing: Standing) -> Option<Task> {
        let mut tasks = self.0.iter().copied();
        tasks.find(|task| task.is_ready(standing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Task::{
        Archive, BeginReplay, CatchUp, ExamineSources, Expire, LookElsewhere, PublishAll,
        ReplayStep, ReportIdleRules, Retain,
    };

    const CLOSED: Standing = Standing {
        is_open: false,
        is_replaying: false,
    };
    const OPEN: Standing = Standing {
        is_open: true,
        is_replaying: false,
    };
    const REPLAYING: Standing = Standing {
        is_open: true,
        is_replaying: true,
    };

    /// What is to be done, how things stand, and what is done, in this order.
    type Case = (&'static [Task], Standing, &'static [Task]);

    const CASES: &[Case] = &[
        (&[], OPEN, &[]),
        // The order does not depend on the order in which tasks were added.
        (
            &[Archive, CatchUp, LookElsewhere],
            OPEN,
            &[LookElsewhere, CatchUp, Archive],
        ),
        (
            &[
                ReportIdleRules,
                Retain,
                Archive,
                ExamineSources,
                Expire,
                ReplayStep,
                PublishAll,
                CatchUp,
                BeginReplay,
                LookElsewhere,
            ],
            OPEN,
            &[
                LookElsewhere,
                BeginReplay,
                CatchUp,
                PublishAll,
                ReplayStep,
                Expire,
                ExamineSources,
                Archive,
                Retain,
                ReportIdleRules,
            ],
        ),
        // Nothing is rendered before the outbox is empty.
        (&[PublishAll], OPEN, &[CatchUp, PublishAll]),
        // Before the first pass has ended, nothing is judged or shown.
        (
            &[
                BeginReplay,
                CatchUp,
                PublishAll,
                ReplayStep,
                ReportIdleRules,
            ],
            CLOSED,
            &[],
        ),
        (
            &[
                LookElsewhere,
                CatchUp,
                Expire,
                ExamineSources,
                Archive,
                Retain,
            ],
            CLOSED,
            &[LookElsewhere, Expire, ExamineSources, Archive, Retain],
        ),
        // Rules are only said to do nothing once they have judged everything.
        (
            &[CatchUp, ReplayStep, ReportIdleRules],
            REPLAYING,
            &[CatchUp, ReplayStep],
        ),
    ];

    #[test]
    fn tasks_are_done_in_their_order_when_they_are_ready() {
        for (added, standing, expected) in CASES {
            let mut duties = Duties::default();
            for task in *added {
                duties.add(*task);
            }
            let mut done = Vec::new();
            while let Some(task) = duties.next(*standing) {
                done.push(task);
                duties.strike_off(task);
            }
            assert_eq!(done, *expected, "{added:?}, {standing:?}");
        }
    }

    #[test]
    fn a_task_that_failed_comes_first_again_and_those_that_wait_are_kept() {
        let mut duties = Duties::default();
        duties.add(CatchUp);
        duties.add(Expire);
        assert_eq!(duties.next(OPEN), Some(CatchUp));
        assert_eq!(duties.next(OPEN), Some(CatchUp));
        assert_eq!(duties.next(CLOSED), Some(Expire));
        duties.strike_off(Expire);
        assert_eq!(duties.next(CLOSED), None);
        assert_eq!(duties.next(OPEN), Some(CatchUp));
    }
}
