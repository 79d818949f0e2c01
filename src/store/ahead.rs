//! Reads new entries into words beside the writer, within a bound of memory.

use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::engine::Engine;
use super::steps::refresh::{self, Ahead};
use crate::model::RefreshRecord;

/// Kibibytes of text that are read ahead at once, until they are written; read, a text takes some four times as much.
const PLACES: u32 = 4_096;

static ROOM: Semaphore = Semaphore::const_new(PLACES as usize);

/// What was read ahead of a document, and the room that it takes.
#[derive(Default)]
pub(super) struct ReadAhead {
    pub(super) ahead: Ahead,
    _room: Option<SemaphorePermit<'static>>,
}

/// Reads what is not stored of a document. Where that cannot be told, nothing is read: the writer meets the same trouble and tells
/// of it, and reads what it can write.
pub(super) async fn read_ahead<E: Engine>(engine: &E, record: &Arc<RefreshRecord>) -> ReadAhead {
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
    let places = u32::try_from(bytes / 1024).map_or(PLACES, |places| places.clamp(1, PLACES));
    // Fails only when closed, and nobody closes it.
    let room = ROOM.acquire_many(places).await.ok();
    let record = record.clone();
    let read = tokio::task::spawn_blocking(move || Ahead::of(&record, &identities));
    ReadAhead {
        // What panics here panics in the writer as well, which reports it.
        ahead: read.await.unwrap_or_default(),
        _room: room,
    }
}
