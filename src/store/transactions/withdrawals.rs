//! Each method of [`Withdrawals`] as one transaction of an engine.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use crate::model::{EntryId, OutputId, Timestamp, Tombstone};
use crate::store::archives::ArchiveDocument;
use crate::store::engine::Engine;
use crate::store::error::StoreError;
use crate::store::steps::{find, withdrawals};
use crate::store::withdrawals::{
    NamedEntry, Redaction, TakenBack, Withdrawals, Withdrawn, WithdrawnStory,
};

#[async_trait]
impl<E: Engine> Withdrawals for E {
    async fn named_entries(&self, name: &str, limit: usize) -> Result<Vec<NamedEntry>, StoreError> {
        let name = name.to_owned();
        self.read("find an entry by its name", move |rows| {
            find::named(rows, &name, limit)
        })
        .await
    }

    async fn withdraw(
        &self,
        entry: EntryId,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<Option<Withdrawn>, StoreError> {
        self.write("withdraw a story", move |rows| {
            withdrawals::withdraw(rows, entry, reason.clone(), now)
        })
        .await
    }

    async fn withdrawn_entries(&self) -> Result<BTreeSet<EntryId>, StoreError> {
        self.read("read what is withdrawn", withdrawals::withdrawn_entries)
            .await
    }

    async fn withdrawn_stories(
        &self,
        entries: Vec<EntryId>,
    ) -> Result<Vec<WithdrawnStory>, StoreError> {
        self.read("read withdrawn stories", move |rows| {
            withdrawals::withdrawn_stories(rows, &entries)
        })
        .await
    }

    async fn taken_back(
        &self,
        entries: Vec<EntryId>,
    ) -> Result<BTreeMap<EntryId, TakenBack>, StoreError> {
        self.read("read what was taken back", move |rows| {
            withdrawals::taken_back(rows, &entries)
        })
        .await
    }

    async fn tombstones(
        &self,
        outputs: Vec<OutputId>,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Vec<Tombstone>>, StoreError> {
        self.read("read what was deleted", move |rows| {
            withdrawals::tombstones(rows, &outputs, since, limit)
        })
        .await
    }

    async fn archive_made_at(
        &self,
        output: &OutputId,
        number: u32,
    ) -> Result<Option<Timestamp>, StoreError> {
        let output = output.clone();
        self.read("look at an archive document", move |rows| {
            withdrawals::archive_made_at(rows, &output, number)
        })
        .await
    }

    async fn next_redaction(&self) -> Result<Option<Redaction>, StoreError> {
        self.read(
            "look for archive documents to redact",
            withdrawals::next_redaction,
        )
        .await
    }

    async fn redact(
        &self,
        redaction: Redaction,
        document: ArchiveDocument,
    ) -> Result<bool, StoreError> {
        self.write("redact an archive document", move |rows| {
            withdrawals::redact(rows, &redaction, &document)
        })
        .await
    }
}
