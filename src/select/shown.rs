//! Which member of a story is shown.

use std::cmp::{Ordering, Reverse};

use crate::model::{Member, SourceId, Timestamp};

/// The member to show: of the newest edition, of the source with the highest priority, then the most complete, then the first
/// published, then by source id and GUID. The order of `members` does not matter; held ones are never shown.
pub fn choose_shown<'a>(
    members: &[&'a Member],
    priority: impl Fn(&SourceId) -> i64,
) -> Option<&'a Member> {
    let mut candidates: Vec<&'a Member> = members
        .iter()
        .copied()
        .filter(|member| !member.held)
        .collect();
    if candidates.len() < 2 {
        return candidates.pop();
    }
    candidates.into_iter().min_by_key(|member| {
        let entry = &member.entry;
        let completeness = (member.words, entry.html.is_some(), !entry.title.is_empty());
        (
            Reverse(member.edition_at),
            Reverse(priority(&member.source)),
            Reverse(completeness),
            Dated(entry.published),
            member.source.clone(),
            entry.guid.clone(),
            member.identity,
        )
    })
}

/// Earlier first, undated last.
#[derive(PartialEq, Eq)]
struct Dated(Option<Timestamp>);

impl Ord for Dated {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.is_none(), self.0).cmp(&(other.0.is_none(), other.0))
    }
}

impl PartialOrd for Dated {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
