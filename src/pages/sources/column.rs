//! The columns of the table of sources, and how each sorts.

use std::cmp::Ordering;

use super::super::listing::ListedSource;

/// A column that the table may be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Id,
    State,
    Last,
    Success,
    Due,
    Entries,
    Copies,
    Errors,
}

impl Column {
    /// All of them, as they stand in the table.
    pub(super) const ALL: [Self; 8] = [
        Self::Id,
        Self::State,
        Self::Last,
        Self::Success,
        Self::Due,
        Self::Entries,
        Self::Copies,
        Self::Errors,
    ];

    /// The value of the parameter `sort`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::State => "state",
            Self::Last => "last",
            Self::Success => "success",
            Self::Due => "due",
            Self::Entries => "entries",
            Self::Copies => "copies",
            Self::Errors => "errors",
        }
    }

    /// The head of the column.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Id => "Source",
            Self::State => "State",
            Self::Last => "Last request",
            Self::Success => "Last success",
            Self::Due => "Next request",
            Self::Entries => "Entries",
            Self::Copies => "Copies",
            Self::Errors => "Errors in a row",
        }
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Entries | Self::Copies | Self::Errors)
    }

    /// Whether the end that one looks for comes first in descending order: the latest, the most.
    pub(super) fn begins_descending(self) -> bool {
        self.is_number() || matches!(self, Self::Last | Self::Success)
    }

    /// How two sources follow on each other, ascending. A moment that never was is before all others; one that never comes is after
    /// them.
    pub(super) fn compare(self, left: &ListedSource, right: &ListedSource) -> Ordering {
        let (one, other) = (&left.outlook.report, &right.outlook.report);
        match self {
            Self::Id => Ordering::Equal,
            Self::State => left.status.cmp(&right.status),
            Self::Last => one.history.last_attempt.cmp(&other.history.last_attempt),
            Self::Success => one.history.last_success.cmp(&other.history.last_success),
            Self::Due => {
                let due = |at: Option<_>| (at.is_none(), at);
                due(one.next_due).cmp(&due(other.next_due))
            }
            Self::Entries => one.entries.cmp(&other.entries),
            Self::Copies => one.duplicates.cmp(&other.duplicates),
            Self::Errors => one.history.errors.cmp(&other.history.errors),
        }
    }

    /// Sorts sources that stand by id.
    pub(super) fn sort(self, sources: &mut [&ListedSource], is_descending: bool) {
        match (self, is_descending) {
            (Self::Id, true) => sources.reverse(),
            (Self::Id, false) => {}
            // Equal ones stay by id whichever way.
            (_, false) => sources.sort_by(|left, right| self.compare(left, right)),
            (_, true) => sources.sort_by(|left, right| self.compare(right, left)),
        }
    }
}
