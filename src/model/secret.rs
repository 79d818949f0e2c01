//! What must not be seen.

use std::fmt;

/// A token or password. It never prints.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Keeps `secret` from view.
    #[must_use]
    pub fn new(secret: impl Into<Box<[u8]>>) -> Self {
        Self(secret.into())
    }

    /// Whether `candidate` is it. Takes as long for a near miss as for a far one: both are hashed before they are compared.
    #[must_use]
    pub fn matches(&self, candidate: &[u8]) -> bool {
        // BLAKE3's comparison takes constant time.
        blake3::hash(&self.0) == blake3::hash(candidate)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
