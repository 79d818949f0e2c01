//! Why entries are one story, and why others are not in it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use super::columns::{MEMBER, member};
use super::links;
use super::near::{self, Profiles, Reach};
use crate::dedupe::evidence;
use crate::model::{EntryId, Member, Story, Timestamp};
use crate::store::steps::outbox;
use crate::store::{NearMiss, StoryEvidence};

/// Near misses that are told of at most.
const MAX_MISSES: usize = 10;

/// See [`crate::store::Store::evidence`].
pub(super) fn of(
    db: &Connection,
    entry: EntryId,
    window: Duration,
    now: Timestamp,
) -> rusqlite::Result<Option<StoryEvidence>> {
    let Some(story) = outbox::story_of(db, entry)? else {
        return Ok(None);
    };
    let mut profiles = Profiles::default();
    let mut found = StoryEvidence::default();
    for member in &story.members {
        let Some(matched) = member.matched else {
            continue;
        };
        let both = (profiles.of(db, member.id)?, profiles.of(db, matched)?);
        if let (Some(one), Some(other)) = both {
            found.members.push((member.id, evidence(&one, &other)));
        }
    }
    let reach = Reach {
        at: near::compared_at_of(db, entry)?,
        now,
        window,
    };
    for (other, beside) in outside(db, &story, entry, reach, &mut profiles)? {
        let both = (profiles.of(db, beside)?, profiles.of(db, other)?);
        if let ((Some(one), Some(theirs)), Some(other)) = (both, member_of(db, other)?) {
            found.near_misses.push(NearMiss {
                entry: other,
                beside,
                evidence: evidence(&one, &theirs),
            });
        }
    }
    let for_it = |miss: &NearMiss| miss.evidence.iter().filter(|said| said.speaks_for).count();
    found
        .near_misses
        .sort_by_key(|miss| (Reverse(for_it(miss)), miss.entry.id));
    found.near_misses.truncate(MAX_MISSES);
    Ok(Some(found))
}

/// Entries outside of a story that are linked to a member, or are candidates of the entry asked about; and beside which member.
fn outside(
    db: &Connection,
    story: &Story,
    entry: EntryId,
    reach: Reach,
    profiles: &mut Profiles,
) -> rusqlite::Result<BTreeMap<EntryId, EntryId>> {
    let mut outside = BTreeMap::new();
    if let Some(profile) = profiles.of(db, entry)? {
        for candidate in near::candidates(db, Some(entry), &profile, reach, profiles)? {
            outside.insert(candidate.id, entry);
        }
    }
    for member in &story.members {
        for link in links::of(db, member.id)? {
            outside.entry(link.beside(member.id)).or_insert(member.id);
        }
    }
    for member in &story.members {
        outside.remove(&member.id);
    }
    Ok(outside)
}

fn member_of(db: &Connection, entry: EntryId) -> rusqlite::Result<Option<Member>> {
    db.prepare_cached(&format!(
        "SELECT {MEMBER} FROM entries e JOIN sources s USING (source) WHERE e.entry = ? AND e.expired_at IS NULL"
    ))?
    .query_row([entry.0], member)
    .optional()
}
