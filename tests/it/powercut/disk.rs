//! A disk whose power can be cut at any moment.
//!
//! The model assumes the following, and nothing more:
//!
//! - Contents are durable once a sync of their file, begun after they were written, has returned. Until then each write may
//!   have reached the platter or not, in any order, whole or some of its sectors of 512 bytes.
//! - A sector is written whole or not at all, and a write leaves the bytes beside it alone: SQLite assumes this too
//!   (`SQLITE_POWERSAFE_OVERWRITE`), and so do ext4, XFS and every disk sold in this century.
//! - Names (which files exist) are durable once a sync of the directory has returned, as POSIX has it. Later changes of names
//!   may be lost, but only the last ones: ext4, XFS and btrfs journal them in order. Syncing a file does not make its name
//!   durable, although ext4 does so; the model is the harsher one.

use std::collections::BTreeMap;

use super::recording::{Event, File, SyncId, Synced};
use crate::support::random::Random;

const SECTOR: usize = 512;

/// What of the unsynced writes survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// All of them: not a power cut, but a killed process.
    Killed,
    /// None of them.
    Synced,
    /// A random half of them, some torn.
    Torn,
}

/// Files by name, as the next start finds them.
pub(super) type Files = BTreeMap<File, Vec<u8>>;

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

/// A file's contents, whatever name leads to them.
#[derive(Debug, Default)]
struct Contents {
    durable: Vec<u8>,
    /// Not synced yet, with the moment of each.
    pending: Vec<(usize, Change)>,
}

/// Where a name leads; `None`: there is no such file any more.
type Naming = (File, Option<usize>);

/// The disk after some events.
#[derive(Debug, Default)]
pub(super) struct Disk {
    contents: Vec<Contents>,
    /// As the running process sees them.
    names: BTreeMap<File, usize>,
    durable_names: BTreeMap<File, usize>,
    pending_names: Vec<(usize, Naming)>,
    /// Syncs under way, and when each began.
    syncing: BTreeMap<SyncId, usize>,
    /// Events so far.
    moment: usize,
}

impl Disk {
    /// Lets one more thing happen.
    pub(super) fn apply(&mut self, event: &Event) {
        self.moment += 1;
        match event {
            Event::Created(file) => {
                self.contents.push(Contents::default());
                self.name(*file, Some(self.contents.len() - 1));
            }
            Event::Removed(file) => self.name(*file, None),
            Event::Written(file, offset, data) => {
                self.change(*file, Change::Write(*offset, data.clone()));
            }
            Event::Truncated(file, length) => self.change(*file, Change::Truncate(*length)),
            Event::SyncBegan(sync) => {
                self.syncing.insert(*sync, self.moment);
            }
            Event::SyncEnded(sync, synced) => {
                let began = self.syncing.remove(sync).expect("a sync begins first");
                self.sync(*synced, began);
            }
            Event::Sent(_) => {}
        }
    }

    fn name(&mut self, file: File, contents: Option<usize>) {
        self.pending_names.push((self.moment, (file, contents)));
        name(&mut self.names, (file, contents));
    }

    fn change(&mut self, file: File, change: Change) {
        let contents = &mut self.contents[self.names[&file]];
        contents.pending.push((self.moment, change));
    }

    fn sync(&mut self, synced: Synced, began: usize) {
        match synced {
            Synced::Directory => {
                let done = self.pending_names.partition_point(|(at, _)| *at < began);
                for (_, naming) in self.pending_names.drain(..done) {
                    name(&mut self.durable_names, naming);
                }
            }
            Synced::Contents(file) => {
                // A file that was removed while it was being synced needs to last no longer.
                let Some(contents) = self.names.get(&file) else {
                    return;
                };
                let contents = &mut self.contents[*contents];
                let done = contents.pending.partition_point(|(at, _)| *at < began);
                for (_, change) in contents.pending.drain(..done) {
                    change.apply(&mut contents.durable);
                }
            }
        }
    }

    /// Whether anything is lost if the power goes now.
    pub(super) fn is_at_risk(&self) -> bool {
        let pending = self.contents.iter().any(|file| !file.pending.is_empty());
        pending || !self.pending_names.is_empty()
    }

    /// What is found after the power, or the process, has gone now.
    pub(super) fn cut(&self, cut: Cut, random: &mut Random) -> Files {
        let mut names = self.durable_names.clone();
        let survive = match cut {
            Cut::Killed => self.pending_names.len(),
            Cut::Synced => 0,
            Cut::Torn => random.below(self.pending_names.len() + 1),
        };
        for (_, naming) in &self.pending_names[..survive] {
            name(&mut names, *naming);
        }
        let found = names.into_iter().map(|(file, contents)| {
            let contents = &self.contents[contents];
            let mut bytes = contents.durable.clone();
            for (_, change) in &contents.pending {
                match cut {
                    Cut::Killed => change.apply(&mut bytes),
                    Cut::Synced => {}
                    Cut::Torn if random.one_in(2) => {}
                    Cut::Torn if random.one_in(2) => change.tear(&mut bytes, random),
                    Cut::Torn => change.apply(&mut bytes),
                }
            }
            (file, bytes)
        });
        found.collect()
    }
}

fn name(names: &mut BTreeMap<File, usize>, (file, contents): Naming) {
    match contents {
        Some(contents) => names.insert(file, contents),
        None => names.remove(&file),
    };
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Truncate(length) => bytes.resize(*length, 0),
            Self::Write(offset, data) => write(bytes, *offset, data),
        }
    }

    /// Applies some of the sectors that it touches.
    fn tear(&self, bytes: &mut Vec<u8>, random: &mut Random) {
        let Self::Write(offset, data) = self else {
            return self.apply(bytes);
        };
        let (mut at, end) = (*offset, offset + data.len());
        while at < end {
            let next = ((at / SECTOR + 1) * SECTOR).min(end);
            if random.one_in(2) {
                write(bytes, at, &data[at - offset..next - offset]);
            }
            at = next;
        }
    }
}

/// As `pwrite` does: a gap before `offset` reads as zeros.
fn write(bytes: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(data);
}
