//! Which item of an output a member of a story belongs to; pure.

use crate::model::{Copy, Duplicates, EntryId, Layer, Member, Output, Timestamp, Updates};

/// The slot of an item that stands for the whole story.
pub(super) const WHOLE_STORY: i64 = 0;

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

    /// 0 for the story as a whole; above, the entry that stands for itself; below, an edition that is announced.
    pub(super) fn of(&self, member: Kin) -> i64 {
        match self.output.duplicates {
            Duplicates::Near => self.edition(member),
            Duplicates::Exact => self.exact(member),
            Duplicates::Off => member.id.0,
        }
    }

    /// Newer editions than the first have items of their own where they are announced.
    fn edition(&self, member: Kin) -> i64 {
        match self.output.updates {
            Updates::Announce if member.edition_at > self.began_at => {
                -member.edition_at.timestamp_millis()
            }
            _ => WHOLE_STORY,
        }
    }

    /// The whole story without those that only similarity has joined, each of which stands with what exact layers have joined
    /// to it.
    fn exact(&self, member: Kin) -> i64 {
        let mut at = member;
        // No longer than the story, should two ever name each other.
        for _ in 0..self.members.len() {
            if at.layer == Some(Layer::Near) {
                return at.id.0;
            }
            let mut members = self.members.iter();
            match members.find(|other| Some(other.id) == at.matched) {
                Some(matched) => at = *matched,
                None => break,
            }
        }
        WHOLE_STORY
    }
}
