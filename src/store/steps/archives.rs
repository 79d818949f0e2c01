//! Archive documents, and which items stand in them.

use crate::model::{Hash, OutputId};
use crate::store::rows::{ArchiveRows, CorrectionRows, OutputRows, StoredOutput, WindowRows};
use crate::store::{ArchiveDocument, Archived, ArchivedItem, Place, WindowItem};

/// See [`crate::store::Store::archived`].
pub(in crate::store) fn archived<R: OutputRows + ArchiveRows>(
    rows: &R,
    output: &OutputId,
    rules: Hash,
) -> Result<Archived, R::Error> {
    match rows.output(output)? {
        Some(output) => archived_of(rows, &output, rules),
        None => Ok(Archived::default()),
    }
}

/// How far an output is archived. While it is stale nothing of it is to be archived: what is kept may be kept by other rules.
pub(in crate::store) fn archived_of<R: ArchiveRows>(
    rows: &R,
    output: &StoredOutput,
    rules: Hash,
) -> Result<Archived, R::Error> {
    let last_left = match output.rules == Some(rules) {
        true => rows.last_left(output.row)?,
        false => None,
    };
    Ok(Archived {
        newest: rows.newest_archive(output.row)?,
        last_left,
    })
}

/// See [`crate::store::Store::unarchived`].
pub(in crate::store) fn unarchived<R: OutputRows + ArchiveRows + WindowRows + CorrectionRows>(
    rows: &R,
    output: &OutputId,
    behind: Option<&Place>,
    at_least: usize,
    limit: usize,
) -> Result<Vec<WindowItem>, R::Error> {
    let Some(output) = rows.output(output)? else {
        return Ok(Vec::new());
    };
    // Without their texts: mostly there are too few.
    if rows.count_left(output.row, behind, at_least)? < at_least {
        return Ok(Vec::new());
    }
    let mut items = Vec::new();
    for version in rows.left(output.row, behind, limit)? {
        if let Some(shown) = rows.shown_entry(version.story, version.entry)? {
            let corrections = rows.corrections_of(version.entry)?;
            items.push(WindowItem::new(&version, shown, corrections));
        }
    }
    Ok(items)
}

/// See [`crate::store::Store::archive`].
pub(in crate::store) fn archive<R: OutputRows + ArchiveRows>(
    rows: &R,
    output: &OutputId,
    document: &ArchiveDocument,
    items: &[ArchivedItem],
    rules: Hash,
) -> Result<bool, R::Error> {
    let output = rows.output(output)?;
    let Some(output) = output.filter(|output| output.rules == Some(rules)) else {
        return Ok(false);
    };
    if document.number != rows.newest_archive(output.row)? + 1
        || !rows.are_unarchived(output.row, items)?
    {
        return Ok(false);
    }
    rows.add_archive(output.row, document, items)?;
    Ok(true)
}

/// See [`crate::store::Store::archive_document`].
pub(in crate::store) fn document<R: OutputRows + ArchiveRows>(
    rows: &R,
    output: &OutputId,
    number: u32,
) -> Result<Option<ArchiveDocument>, R::Error> {
    match rows.output(output)? {
        Some(output) => rows.archive_document(output.row, number),
        None => Ok(None),
    }
}
