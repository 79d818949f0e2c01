//! What stays the same while the entries of one document are written.

use std::cell::OnceCell;

use super::ahead::Ahead;
use crate::dedupe::{Boilerplate, BothWays, Contact, Profile, Reading};
use crate::model::{Incoming, RefreshRecord, Timestamp};
use crate::store::rows::{LastDocument, Owner, RefreshRows, StoredSource};
use crate::store::steps::publishers;

/// What stays the same while the entries of one document are written.
pub(super) struct Context<'a, R> {
    pub(super) rows: &'a R,
    /// The refresh, with the entries of the document.
    pub(super) record: &'a RefreshRecord,
    /// What of them was read before.
    pub(super) ahead: &'a Ahead,
    /// The source before this refresh.
    pub(super) source: StoredSource,
    /// What the source's own clock shows; its entries are marked as seen with it.
    pub(super) heard_at: Timestamp,
    /// What is known of the source before this document.
    pub(super) contact: Contact,
    /// The document before this one.
    pub(super) before: Option<LastDocument>,
    /// Under whom repeated text is remembered.
    pub(super) owner: Owner,
    boilerplate: OnceCell<Boilerplate>,
}

impl<'a, R: RefreshRows> Context<'a, R> {
    /// Puts it together, and notes the site that the document links to.
    pub(super) fn new(
        rows: &'a R,
        (record, ahead): (&'a RefreshRecord, &'a Ahead),
        source: StoredSource,
        heard_at: Timestamp,
        contact: Contact,
        before: Option<LastDocument>,
    ) -> Result<Self, R::Error> {
        let entries = record.entries.iter();
        let links = entries.map(|incoming| incoming.entry.url.as_ref());
        let owner = publishers::owner(rows, source.row, links)?;
        Ok(Self {
            rows,
            record,
            ahead,
            source,
            heard_at,
            contact,
            before,
            owner,
            boilerplate: OnceCell::new(),
        })
    }

    /// What the publisher was known to repeat before this document.
    pub(super) fn boilerplate(&self) -> Result<&Boilerplate, R::Error> {
        if let Some(known) = self.boilerplate.get() {
            return Ok(known);
        }
        let known = self.rows.boilerplate(self.owner)?;
        Ok(self.boilerplate.get_or_init(|| known))
    }

    /// A new entry, without the blocks that `trimmed` names, and with them where that may be asked: if anything is withdrawn.
    pub(super) fn both_ways(
        &self,
        incoming: &Incoming,
        reading: Reading,
        trimmed: u64,
    ) -> Result<BothWays, R::Error> {
        let whole = match self.rows.has_withdrawals()? {
            true => reading.in_full(trimmed),
            false => None,
        };
        let profile = |text| {
            let source = self.record.source.clone();
            Profile::new(source, &incoming.entry, incoming.fingerprint.url, text)
        };
        Ok(BothWays {
            whole: whole.map(profile),
            trimmed: profile(reading.prepare(trimmed)),
        })
    }
}

impl<R> Context<'_, R> {
    /// Whether the source had entries before this document. If not, none need be looked up.
    pub(super) fn has_entries(&self) -> bool {
        self.contact != Contact::First
    }
}
