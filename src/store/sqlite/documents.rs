//! What each source's last document had, and who read it.

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{moment, ms};
use crate::model::Timestamp;

/// A source's last whole document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LastDocument {
    /// When it was read, or its source last said that nothing had changed since.
    pub(super) read_at: Timestamp,
    /// [`crate::dedupe::READING_VERSION`] at that time.
    pub(super) read_by: u32,
    /// See [`crate::dedupe::Churn::renews`].
    pub(super) renews: bool,
    /// The numbers of its entries, ascending.
    pub(super) entries: Vec<i64>,
}

/// `None`: none was read so far, or only by version 1.
pub(super) fn last(db: &Connection, source: i64) -> rusqlite::Result<Option<LastDocument>> {
    db.prepare_cached("SELECT read_at, read_by, renews, entries FROM documents WHERE source = ?")?
        .query_row([source], |row| {
            Ok(LastDocument {
                read_at: moment(row.get(0)?),
                read_by: row.get(1)?,
                renews: row.get(2)?,
                entries: unpacked(&row.get::<_, Vec<u8>>(3)?),
            })
        })
        .optional()
}

/// Writes what a source's document has now.
pub(super) fn write(db: &Connection, source: i64, document: &LastDocument) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)")?
        .execute(params![
            source,
            ms(document.read_at),
            document.read_by,
            document.renews,
            packed(&document.entries),
        ])?;
    Ok(())
}

/// Notes that the source has the same document still.
pub(super) fn confirm(db: &Connection, source: i64, at: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE documents SET read_at = ?2 WHERE source = ?1")?
        .execute([source, ms(at)])?;
    Ok(())
}

/// Bits of a number in each byte.
const BITS: u32 = 7;
const MORE: u8 = 1 << BITS;

/// Ascending numbers as LEB128 of the difference to the one before.
fn packed(numbers: &[i64]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(numbers.len() * 2);
    let mut before = 0;
    for number in numbers {
        let mut rest = number.wrapping_sub(before).cast_unsigned();
        before = *number;
        loop {
            let low = rest.to_le_bytes()[0] & (MORE - 1);
            rest >>= BITS;
            if rest == 0 {
                bytes.push(low);
                break;
            }
            bytes.push(low | MORE);
        }
    }
    bytes
}

fn unpacked(bytes: &[u8]) -> Vec<i64> {
    let mut numbers = Vec::new();
    let (mut number, mut difference, mut shift) = (0_i64, 0_u64, 0);
    for byte in bytes {
        difference |= u64::from(byte & (MORE - 1)).checked_shl(shift).unwrap_or(0);
        shift += BITS;
        if byte & MORE == 0 {
            number = number.wrapping_add(difference.cast_signed());
            numbers.push(number);
            (difference, shift) = (0, 0);
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::{packed, unpacked};

    #[test]
    fn numbers_come_back() {
        for numbers in [
            vec![],
            vec![1],
            vec![1, 2, 3, 130, 131, 100_000, i64::MAX],
            (5_000_000..5_000_200).collect(),
        ] {
            assert_eq!(unpacked(&packed(&numbers)), numbers);
        }
        assert_eq!(
            packed(&(5_000_000..5_000_200).collect::<Vec<_>>()).len(),
            203
        );
    }
}
