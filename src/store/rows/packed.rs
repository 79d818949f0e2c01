//! Ascending numbers in few bytes, as an engine may keep them in one column: LEB128 of the difference to the number before.

use crate::model::EntryId;

/// Bits of a number in each byte.
const BITS: u32 = 7;
const MORE: u8 = 1 << BITS;

/// Packs ascending numbers of entries.
pub(in crate::store) fn pack(entries: &[EntryId]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.len() * 2);
    let mut before = 0;
    for EntryId(number) in entries {
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

/// Unpacks what [`pack`] has packed. Other bytes give some numbers, but never fail.
pub(in crate::store) fn unpack(bytes: &[u8]) -> Vec<EntryId> {
    let mut entries = Vec::new();
    let (mut number, mut difference, mut shift) = (0_i64, 0_u64, 0);
    for byte in bytes {
        difference |= u64::from(byte & (MORE - 1)).checked_shl(shift).unwrap_or(0);
        shift += BITS;
        if byte & MORE == 0 {
            number = number.wrapping_add(difference.cast_signed());
            entries.push(EntryId(number));
            (difference, shift) = (0, 0);
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::{pack, unpack};
    use crate::model::EntryId;

    #[test]
    fn numbers_come_back() {
        let entries = |numbers: &[i64]| numbers.iter().copied().map(EntryId).collect::<Vec<_>>();
        let many: Vec<i64> = (5_000_000..5_000_200).collect();
        let lists: [&[i64]; 4] = [
            &[],
            &[1],
            &[1, 2, 3, 130, 131, 100_000, i64::MAX],
            many.as_slice(),
        ];
        for numbers in lists {
            let entries = entries(numbers);
            assert_eq!(unpack(&pack(&entries)), entries);
        }
        assert_eq!(pack(&entries(&many)).len(), 203);
    }
}
