//! What was corrected in entries.

use crate::dedupe::surplus_corrections;
use crate::model::{Correction, EntryId};
use crate::store::rows::{CorrectionRows, pack_words};

/// Keeps a correction, in place of the oldest ones of its entry if there are too many.
pub(in crate::store) fn keep<R: CorrectionRows>(
    rows: &R,
    correction: &Correction,
) -> Result<(), R::Error> {
    let words = pack_words(&correction.before, &correction.after);
    let kept = rows.correction_sizes(correction.entry)?;
    let surplus = surplus_corrections(&kept, correction.size());
    if surplus > 0 {
        rows.delete_corrections(correction.entry, surplus)?;
    }
    rows.add_correction(correction, &words)
}

/// See [`crate::store::Store::corrections`].
pub(in crate::store) fn of_entries<R: CorrectionRows>(
    rows: &R,
    entries: &[EntryId],
) -> Result<Vec<Correction>, R::Error> {
    let mut found = Vec::new();
    for entry in entries {
        found.extend(rows.corrections_of(*entry)?);
    }
    Ok(found)
}
