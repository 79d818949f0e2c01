//! What a store takes on disk, and who may read it there.

use std::fmt;

/// What a store takes on disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of the pages that hold something.
    pub used: u64,
    /// Bytes of the pages that hold nothing and wait for new entries.
    pub free: u64,
    /// Bytes of the write-ahead log.
    pub log: u64,
    /// Whether free pages can be given back beside running work; an older store must be rebuilt for it (`compact`).
    pub gives_back: bool,
}

impl Usage {
    /// Whether free pages are worth a `compact`, for they cannot be given back otherwise.
    #[must_use]
    pub fn is_loose(&self) -> bool {
        !self.gives_back && self.free > self.used / 4
    }
}

/// The bytes of a store before and after it was rebuilt, with its log. Displayed as `2.0 MiB before, 1.5 MiB after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compacted {
    /// Before.
    pub before: u64,
    /// After.
    pub after: u64,
}

impl fmt::Display for Compacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [before, after] = [self.before, self.after].map(mebibytes);
        write!(f, "{before} before, {after} after")
    }
}

/// A size for a person.
#[expect(clippy::cast_precision_loss, reason = "for a person")]
pub(super) fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / (1024.0 * 1024.0))
}

/// Who may read a store besides its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Its group.
    Group,
    /// Everybody.
    Everybody,
}
