//! The note of a withdrawal.

use crate::model::{EntryId, Withdrawal};
use crate::store::rows::WithdrawalRows;

/// Notes that an entry is withdrawn, and deletes what its corrections have kept of its words.
pub(super) fn mark<R: WithdrawalRows>(
    rows: &R,
    entry: EntryId,
    withdrawal: &Withdrawal,
) -> Result<(), R::Error> {
    rows.set_withdrawal(entry, Some(withdrawal))?;
    rows.delete_corrections(entry, usize::MAX)
}
