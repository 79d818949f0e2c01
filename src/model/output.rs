//! An outbound feed's identity and shape.

use std::num::NonZeroU32;
use std::time::Duration;

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

/// An outbound feed as configured. Its rules live in `select`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Unique among outputs; its path over HTTP.
    pub id: OutputId,
    /// Plain text.
    pub title: String,
    /// How many items its documents hold.
    pub max_entries: NonZeroU32,
    /// Items older than this leave its documents; `None`: age does not matter.
    pub max_age: Option<Duration>,
    /// What counts as one release.
    pub duplicates: Duplicates,
    /// What becomes of a corrected release.
    pub updates: Updates,
    /// How much of an entry its documents carry.
    pub content: ContentForm,
    /// With `{title}` and `{source}`.
    pub title_format: String,
    /// Name the other sources in a line at the end of the content.
    pub also_in: bool,
}
