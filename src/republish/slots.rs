//! Which item of an output a member of a story belongs to; pure.

use crate::model::{Copy, Duplicates, EntryId, Layer, Member, Output, Slot, Timestamp, Updates};

/// What decides where a member stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kin {
    id: EntryId,
    layer: Option<Layer>,
    matched: Option<EntryId>,
    edition_at: Timestamp,
}

impl From<&Member> for Kin {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id,
            layer: member.layer,
            matched: member.matched,
            edition_at: member.edition_at,
        }
    }
}

impl From<&Copy> for Kin {
    fn from(copy: &Copy) -> Self {
        Self {
            id: copy.id,
            layer: copy.layer,
            matched: copy.matched,
            edition_at: copy.edition_at,
        }
    }
}

/// Where the members of one story stand in one output.
pub(super) struct Slots<'o> {
    output: &'o Output,
    began_at: Timestamp,
    members: Vec<Kin>,
}

impl<'o> Slots<'o> {
    /// `members`: all of the story, shown or not.
    pub(super) fn new(
        output: &'o Output,
        began_at: Timestamp,
        members: impl Iterator<Item = Kin>,
    ) -> Self {
        Self {
            output,
            began_at,
            members: members.collect(),
        }
    }

    /// The slot of the item that a member belongs to.
    pub(super) fn of(&self, member: Kin) -> Slot {
        match self.output.duplicates {
            Duplicates::Near => self.edition(member),
            Duplicates::Exact => self.exact(member),
            Duplicates::Off => Slot::Entry(member.id),
        }
    }

    /// Newer editions than the first have items of their own where they are announced.
    fn edition(&self, member: Kin) -> Slot {
        match self.output.updates {
            Updates::Announce if member.edition_at > self.began_at => {
                Slot::edition(member.edition_at)
            }
            _ => Slot::Story,
        }
    }

    /// The whole story without those that only similarity has joined, each of which stands with what exact layers have joined
    /// to it.
    fn exact(&self, member: Kin) -> Slot {
        let mut at = member;
        // No longer than the story, should two ever name each other.
        for _ in 0..self.members.len() {
            if at.layer == Some(Layer::Near) {
                return Slot::Entry(at.id);
            }
            let mut members = self.members.iter();
            match members.find(|other| Some(other.id) == at.matched) {
                Some(matched) => at = *matched,
                None => break,
            }
        }
        Slot::Story
    }
}
