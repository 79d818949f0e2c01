//! Why entries are one story, and why others are not in it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use super::candidates::candidates;
use super::profiles::Profiles;
use crate::dedupe::{self, Evidence, Reach};
use crate::model::{EntryId, Story, Timestamp, compared_at};
use crate::store::rows::{KeyRows, LinkRows, MemberRows, OutboxRows, StoryRows, TextRows};
use crate::store::steps::outbox;
use crate::store::{NearMiss, StoryEvidence};

/// Near misses that are told of at most.
const MAX_MISSES: usize = 10;

/// See [`crate::store::Store::evidence`].
pub(in crate::store) fn evidence<R>(
    rows: &R,
    entry: EntryId,
    window: Duration,
    now: Timestamp,
) -> Result<Option<StoryEvidence>, R::Error>
where
    R: StoryRows + LinkRows + KeyRows + TextRows + MemberRows + OutboxRows,
{
    let Some(story) = outbox::story_of(rows, entry)? else {
        return Ok(None);
    };
    let mut weighing = Weighing {
        rows,
        profiles: Profiles::default(),
    };
    let mut told = StoryEvidence::default();
    for member in &story.members {
        let Some(matched) = member.matched else {
            continue;
        };
        if let Some(evidence) = weighing.between(member.id, matched)? {
            told.members.push((member.id, evidence));
        }
    }
    for (other, beside) in weighing.outside(&story, entry, window, now)? {
        let evidence = weighing.between(beside, other)?;
        if let (Some(evidence), Some(entry)) = (evidence, rows.member(other)?) {
            told.near_misses.push(NearMiss {
                entry,
                beside,
                evidence,
            });
        }
    }
    keep_nearest(&mut told.near_misses);
    Ok(Some(told))
}

/// See [`crate::store::Store::weigh`].
pub(in crate::store) fn weigh<R: TextRows>(
    rows: &R,
    pairs: &[(EntryId, EntryId)],
) -> Result<Vec<Vec<Evidence>>, R::Error> {
    let mut weighing = Weighing {
        rows,
        profiles: Profiles::default(),
    };
    let pairs = pairs.iter().map(|(one, other)| {
        let weighed = weighing.between(*one, *other)?;
        Ok(weighed.unwrap_or_default())
    });
    pairs.collect()
}

struct Weighing<'a, R> {
    rows: &'a R,
    profiles: Profiles,
}

impl<R: TextRows> Weighing<'_, R> {
    /// What speaks for and against two entries being one release; `None`: one of them is not stored.
    fn between(&mut self, one: EntryId, other: EntryId) -> Result<Option<Vec<Evidence>>, R::Error> {
        let one = self.profiles.of(self.rows, one)?;
        let other = self.profiles.of(self.rows, other)?;
        Ok(one
            .zip(other)
            .map(|(one, other)| dedupe::evidence(&one, &other)))
    }
}

impl<R: StoryRows + LinkRows + KeyRows + TextRows> Weighing<'_, R> {
    /// Entries outside of a story that are linked to a member of it or are candidates of `entry`, each with that member.
    fn outside(
        &mut self,
        story: &Story,
        entry: EntryId,
        window: Duration,
        now: Timestamp,
    ) -> Result<BTreeMap<EntryId, EntryId>, R::Error> {
        let mut outside = BTreeMap::new();
        let profile = self.profiles.of(self.rows, entry)?;
        let placed = self.rows.placed(&[entry])?.pop();
        if let (Some(profile), Some(placed)) = (profile, placed) {
            let reach = Reach {
                at: compared_at(placed.published, placed.ordered_at),
                now,
                window,
            };
            let found = candidates(self.rows, Some(entry), &profile, reach)?.into_iter();
            outside.extend(found.map(|candidate| (candidate.placed.id, entry)));
        }
        for member in &story.members {
            for link in self.rows.links_of(member.id)? {
                outside.entry(link.beside(member.id)).or_insert(member.id);
            }
        }
        for member in &story.members {
            outside.remove(&member.id);
        }
        Ok(outside)
    }
}

/// Keeps the near misses with the most evidence for them, of equals the oldest entries.
fn keep_nearest(misses: &mut Vec<NearMiss>) {
    let for_it = |miss: &NearMiss| miss.evidence.iter().filter(|said| said.speaks_for).count();
    misses.sort_by_key(|miss| (Reverse(for_it(miss)), miss.entry.id));
    misses.truncate(MAX_MISSES);
}
