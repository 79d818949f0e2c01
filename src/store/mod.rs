//! What the line remembers, and the only SQL.
//!
//! A [`Store`] speaks in whole steps, each one transaction: apply a refresh, take the changed stories, keep what the outputs
//! decided, read an output's window. It never fetches, never renders, and asks `dedupe` for every verdict, inside the
//! transaction that stores it: so two refreshes at once cannot make two stories of one release.
//!
//! From outside to inside: [`open`] chooses an engine for the location in [`Settings`]; `transactions` gives each method of
//! [`Store`] to that engine as one transaction; `steps` says what happens in it, for every engine alike, through the questions
//! of `rows`; an engine such as `sqlite` answers them. Every engine is held to the same suite (`tests/it/store_contract`).

mod activity;
mod ahead;
mod alignment;
mod archives;
mod condition;
mod contract;
mod disk;
mod engine;
mod error;
mod evidence;
mod location;
mod open;
mod outputs;
mod place;
mod read_store;
mod reading_room;
mod rows;
mod settings;
mod sqlite;
mod steps;
mod transactions;
mod turn;
mod upkeep;
mod windows;
mod withdrawals;

pub use activity::{ActivityRequest, LatestEntry, SourceActivity};
pub use alignment::Alignment;
pub use archives::{ArchiveDocument, Archived, ArchivedItem};
pub use condition::{StoreCondition, StoreTrouble, TroubleKind};
pub use contract::Store;
pub use disk::{Audience, Compacted, Usage};
pub use error::StoreError;
pub use evidence::{NearMiss, StoryEvidence};
pub use location::StoreLocation;
pub use open::{open, open_to_read};
pub use outputs::{Backlog, Bodies, DocumentStamp, KeptItem, Membership, OutputState, RuleSpan};
pub use place::Place;
pub use read_store::ReadStore;
pub use settings::{Opening, PathRule, Settings};
pub use upkeep::{Aged, Candidates, Passed, RetentionStore, Stripped, Upkeep};
pub use windows::{ItemVersion, ShownEntry, Versions, VersionsRequest, WhichItems, WindowItem};
pub use withdrawals::{NamedEntry, Redaction, TakenBack, Withdrawals, Withdrawn, WithdrawnStory};
