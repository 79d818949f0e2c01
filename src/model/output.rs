//! An outbound feed's identity and shape.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use url::Url;

use super::OutputId;

words! {
    /// What counts as the same release in an output.
    Duplicates {
        /// One item per story, whatever layer joined it.
        Near = "near",
        /// One item per GUID, URL or text; near-duplicates stand for themselves.
        Exact = "exact",
        /// One item per entry.
        Off = "off",
    }
}

words! {
    /// What becomes of a corrected release.
    Updates {
        /// Its item shows the newest edition, under the same id.
        Replace = "replace",
        /// Every newer edition is an item of its own.
        Announce = "announce",
    }
}

words! {
    /// How much of an entry an output carries.
    ContentForm {
        /// The whole body.
        Full = "full",
        /// The summary, or the start of the text.
        Summary = "summary",
        /// Title and link.
        Link = "link",
    }
}

words! {
    /// What becomes of an entry that its publisher withdraws.
    WithdrawalRule {
        /// It is told, and stays.
        Report = "report",
        /// It is told, and is no longer shown.
        Follow = "follow",
    }
}

/// What an output's documents say of themselves, beside their title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Face {
    /// BCP 47 tag of what is written in it.
    pub language: Option<String>,
    /// A square picture.
    pub icon: Option<Url>,
    /// Who publishes it.
    pub author: Option<String>,
    /// The WebSub hub that readers may subscribe at.
    pub hub: Option<Url>,
}

/// An outbound feed as configured. Its rules live in `select`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Unique among outputs; its path over HTTP.
    pub id: OutputId,
    /// Plain text.
    pub title: String,
    /// How many items its documents hold.
    pub max_entries: NonZeroU32,
    /// How many bytes each of its documents may have; `None`: as many as its items take.
    pub max_bytes: Option<NonZeroU64>,
    /// Items older than this leave its documents; `None`: age does not matter.
    pub max_age: Option<Duration>,
    /// What counts as one release.
    pub duplicates: Duplicates,
    /// What becomes of a corrected release.
    pub updates: Updates,
    /// What becomes of an entry that its publisher withdraws.
    pub withdrawals: WithdrawalRule,
    /// How much of an entry its documents carry.
    pub content: ContentForm,
    /// With `{title}` and `{source}`.
    pub title_format: String,
    /// Name the other sources in a line at the end of the content.
    pub also_in: bool,
    /// Put what was last corrected in an item under its content.
    pub show_changes: bool,
    /// Of one source its documents hold at most so many items, the newest; `None`: as many as there are.
    pub max_per_source: Option<NonZeroU32>,
    /// What its documents say of themselves.
    pub face: Face,
}
