//! Marks by which an entry says that it is a correction or an update, and which one.

use crate::text::Mark;

/// What an entry says of its own version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marking {
    /// What headline or editors' notes say about the text.
    pub(super) mark: Option<Mark>,
    /// Which update it says that it is.
    pub(super) number: Option<u8>,
}

impl Marking {
    /// Whether it says that there was a version before.
    fn is_version(self) -> bool {
        matches!(self.mark, Some(Mark::Update | Mark::Correction))
    }

    /// Whether it says that it is another version than the one that `other` is.
    pub(super) fn is_version_beside(self, other: Self) -> bool {
        let other_number =
            self.number.is_some() && other.number.is_some() && self.number != other.number;
        self.is_version() && (self.mark != other.mark || other_number)
    }

    /// Whether one of two says of itself that it is another version, and the other does not.
    pub(super) fn differs_from(self, other: Self) -> bool {
        self.is_version() != other.is_version()
            || self.is_version_beside(other)
            || other.is_version_beside(self)
    }
}
