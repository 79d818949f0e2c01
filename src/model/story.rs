//! Entries that are one release.

use super::{Entry, EntryId, Hash, SourceId, StoryId, Timestamp};

words! {
    /// How an entry relates to the one that its story began with.
    Relation {
        /// The story began with it.
        First = "first",
        /// The same release again.
        Same = "same",
        /// A corrected or newer version of it.
        Update = "update",
    }
}

words! {
    /// What joined an entry to its story.
    Layer {
        /// The publisher's identifier within its source.
        Guid = "guid",
        /// The canonical URL across sources.
        Url = "url",
        /// The hash of the normalized text across sources.
        Content = "content",
        /// Similarity of the texts.
        Near = "near",
        /// A person.
        Manual = "manual",
    }
}

/// Entries judged to be one release.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// Its row in the store.
    pub id: StoryId,
    /// Grows by one with every change to the story or a member; a verdict on an older one is void.
    pub revision: i64,
    /// The edition that it began with; older ones may have come later.
    pub began_at: Timestamp,
    /// By entry id: in the order they were first stored.
    pub members: Vec<Member>,
}

/// A stored entry as a member of its story.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its row in the store.
    pub id: EntryId,
    /// Where it came from.
    pub source: SourceId,
    /// Its identity within its source, see [`crate::model::Fingerprint`].
    pub identity: Hash,
    /// Changes when the publisher changed its words, and only then.
    pub wording: Hash,
    /// To the entry that the story began with.
    pub relation: Relation,
    /// What joined it to the story; `None` for the first.
    pub layer: Option<Layer>,
    /// 0.0–1.0, where the layer measures; exact layers give 1.0.
    pub score: Option<f64>,
    /// The member that it was recognized by; `None` for the first.
    pub matched: Option<EntryId>,
    /// When the version of the release that it carries was published; copies share that of what they copy. The newest is shown.
    pub edition_at: Timestamp,
    /// Words of its text, without blocks that its source puts under everything.
    pub words: u32,
    /// When we first stored it.
    pub first_seen: Timestamp,
    /// Its place in outputs, fixed at first sight: `published`, but not before the last reading of a document that did not have
    /// it; `first_seen` where `published` is absent or in the future.
    pub ordered_at: Timestamp,
    /// When we last saw it edited; `None`: never.
    pub changed_at: Option<Timestamp>,
    /// Stored, but not to appear: backlog beyond `first_items`, or flood beyond `daily_items`.
    pub held: bool,
    /// When an operator took it out of every output; `None`: nobody did.
    pub withdrawn_at: Option<Timestamp>,
    /// When its publisher was seen to withdraw it; `None`: the publisher stands by it.
    pub retracted_at: Option<Timestamp>,
    /// The entry as last seen.
    pub entry: Entry,
}

/// Another member of a story that is shown: what outputs say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Copy {
    /// Its number in the store.
    pub id: EntryId,
    /// Where it came from.
    pub source: SourceId,
    /// The title of its source's feed, as last parsed.
    pub feed_title: Option<String>,
    /// Plain text.
    pub title: String,
    /// Its own page.
    pub url: Option<String>,
    /// Byte for byte.
    pub guid: Option<String>,
    /// The publisher's date.
    pub published: Option<Timestamp>,
    /// To the entry that the story began with.
    pub relation: Relation,
    /// What joined it; `None` for the first.
    pub layer: Option<Layer>,
    /// See [`Member::score`].
    pub score: Option<f64>,
    /// The entry that it was recognized by; `None` for the first.
    pub matched: Option<EntryId>,
    /// Which version of the release it carries.
    pub edition_at: Timestamp,
    /// Whether no output may show it: it is held back, or an operator withdrew it.
    pub held: bool,
    /// Whether its publisher has withdrawn it, see [`Member::retracted_at`].
    pub is_retracted: bool,
}
