//! Archive documents lose what was withdrawn. Which and of what stands in the store until it is done, so that a kill at any moment only
//! puts it off.

use crate::clock::Clock;
use crate::model::Timestamp;
use crate::publish::{redact_archive, unpack_archive_as_kept};
use crate::store::{ArchiveDocument, Redaction, Store, StoreError};

/// Redacts archive documents until all have lost what they had to. Several processes may do so at once.
///
/// # Errors
/// The store's.
pub async fn redact_archives(store: &dyn Store, clock: &dyn Clock) -> Result<(), StoreError> {
    while let Some(redaction) = store.next_redaction().await? {
        let (kept, now) = (redaction.clone(), clock.now());
        let redacted = tokio::task::spawn_blocking(move || redacted(&kept, now));
        let redacted = redacted
            .await
            .map_err(|ended| StoreError::of_task("redact an archive document", &ended))?;
        let document = redacted.unwrap_or_else(|| {
            let (output, number) = (&redaction.output, redaction.document.number);
            tracing::error!(%output, number, "an archive document is not whole: nothing can be taken out of it, and it is not served either");
            redaction.document.clone()
        });
        // Where another process was faster, what it has left is seen next.
        store.redact(redaction, document).await?;
    }
    Ok(())
}

/// The document as it is without what it has to lose. `None`: it is not whole.
fn redacted(redaction: &Redaction, now: Timestamp) -> Option<ArchiveDocument> {
    let kept = &redaction.document;
    let document = unpack_archive_as_kept(kept.brotli.clone().into(), kept.size.into())?;
    let document = redact_archive(&document, &redaction.items, &redaction.tombstones, now)?;
    Some(ArchiveDocument {
        number: kept.number,
        made_at: now,
        size: u32::try_from(document.bytes().len()).unwrap_or(u32::MAX),
        base: kept.base.clone(),
        brotli: document.packed(),
    })
}
