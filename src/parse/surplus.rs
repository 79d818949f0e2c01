//! Which entries of a document are read where it has more than are taken.

use super::MAX_ENTRIES;
use crate::model::Timestamp;

/// The places of the newest [`MAX_ENTRIES`], ascending. Undated ones stay in document order, behind dated ones.
pub(super) fn newest(dates: &[Option<Timestamp>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..dates.len()).collect();
    order.sort_by_key(|&nth| std::cmp::Reverse(dates[nth]));
    order.truncate(MAX_ENTRIES);
    order.sort_unstable();
    order
}

/// For a person.
pub(super) fn clipped() -> String {
    format!("clipped to its {MAX_ENTRIES} newest entries")
}
