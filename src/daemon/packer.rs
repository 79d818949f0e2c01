//! Compresses documents behind their readers' backs: what is new is served at once, and small a moment later.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::OutputId;
use crate::publish::Documents;

/// Packs one output after the other, of each the newest documents only.
#[derive(Debug, Clone, Default)]
pub(super) struct Packer(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    documents: BTreeMap<OutputId, Documents>,
    is_at_work: bool,
}

impl Packer {
    /// Has them packed, instead of earlier ones of this output that still wait.
    pub(super) fn pack(&self, output: OutputId, documents: Documents) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.documents.insert(output, documents);
        if !std::mem::replace(&mut waiting.is_at_work, true) {
            let packer = self.clone();
            // On a thread of its own kind: a large document takes longer than an async thread may be held.
            tokio::task::spawn_blocking(move || packer.work());
        }
    }

    fn work(&self) {
        while let Some(documents) = self.next() {
            documents.pack();
        }
    }

    fn next(&self) -> Option<Documents> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = waiting.documents.pop_first();
        waiting.is_at_work = next.is_some();
        Some(next?.1)
    }
}
