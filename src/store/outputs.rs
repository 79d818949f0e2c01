//! What outputs decided about stories, and what the store knows of each output.

use std::collections::BTreeMap;

use crate::model::{EntryId, OutputId, Showing, Slot, StoryId, Timestamp};

/// What the outputs decided about one story, as it stood at one revision.
#[derive(Debug, Clone)]
pub struct Membership {
    /// The story judged.
    pub story: StoryId,
    /// The revision judged: the decision is dropped when the story has moved on, and the outbox keeps it.
    pub revision: i64,
    /// For each output judged, the items that it keeps of the story; an empty list: none.
    pub kept: Vec<(OutputId, Vec<KeptItem>)>,
    /// The entries that outputs do not show because they were taken back, by an operator or their publisher; outputs without any are left
    /// out.
    pub taken_back: BTreeMap<OutputId, Vec<EntryId>>,
}

/// One item that an output keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptItem {
    /// Which part of the story it is.
    pub slot: Slot,
    /// What it shows; `updated`: as it is should it enter now.
    pub showing: Showing,
    /// The outbound id to use when the item enters and nobody else in the output has it.
    pub item_id: String,
    /// The outbound id to use when `item_id` is taken by another story; unique by derivation.
    pub fallback_id: String,
    /// Its place, should it enter now.
    pub ordered_at: Timestamp,
}

/// An output as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputState {
    /// The output.
    pub id: OutputId,
    /// Whether it must be replayed: never was, or its rules differ from those it was last replayed with.
    pub stale: bool,
    /// Whether all of its membership is by one set of rules: these, or those of before if it is stale from now on.
    pub whole: bool,
    /// Whether a replay by these rules is under way that no verdict by others has crossed.
    pub replaying: bool,
    /// Whether its documents were ever rendered ([`super::Store::stamp`]); with an empty store the first follow the first pass.
    pub rendered: bool,
    /// The base of all links when it was first registered. The ids of its documents follow from it.
    pub id_base: String,
}

/// How much is to be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Whether many stories wait in the outbox.
    pub is_outbox_long: bool,
    /// Whether many stories are stored, which a replay has to judge.
    pub is_history_long: bool,
}

/// Which bodies of entries are read with stories. `All` is the greater, so that the maximum of two suffices for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bodies {
    /// Only those of stories of several entries, because the most complete of them is shown. The only entry of a story comes without
    /// text, HTML and summary.
    OfSeveral,
    /// All of them.
    All,
}

/// An output's documents as last rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentStamp {
    /// When their bytes last changed: `Last-Modified`.
    pub changed_at: Timestamp,
}

/// From when to when, on the places of entries, a part of a rule did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSpan {
    /// Whose rule: `output ID` or `source ID`.
    pub rule: String,
    /// Which part, in words that outlast its place in the rule; empty: all that the rule has judged.
    pub part: String,
    /// The place of the first entry.
    pub first: Timestamp,
    /// The place of the last.
    pub last: Timestamp,
}
