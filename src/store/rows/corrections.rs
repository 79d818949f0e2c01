//! Corrections of entries, and how an engine may keep the words of one in a column.

use super::body::{DamagedBody, compress, decompress};
use super::transaction::Rows;
use crate::model::{Correction, EntryId, EntryWords};

/// Bytes that the length of a text takes.
const LENGTH_BYTES: usize = 4;

/// What was corrected in entries.
pub(in crate::store) trait CorrectionRows: Rows {
    /// The corrections of an entry, the oldest first.
    fn corrections_of(&self, entry: EntryId) -> Result<Vec<Correction>, Self::Error>;

    /// [`Correction::size`] of each of them, in the same order.
    fn correction_sizes(&self, entry: EntryId) -> Result<Vec<usize>, Self::Error>;

    /// Deletes so many of an entry's corrections, the oldest.
    fn delete_corrections(&self, entry: EntryId, count: usize) -> Result<(), Self::Error>;

    /// Adds a correction as the newest of its entry. `words`: what it has before and after, as [`pack_words`] gives it.
    fn add_correction(&self, correction: &Correction, words: &[u8]) -> Result<(), Self::Error>;
}

/// Titles and texts in one column. Compressed together they take little more room than one of them.
pub(in crate::store) fn pack_words(before: &EntryWords, after: &EntryWords) -> Vec<u8> {
    let texts = [&before.title, &before.text, &after.title, &after.text];
    let size: usize = texts.iter().map(|text| LENGTH_BYTES + text.len()).sum();
    let mut fields = Vec::with_capacity(size);
    for text in texts {
        // No text comes near 4 GiB: documents are bounded.
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        fields.extend(length.to_le_bytes());
        fields.extend(text.as_bytes());
    }
    compress(&fields)
}

/// Reads what [`pack_words`] has written.
///
/// # Errors
/// [`DamagedBody`]: it was not written by us.
pub(in crate::store) fn unpack_words(
    column: &[u8],
) -> Result<(EntryWords, EntryWords), DamagedBody> {
    let fields = decompress(column)?;
    let mut rest = &*fields;
    let mut words = || {
        Ok(EntryWords {
            title: text(&mut rest)?,
            text: text(&mut rest)?,
        })
    };
    Ok((words()?, words()?))
}

/// The next text, and moves on behind it.
fn text(rest: &mut &[u8]) -> Result<String, DamagedBody> {
    let (length, behind) = rest.split_first_chunk().ok_or(DamagedBody)?;
    let length = u32::from_le_bytes(*length) as usize;
    let (text, behind) = behind.split_at_checked(length).ok_or(DamagedBody)?;
    *rest = behind;
    str::from_utf8(text)
        .map(str::to_owned)
        .map_err(|_| DamagedBody)
}

#[cfg(test)]
mod tests {
    use super::{pack_words, unpack_words};
    use crate::model::EntryWords;

    #[test]
    fn words_come_back_and_damage_is_an_error() {
        let words = |title: &str, text: &str| EntryWords {
            title: title.to_owned(),
            text: text.to_owned(),
        };
        let long = "The mill will be restored before spring. ".repeat(400);
        let mended = long.replacen("before", "after", 1);
        for (before, after) in [
            (words("", ""), words("", "")),
            (words("Müll", "a"), words("Mühle", "")),
            (words("Mill", &long), words("Mill", &mended)),
        ] {
            let column = pack_words(&before, &after);
            let (read, later) = unpack_words(&column).expect("it was written by us");
            assert_eq!((read, later), (before, after));
            for cut in [0, 1, column.len() - 1] {
                assert!(unpack_words(&column[..cut]).is_err());
            }
        }
    }
}
