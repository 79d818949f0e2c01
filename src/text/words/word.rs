//! A word as it is compared.

use std::hash::{Hash, Hasher};

use super::hashing::mix;
use super::kinds;

/// A word of folded text: a hash of its letters, its lowest bit set where it is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word(pub(super) u64);

impl Word {
    /// Whether it is a number that may tell one release from another.
    #[must_use]
    pub fn is_number(self) -> bool {
        self.0 & 1 == 1
    }

    /// Whether it only holds a sentence together (`the`, `und`, `dans`): it says nothing of what a text is about.
    #[must_use]
    pub fn is_function_word(self) -> bool {
        kinds::is_function_word(self.0)
    }

    /// Whether it is the name of a month: one issue of what comes monthly differs from the next in it.
    #[must_use]
    pub fn is_month(self) -> bool {
        kinds::is_month(self.0)
    }

    /// Whether it is the name of a day of the week: one issue of what comes weekly differs from the next in it.
    #[must_use]
    pub fn is_weekday(self) -> bool {
        kinds::is_weekday(self.0)
    }

    /// Two words as one.
    #[must_use]
    pub fn pair(self, next: Self) -> Self {
        Self(mix(self.0.rotate_left(17) ^ next.0) & !1 | (self.0 | next.0) & 1)
    }

    /// All of it, for further hashing.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.0
    }
}

/// A word is a well-mixed hash already, so a map uses it as it is.
impl Hash for Word {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}
