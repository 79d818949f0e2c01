//! What outputs decided becomes the items that they keep.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::{outputs, withdrawals};
use crate::model::{EntryId, Hash, OutputId, Slot, StoryId, Timestamp, updated};
use crate::store::rows::{
    Filed, ItemRows, OutboxRows, OutputRow, OutputRows, StoredItem, StoredOutput, StoryRows,
    WithdrawalRows,
};
use crate::store::{KeptItem, Membership};

/// Outputs whose documents may differ, each with the stories that they may differ by.
pub(in crate::store) type Differing = BTreeMap<OutputId, BTreeSet<StoryId>>;

/// See [`crate::store::Store::keep`].
pub(in crate::store) fn keep<R: OutputRows + ItemRows + OutboxRows + StoryRows + WithdrawalRows>(
    rows: &R,
    judged: &[Membership],
    rules: &BTreeMap<OutputId, Hash>,
    settle_outbox: bool,
    now: Timestamp,
) -> Result<Differing, R::Error> {
    let mut differing = Differing::new();
    let outputs = outputs::by_id(rows)?;
    let mut met = BTreeSet::new();
    for membership in judged {
        if rows.revision(membership.story)? != Some(membership.revision) {
            continue;
        }
        let mut stored = by_output(rows.items_of_story(membership.story)?);
        let ambiguous = RefCell::default();
        for (id, items) in &membership.kept {
            let Some(output) = outputs.get(id) else {
                continue;
            };
            if met.insert(id) {
                note_rules(rows, output, rules.get(id).copied())?;
            }
            let keeper = Keeper {
                rows,
                output: output.row,
                story: membership.story,
                ambiguous: &ambiguous,
                now,
            };
            if let Some(entries) = membership.taken_back.get(id) {
                // Before what they have shown is forgotten.
                withdrawals::announce(rows, output, membership.story, entries, items, now)?;
                differing
                    .entry(id.clone())
                    .or_default()
                    .insert(membership.story);
            }
            let changed = keeper.keep(items, stored.remove(&output.row).unwrap_or_default())?;
            if !changed.is_empty() {
                differing.entry(id.clone()).or_default().extend(changed);
            }
        }
        if settle_outbox {
            rows.settle(membership.story, membership.revision)?;
        }
    }
    Ok(differing)
}

/// See [`crate::store::Store::changing`].
pub(in crate::store) fn changing<R: OutputRows + ItemRows>(
    rows: &R,
    judged: Vec<Membership>,
) -> Result<Vec<Membership>, R::Error> {
    let outputs = outputs::by_id(rows)?;
    let mut changing = Vec::new();
    for membership in judged {
        let stored = by_output(rows.items_of_story(membership.story)?);
        let differs = membership.kept.iter().any(|(id, items)| {
            let output = outputs.get(id);
            output.is_some_and(|output| !is_kept(items, stored.get(&output.row)))
        });
        if differs || !membership.taken_back.is_empty() {
            changing.push(membership);
        }
    }
    Ok(changing)
}

/// Whether an output keeps these items of a story, and no others.
fn is_kept(items: &[KeptItem], stored: Option<&StoredSlots>) -> bool {
    let inside = stored.map_or(0, |stored| {
        stored.values().filter(|item| item.is_inside).count()
    });
    let is_shown = |item: &KeptItem| {
        let stored = stored.and_then(|stored| stored.get(&item.slot));
        stored.is_some_and(|stored| shows(stored, item))
    };
    inside == items.len() && items.iter().all(is_shown)
}

/// Whether a stored item is in the output and shows what the verdict says.
fn shows(stored: &StoredItem, item: &KeptItem) -> bool {
    let (own, judged) = (&stored.showing, &item.showing);
    stored.is_inside
        && (own.entry, own.wording, own.edition_at)
            == (judged.entry, judged.wording, judged.edition_at)
}

/// A verdict by other rules than those that the membership stands for makes it a mixture: whoever has a say in the output next
/// replays it. So two processes with differing configurations never leave one behind.
fn note_rules<R: OutputRows>(
    rows: &R,
    output: &StoredOutput,
    rules: Option<Hash>,
) -> Result<(), R::Error> {
    match outputs::is_judged_by(output, rules) {
        true => Ok(()),
        false => rows.set_rules(output.row, None, None),
    }
}

/// The stored items of a story in one output.
type StoredSlots = BTreeMap<Slot, StoredItem>;

fn by_output(items: Vec<(OutputRow, StoredItem)>) -> BTreeMap<OutputRow, StoredSlots> {
    let mut outputs: BTreeMap<OutputRow, StoredSlots> = BTreeMap::new();
    for (output, item) in items {
        outputs.entry(output).or_default().insert(item.slot, item);
    }
    outputs
}

/// One output's items of one story.
struct Keeper<'a, R> {
    rows: &'a R,
    output: OutputRow,
    story: StoryId,
    /// Whether other stories have entries of the same identity, by entry: asked once for all outputs.
    ambiguous: &'a RefCell<BTreeMap<EntryId, bool>>,
    now: Timestamp,
}

/// An id under which an item enters.
struct Claimed<'i> {
    item_id: &'i str,
    /// Where the item that had it stands in the archive.
    filed: Option<Filed>,
    /// Another story, whose item had it.
    robbed: Option<StoryId>,
}

