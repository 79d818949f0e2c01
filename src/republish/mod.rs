//! Outwards, for what changed: take changed stories → judge them for every
//! output → keep the membership → read the windows → render the documents.
//!
//! Goes in: stories from the outbox. Comes out: documents. Nothing here scans
//! the store for one new entry; only a changed rule is replayed over history.
//!
//! - `plan`, `rules_hash`: what is published, and by which rules; `publication`: the same as the store has registered it
//! - `judge` (with `slots`): the one verdict on a story, read by `explain` and `preview` too; `holders`: which outputs have it
//! - `window`: which items are shown; `reading`: the same asked of the store; `last_shown`: what still holds of the last time
//! - `fragment`, `document_writer`, `assemble`: items and documents; `render`: the two of them for many outputs
//! - `replay` (with `judged_ahead`), `rule_watch`, `tally`: a changed rule over the history, and what judging shows of rules
//! - `start`: what a start shows before it judges
//! - `explain`, `preview` (with `trial`): the verdicts told to a person, and what another rule would change
//! - `archive`, `reach`: what leaves a window

mod archive;
mod assemble;
mod document_writer;
mod explain;
mod fragment;
mod holders;
mod judge;
mod judged_ahead;
mod last_shown;
mod part_key;
mod plan;
mod preview;
mod publication;
mod reach;
mod reading;
mod redaction;
mod render;
mod rendered;
mod replay;
mod republisher;
mod rule_watch;
mod rules_hash;
mod slots;
mod start;
mod tally;
mod trial;
mod window;

pub use archive::Archivist;
pub use explain::{Explained, ItemVerdict, StoryVerdict, explain, explain_story};
pub use holders::holders;
pub use plan::{OutputPlan, Plan, RuleOwner, SourcePlan};
pub use preview::{Difference, Preview, Previewed, preview};
pub use reach::Reach;
pub use redaction::redact_archives;
pub use rendered::{Rendered, windows};
pub use republisher::{CaughtUp, Republisher};
pub use start::StartState;
pub use tally::{IdlePart, idle_parts};
pub use trial::{IsKeptBack, KeptBack, Trial};
