//! The closed sets that labels take their values from, beside those of `model`.

use crate::model::History;

/// What a poll may find of an entry.
pub(super) const CHANGES: [&str; 3] = ["new", "changed", "renamed"];
/// Classes of HTTP status.
pub(super) const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// A closed set of label values.
macro_rules! labels {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            pub(super) const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub(super) fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

labels! {
    /// A stage of the line.
    Stage {
        /// From a request to the end of its answer.
        Fetch = "fetch",
        /// Reading one document.
        Parse = "parse",
        /// Writing one refresh.
        Store = "store",
        /// Judging a batch of changed stories, and writing the verdicts.
        Judge = "judge",
        /// Reading an output's window and writing its documents.
        Render = "render",
    }
}

labels! {
    /// How a source is doing.
    Health {
        /// The last poll succeeded.
        Ok = "ok",
        /// The last poll failed.
        Failing = "failing",
        /// The publisher said that it is gone for good.
        Gone = "gone",
        /// Nobody has asked it so far.
        Unasked = "unasked",
    }
}

labels! {
    /// What the store was asked for.
    StoreUse {
        /// What a refresh reads and writes.
        Refresh = "refresh",
        /// What the queue is made by.
        Queue = "queue",
        /// What the outputs are judged and rendered by, and housekeeping.
        Republish = "republish",
        /// The watchdog's look.
        Probe = "probe",
    }
}

labels! {
    /// What a hub made of being told of news.
    HubAnswer {
        /// It took them.
        Taken = "taken",
        /// It did not, and is told again.
        Refused = "refused",
        /// It did not, and is told no more.
        GivenUp = "given_up",
    }
}

impl Health {
    /// What a source's history says.
    #[must_use]
    pub fn of(history: &History) -> Self {
        match history {
            history if history.gone => Self::Gone,
            history if history.errors > 0 => Self::Failing,
            history if history.last_attempt.is_none() => Self::Unasked,
            _ => Self::Ok,
        }
    }
}