impl<R: ItemRows + StoryRows + WithdrawalRows> Keeper<'_, R> {
    /// Makes the items these. Returns the stories by which the documents may differ now. An item that stays counts: its copies
    /// may have changed.
    fn keep(
        &self,
        items: &[KeptItem],
        mut stored: StoredSlots,
    ) -> Result<BTreeSet<StoryId>, R::Error> {
        let mut changed = BTreeSet::new();
        if !items.is_empty() {
            changed.insert(self.story);
        }
        // Who leaves comes first: an entry that only changes its slot takes its id along.
        let stays = |slot: Slot| items.iter().any(|item| item.slot == slot);
        let leaving = stored.values().filter(|item| item.is_inside);
        for item in leaving.filter(|item| !stays(item.slot)) {
            self.rows
                .leave(self.output, self.story, item.slot, self.now)?;
            changed.insert(self.story);
        }
        for item in items {
            match stored.remove(&item.slot) {
                None => changed.extend(self.enter(item)?),
                Some(stored) => self.show(item, &stored)?,
            }
        }
        Ok(changed)
    }

    /// Returns the other story whose item had the id before.
    fn enter(&self, item: &KeptItem) -> Result<Option<StoryId>, R::Error> {
        let claimed = self.claim(item)?;
        let mut item = item.clone();
        let updated = item.showing.updated;
        item.showing.updated = self.undeleted(claimed.item_id, updated)?;
        self.rows.add_item(
            self.output,
            self.story,
            &item,
            claimed.item_id,
            claimed.filed,
            self.now,
        )?;
        Ok(claimed.robbed)
    }

    fn show(&self, item: &KeptItem, stored: &StoredItem) -> Result<(), R::Error> {
        if shows(stored, item) {
            return Ok(());
        }
        let mut showing = item.showing;
        showing.updated = updated(&stored.showing, &item.showing, self.now);
        if !stored.is_inside {
            for item_id in [&item.item_id, &item.fallback_id] {
                showing.updated = self.undeleted(item_id, showing.updated)?;
            }
        }
        self.rows
            .show_item(self.output, self.story, item.slot, &showing)
    }

    /// Announces an item as deleted no more that is shown again. Returns when it says that it was updated: readers leave out what is no
    /// later than its tombstone, which some have kept (RFC 6721 §3).
    fn undeleted(&self, item_id: &str, updated: Timestamp) -> Result<Timestamp, R::Error> {
        let Some(tombstone) = self.rows.tombstone(self.output, item_id)? else {
            return Ok(updated);
        };
        self.rows.remove_tombstone(self.output, item_id)?;
        Ok(updated.max(tombstone.at + withdrawals::LATER))
    }

    /// The preferred id, else the derived one. The preferred one is not taken where another release of another source has
    /// the same GUID: whichever came first would get it, and a rebuilt store might see them the other way round. Either may
    /// belong to an item that the same entry has left, in another slot or in a story that it was parted from: it is taken along,
    /// with the archive document that has it.
    fn claim<'i>(&self, item: &'i KeptItem) -> Result<Claimed<'i>, R::Error> {
        let (own, derived) = (&item.item_id, &item.fallback_id);
        let entry = item.showing.entry;
        let is_ambiguous = own != derived && self.shares_identity(entry)?;
        let candidates = [own, derived].into_iter().skip(usize::from(is_ambiguous));
        for item_id in candidates {
            let Some(holder) = self.rows.holder(self.output, item_id)? else {
                return Ok(Claimed {
                    item_id,
                    filed: None,
                    robbed: None,
                });
            };
            // An entry has one story: where an item of another one still shows it, that has not been judged since.
            let is_left = !holder.is_inside || holder.story != self.story;
            if is_left && holder.entry == entry {
                self.rows.delete_item(self.output, item_id)?;
                return Ok(Claimed {
                    item_id,
                    filed: holder.filed,
                    robbed: Some(holder.story).filter(|story| *story != self.story),
                });
            }
        }
        self.rob(derived)
    }

    fn shares_identity(&self, entry: EntryId) -> Result<bool, R::Error> {
        if let Some(known) = self.ambiguous.borrow().get(&entry) {
            return Ok(*known);
        }
        let shares = self.rows.shares_identity(entry)?;
        self.ambiguous.borrow_mut().insert(entry, shares);
        Ok(shares)
    }

    /// Takes an entry's derived id from an item that shows another entry by now: that item's story has gone on without it, and is
    /// judged again, so that what it shows enters under an id of its own.
    fn rob<'i>(&self, derived: &'i str) -> Result<Claimed<'i>, R::Error> {
        let holder = self.rows.holder(self.output, derived)?;
        let robbed = holder.filter(|holder| holder.is_inside);
        if holder.is_some() {
            self.rows.delete_item(self.output, derived)?;
        }
        if let Some(robbed) = robbed {
            self.rows.touch_story(robbed.story, self.now)?;
        }
        Ok(Claimed {
            item_id: derived,
            filed: holder.and_then(|holder| holder.filed),
            robbed: robbed.map(|holder| holder.story),
        })
    }
}
