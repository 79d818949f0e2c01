//! Which outputs there are, by which rules each is judged, and when its documents changed.

use std::collections::BTreeMap;

use crate::model::{Hash, OutputId, Timestamp};
use crate::store::rows::{OutputRows, StoredOutput};
use crate::store::{DocumentStamp, OutputState};

/// See [`crate::store::Store::register_outputs`].
pub(in crate::store) fn register<R: OutputRows>(
    rows: &R,
    configured: &[(OutputId, Hash)],
    base: &str,
) -> Result<Vec<OutputState>, R::Error> {
    for (id, _) in configured {
        rows.register_output(id, base)?;
    }
    let mut stored = by_id(rows)?;
    let mut states = Vec::with_capacity(configured.len());
    for (id, rules) in configured {
        let Some(output) = stored.remove(id) else {
            continue;
        };
        if output.rules != Some(*rules) {
            // A replay that another process has begun by other rules is crossed, and begins again there.
            rows.set_rules(output.row, None, Some(*rules))?;
        }
        states.push(OutputState {
            id: id.clone(),
            stale: output.rules != Some(*rules),
            whole: output.rules.is_some(),
            replaying: output.replaying == Some(*rules),
            rendered: output.documents.is_some(),
            id_base: output.id_base.unwrap_or_else(|| base.to_owned()),
        });
    }
    for output in stored.into_values().filter(has_documents) {
        // Should it come back, it is replayed, under the item ids that it had.
        rows.forget_documents(output.row)?;
    }
    Ok(states)
}

fn has_documents(output: &StoredOutput) -> bool {
    [output.rules, output.replaying, output.documents]
        .iter()
        .any(Option::is_some)
}

/// All outputs by their ids.
pub(in crate::store) fn by_id<R: OutputRows>(
    rows: &R,
) -> Result<BTreeMap<OutputId, StoredOutput>, R::Error> {
    let outputs = rows.outputs()?.into_iter();
    Ok(outputs.map(|output| (output.id.clone(), output)).collect())
}

/// See [`crate::store::Store::id_base`].
pub(in crate::store) fn id_base<R: OutputRows>(rows: &R) -> Result<Option<String>, R::Error> {
    let outputs = rows.outputs()?.into_iter();
    Ok(outputs.filter_map(|output| output.id_base).next())
}

/// Whether verdicts by these rules belong to what the output's membership is being judged by.
pub(in crate::store) fn is_judged_by(output: &StoredOutput, rules: Option<Hash>) -> bool {
    output.replaying.or(output.rules) == rules
}

/// See [`crate::store::Store::finish_replay`].
pub(in crate::store) fn finish_replay<R: OutputRows>(
    rows: &R,
    output: &OutputId,
    rules: Hash,
) -> Result<bool, R::Error> {
    // Another process may have replayed it by the same rules meanwhile.
    match rows
        .output(output)?
        .filter(|output| is_judged_by(output, Some(rules)))
    {
        Some(output) => {
            rows.set_rules(output.row, Some(rules), None)?;
            Ok(true)
        }
        None => Ok(false),
    }
}

/// See [`crate::store::Store::stamp`].
pub(in crate::store) fn stamp<R: OutputRows>(
    rows: &R,
    documents: &[(OutputId, Hash)],
    now: Timestamp,
) -> Result<Vec<DocumentStamp>, R::Error> {
    let stamps = documents.iter().map(|(id, hash)| {
        let stored = rows.output(id)?;
        let same = stored.filter(|output| output.documents == Some(*hash));
        let changed_at = match same.and_then(|output| output.changed_at) {
            Some(at) => at,
            None => {
                rows.set_documents(id, *hash, now)?;
                now
            }
        };
        Ok(DocumentStamp { changed_at })
    });
    stamps.collect()
}
