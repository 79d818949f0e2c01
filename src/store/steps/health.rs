//! Troubles of sources begin and end.

use crate::model::{Finding, SourceId, Timestamp};
use crate::store::rows::HealthRows;

/// See [`crate::store::Store::note_health`].
pub(in crate::store) fn note<R: HealthRows>(
    rows: &R,
    findings: &[(SourceId, Vec<Finding>)],
    now: Timestamp,
) -> Result<bool, R::Error> {
    let lasting = rows.lasting_troubles()?;
    let mut changed = false;
    // Of a hundred thousand sources hardly any has anything new: nothing is written for the others.
    for (source, findings) in findings {
        let lasting = lasting.get(source);
        for Finding { trouble, message } in findings {
            let lasts = lasting.is_some_and(|troubles| troubles.contains(trouble));
            changed |= match message {
                Some(message) if !lasts => rows.begin_trouble(source, *trouble, message, now)?,
                None if lasts => rows.end_trouble(source, *trouble, now)?,
                _ => false,
            };
        }
    }
    changed |= rows.end_troubles_of_removed(now)?;
    Ok(changed)
}
