//! What a comparison comes to, and the rule that decided it.

use crate::model::Layer;

/// What two entries are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// One release in one version.
    Same,
    /// One release in two versions.
    Update,
    /// Too little in common to say; a third entry may be the same release as both.
    Unlike,
    /// Two releases for certain: no third entry joins them.
    Apart,
}

impl Sameness {
    /// Whether it makes two entries one release.
    #[must_use]
    pub fn joins(self) -> bool {
        matches!(self, Self::Same | Self::Update)
    }
}

/// What comparing two entries came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// What they are to each other.
    pub sameness: Sameness,
    /// What shows it, where they are one release.
    pub layer: Layer,
    /// How much of the shorter one the longer holds, 0.0–1.0.
    pub score: f64,
}

/// The rule that decided a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// The same text, word for word.
    SameText,
    /// Most of the shorter text stands in the longer.
    Contained,
    /// One long headline, used once by each, on the same day or so.
    Headline,
    /// One says that it is another version.
    Marked,
    /// One number of a long text was corrected.
    Corrected,
    /// Much was added or put before, under the same headline.
    Reworked,
    /// Too little of the shorter text stands in the longer.
    TooLittle,
    /// Each headline has a number that the other entry lacks.
    HeadlineNumbers,
    /// Other numbers stand in the same place.
    Numbers,
    /// Neither headline has to do with the other, nor with what the texts share.
    Unsupported,
    /// Each headline has a name that the other entry lacks.
    Names,
    /// A template with other words in several places.
    Template,
    /// One publisher's entries of two days.
    OtherDay,
    /// One publisher's entries with other sound or video.
    OtherSound,
    /// Two entries of one source, of one day, that differ.
    OneSource,
    /// Much stands before the shared part.
    Lead,
    /// Each has a part of its own.
    OwnParts,
    /// Days apart, and the texts open in another way.
    Opening,
}
