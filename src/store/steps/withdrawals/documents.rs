//! What documents and archives have to say and to lose.

use crate::model::{OutputId, Timestamp, Tombstone};
use crate::store::rows::{ArchiveRows, OutputRows, WithdrawalRows};
use crate::store::{ArchiveDocument, Redaction};

/// See [`crate::store::Withdrawals::tombstones`].
pub(in crate::store) fn tombstones<R: OutputRows + WithdrawalRows>(
    rows: &R,
    outputs: &[OutputId],
    since: Timestamp,
    limit: usize,
) -> Result<Vec<Vec<Tombstone>>, R::Error> {
    let of_each = outputs.iter().map(|output| match rows.output(output)? {
        Some(output) => rows.tombstones(output.row, since, limit),
        None => Ok(Vec::new()),
    });
    of_each.collect()
}

/// See [`crate::store::Withdrawals::archive_made_at`].
pub(in crate::store) fn archive_made_at<R: OutputRows + ArchiveRows>(
    rows: &R,
    output: &OutputId,
    number: u32,
) -> Result<Option<Timestamp>, R::Error> {
    match rows.output(output)? {
        Some(output) => rows.archive_made_at(output.row, number),
        None => Ok(None),
    }
}

/// See [`crate::store::Withdrawals::next_redaction`].
pub(in crate::store) fn next_redaction<R: ArchiveRows + WithdrawalRows>(
    rows: &R,
) -> Result<Option<Redaction>, R::Error> {
    let Some(due) = rows.next_redaction()? else {
        return Ok(None);
    };
    let Some(document) = rows.archive_document(due.output, due.number)? else {
        return Ok(None);
    };
    let mut tombstones = Vec::new();
    for item in &due.items {
        tombstones.extend(rows.tombstone(due.output, item)?);
    }
    Ok(Some(Redaction {
        output: due.output_id,
        document,
        items: due.items,
        tombstones,
    }))
}

/// See [`crate::store::Withdrawals::redact`].
pub(in crate::store) fn redact<R: OutputRows + ArchiveRows + WithdrawalRows>(
    rows: &R,
    redaction: &Redaction,
    document: &ArchiveDocument,
) -> Result<bool, R::Error> {
    let Some(output) = rows.output(&redaction.output)? else {
        return Ok(false);
    };
    let stands = rows.archive_document(output.row, redaction.document.number)?;
    if stands.as_ref() != Some(&redaction.document) {
        return Ok(false);
    }
    rows.redact(output.row, document, &redaction.items)?;
    Ok(true)
}
