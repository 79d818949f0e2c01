//! The forms that a document is served in: as written, or packed.

use std::io::{Read as _, Write as _};
use std::ops::RangeInclusive;

use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use flate2::{Compression, GzBuilder};

/// How hard brotli tries.
#[derive(Debug, Clone, Copy)]
pub(super) enum Effort {
    /// For documents that many readers fetch. The next levels of brotli take several times as long and save a few percent.
    Read = 5,
    /// For archive documents, which are made all the time and seldom read: a third of the time for a tenth more bytes.
    Kept = 3,
}

/// Windows as powers of two: one that holds the whole document, up to the largest that every reader of RFC 7932 takes. A larger
/// one than that would only be cleared for each.
const BROTLI_WINDOW: RangeInclusive<u32> = 16..=22;
/// Bytes that a decoder reads at once.
const UNPACKING: usize = 16 * 1024;

/// A content coding of RFC 9110 §8.4.1 that documents are served in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// As written.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
}

impl Coding {
    /// All of them, the smallest result first.
    pub const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    /// Its name in `Content-Encoding`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        }
    }
}

/// Packs as RFC 1952 says. No name and no time in the header: the same bytes in, the same bytes out.
#[must_use]
pub fn gzip(bytes: &[u8]) -> Bytes {
    let mut writer =
        GzBuilder::new().write(Vec::with_capacity(bytes.len() / 4), Compression::default());
    let packed = writer.write_all(bytes).and_then(|()| writer.finish());
    packed.expect("writing into memory does not fail").into()
}

/// Packs as RFC 7932 says.
pub(super) fn brotli(bytes: &[u8], effort: Effort) -> Bytes {
    let window = usize::BITS - bytes.len().leading_zeros();
    let window = window.clamp(*BROTLI_WINDOW.start(), *BROTLI_WINDOW.end());
    let parameters = BrotliEncoderParams {
        quality: effort as i32,
        lgwin: window.cast_signed(),
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::with_capacity(bytes.len() / 4);
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &parameters)
        .expect("writing into memory does not fail");
    packed.into()
}

/// Unpacks what [`brotli()`] has packed; `None`: it is not whole, or does not have `size` bytes.
pub(super) fn unbrotli(packed: &[u8], size: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(size).ok()?);
    let unpacking = brotli_decompressor::Decompressor::new(packed, UNPACKING);
    let read = unpacking.take(size + 1).read_to_end(&mut bytes).ok()?;
    (read as u64 == size).then_some(bytes)
}
