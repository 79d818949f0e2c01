//! The decoders of content codings; pure.
//!
//! They are driven by hand: only so can a transfer cut short be told from one
//! that ended, can a window be bounded before it is allocated, and can what
//! misconfigured servers append be passed over.

use std::io::{ErrorKind, Read};

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::bufread::GzDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

/// 2^23 bytes: RFC 9659 lets a server use no larger one over HTTP.
const ZSTD_WINDOW_LOG: u32 = 23;
/// Frames of zstd (RFC 8878 §3.1), the skippable ones by their upper 28 bits.
const ZSTD_MAGIC: u32 = 0xFD2F_B528;
const ZSTD_SKIPPABLE: u32 = 0x184D_2A50;
const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];
/// RFC 1952 §2.3.1: behind the magic comes the compression method, of which there is one.
const GZIP_DEFLATE: u8 = 8;
/// Decoded in one step.
const STEP: usize = 32 * 1024;
/// Members or frames of one body; servers write one. Each costs a start, whatever is in it.
const MAX_PARTS: usize = 1024;

/// Why a body cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DecodeError {
    /// More than is allowed came out of it.
    TooLarge,
    /// It ends before the coding does.
    Truncated,
    /// It is not in this coding.
    Broken,
    /// Gzip within gzip, more often than anybody packs.
    TooDeep,
}

/// What a decoder did in one step.
struct Step {
    read: usize,
    written: usize,
    ended: bool,
}

/// Runs a decoder until its coding ends; what it did not read stays in `input`.
fn run(
    input: &mut &[u8],
    output: &mut Vec<u8>,
    most: usize,
    buffer: &mut [u8],
    mut step: impl FnMut(&[u8], &mut [u8]) -> Result<Step, DecodeError>,
) -> Result<(), DecodeError> {
    loop {
        let done = step(input, buffer)?;
        *input = &input[done.read..];
        push(output, &buffer[..done.written], most)?;
        if done.ended {
            return Ok(());
        }
        if done.read == 0 && done.written == 0 {
            return Err(DecodeError::Truncated);
        }
    }
}

/// Appends, up to `most` bytes in all.
pub(super) fn push(output: &mut Vec<u8>, more: &[u8], most: usize) -> Result<(), DecodeError> {
    let length = output.len() + more.len();
    if length > most {
        return Err(DecodeError::TooLarge);
    }
    if length > output.capacity() {
        // Doubled, but never beyond what it may become.
        let capacity = (2 * output.capacity()).clamp(length, most.max(length));
        output.reserve_exact(capacity - output.len());
    }
    output.extend_from_slice(more);
    Ok(())
}

/// Whether a member of gzip begins here.
pub(super) fn is_gzip_member(bytes: &[u8]) -> bool {
    bytes.starts_with(&GZIP_MAGIC) && bytes.get(2) == Some(&GZIP_DEFLATE)
}

/// RFC 1952: members one after the other; what follows the last and is none is passed over, as `gzip` itself does.
pub(super) fn gzip(mut input: &[u8], most: usize) -> Result<Vec<u8>, DecodeError> {
    let mut output = Vec::new();
    let mut buffer = vec![0; STEP];
    for _ in 0..MAX_PARTS {
        let mut member = GzDecoder::new(input);
        loop {
            match member.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => push(&mut output, &buffer[..read], most)?,
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    return Err(DecodeError::Truncated);
                }
                Err(_) => return Err(DecodeError::Broken),
            }
        }
        input = member.into_inner();
        if !input.starts_with(&GZIP_MAGIC) {
            return Ok(output);
        }
    }
    Err(DecodeError::Broken)
}

/// RFC 9110 §8.4.1.2 means zlib's form (RFC 1950); servers that send the bare one (RFC 1951) are read all the same.
pub(super) fn deflate(input: &[u8], most: usize) -> Result<Vec<u8>, DecodeError> {
    let looks_like_zlib = input.len() >= 2
        && input[0] & 0x0F == 8
        && (u16::from(input[0]) << 8 | u16::from(input[1])) % 31 == 0;
    match looks_like_zlib.then(|| inflate(input, most, true)) {
        Some(Err(DecodeError::Broken)) | None => inflate(input, most, false),
        Some(decoded) => decoded,
    }
}

fn inflate(mut input: &[u8], most: usize, zlib: bool) -> Result<Vec<u8>, DecodeError> {
    let mut output = Vec::new();
    let mut decoder = Decompress::new(zlib);
    let mut buffer = vec![0; STEP];
    run(&mut input, &mut output, most, &mut buffer, |from, into| {
        let (read, written) = (decoder.total_in(), decoder.total_out());
        let status = decoder
            .decompress(from, into, FlushDecompress::None)
            .map_err(|_| DecodeError::Broken)?;
        let moved = |now: u64, before: u64| usize::try_from(now - before).unwrap_or(usize::MAX);
        Ok(Step {
            read: moved(decoder.total_in(), read),
            written: moved(decoder.total_out(), written),
            ended: status == Status::StreamEnd,
        })
    })?;
    Ok(output)
}

/// RFC 7932: windows of 16 MiB at most, never the larger ones outside the standard.
pub(super) fn brotli(mut input: &[u8], most: usize) -> Result<Vec<u8>, DecodeError> {
    let mut output = Vec::new();
    let mut state = BrotliState::new_strict(
        StandardAlloc::default(),
        StandardAlloc::default(),
        StandardAlloc::default(),
    );
    let mut buffer = vec![0; STEP];
    run(&mut input, &mut output, most, &mut buffer, |from, into| {
        let (mut available_in, mut read) = (from.len(), 0);
        let (mut available_out, mut written, mut total) = (into.len(), 0, 0);
        let result = BrotliDecompressStream(
            &mut available_in,
            &mut read,
            from,
            &mut available_out,
            &mut written,
            into,
            &mut total,
            &mut state,
        );
        match result {
            BrotliResult::ResultFailure => Err(DecodeError::Broken),
            result => Ok(Step {
                read,
                written,
                ended: matches!(result, BrotliResult::ResultSuccess),
            }),
        }
    })?;
    Ok(output)
}

/// RFC 8878: frames one after the other; what follows the last and is none is passed over.
pub(super) fn zstd(mut input: &[u8], most: usize) -> Result<Vec<u8>, DecodeError> {
    let mut output = Vec::new();
    let mut buffer = vec![0; STEP];
    let mut decoder = Decoder::new().map_err(|_| DecodeError::Broken)?;
    decoder
        .set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG))
        .map_err(|_| DecodeError::Broken)?;
    for _ in 0..MAX_PARTS {
        run(&mut input, &mut output, most, &mut buffer, |from, into| {
            let (mut from, mut into) = (InBuffer::around(from), OutBuffer::around(into));
            let left = decoder
                .run(&mut from, &mut into)
                .map_err(|_| DecodeError::Broken)?;
            Ok(Step {
                read: from.pos(),
                written: into.pos(),
                ended: left == 0,
            })
        })?;
        let magic = input
            .first_chunk::<4>()
            .map(|bytes| u32::from_le_bytes(*bytes));
        if !magic.is_some_and(|magic| magic == ZSTD_MAGIC || magic & !0xF == ZSTD_SKIPPABLE) {
            return Ok(output);
        }
        decoder.reinit().map_err(|_| DecodeError::Broken)?;
    }
    Err(DecodeError::Broken)
}
