//! What a document is put together of, and shares with others.

use bytes::Bytes;

use crate::model::Hash;

/// A document without its items, which go in between.
#[derive(Debug, Clone, Default)]
pub(super) struct Shell {
    pub(super) head: Vec<u8>,
    pub(super) tail: Vec<u8>,
}

/// An item as it stands in a document, without what parts it from the next. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    bytes: Bytes,
    hash: Hash,
}

impl Piece {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        let mut hash = Hash::default();
        blake3::Hasher::new()
            .update(&bytes)
            .finalize_xof()
            .fill(&mut hash);
        Self {
            bytes: bytes.into(),
            hash,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn hash(&self) -> &Hash {
        &self.hash
    }

    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Enough to tell the items of one document's editions apart.
    pub(super) fn short_hash(&self) -> u64 {
        let [b0, b1, b2, b3, b4, b5, b6, b7, ..] = self.hash;
        u64::from_le_bytes([b0, b1, b2, b3, b4, b5, b6, b7])
    }
}
