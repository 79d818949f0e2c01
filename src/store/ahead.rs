//! Reads new entries into words outside the writing thread, within a bound of memory.

use std::sync::Arc;

use tokio::sync::SemaphorePermit;

use super::engine::Engine;
use super::steps::refresh::{self, Ahead};
use crate::model::RefreshRecord;

/// What was read ahead of a document, and the room that it takes.
#[derive(Default)]
pub(super) struct ReadAhead<'e> {
    pub(super) ahead: Ahead,
    _room: Option<SemaphorePermit<'e>>,
}

/// Reads the entries of a document that are not stored as they are now. If the store cannot be read, nothing is read ahead: the
/// writer will meet the same trouble and report it.
pub(super) async fn read_ahead<'e, E: Engine>(
    engine: &'e E,
    record: &Arc<RefreshRecord>,
) -> ReadAhead<'e> {
    if record.entries.is_empty() {
        return ReadAhead::default();
    }
    let asked = record.clone();
    let look = move |rows: &E::Tx| refresh::not_stored(rows, &asked);
    let Ok(identities) = engine.read("look for new entries", look).await else {
        return ReadAhead::default();
    };
    if identities.is_empty() {
        return ReadAhead::default();
    }
    let entries = record.entries.iter();
    let texts = entries.filter(|incoming| identities.contains(&incoming.fingerprint.identity));
    let bytes: usize = texts.map(|incoming| incoming.entry.text.len()).sum();
    let room = engine.reading_room().take(bytes).await;
    let record = record.clone();
    let _place = engine.reading_room().place().await;
    let read = tokio::task::spawn_blocking(move || Ahead::of(&record, &identities));
    ReadAhead {
        // If reading panics here, it will panic in the writer too, which reports it.
        ahead: read.await.unwrap_or_default(),
        _room: room,
    }
}
