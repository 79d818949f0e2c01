//! Stories that a person merges or splits.

use std::collections::HashSet;

use super::profiles::Profiles;
use super::regroup::Regroup;
use crate::dedupe::{BY_HAND, Link, Role, links_after_split, links_of, mover};
use crate::model::{EntryId, Timestamp};
use crate::store::rows::{LinkRows, StoryRows, TextRows, WithdrawalRows};
use crate::store::steps::withdrawals;

/// See [`crate::store::Store::merge`].
pub(in crate::store) fn merge<R: StoryRows + LinkRows + TextRows + WithdrawalRows>(
    rows: &R,
    one: EntryId,
    other: EntryId,
    now: Timestamp,
) -> Result<bool, R::Error> {
    let placed = rows.placed(&[one, other])?;
    let [left, right] = &placed[..] else {
        return Ok(false);
    };
    if left.story == right.story {
        return Ok(false);
    }
    withdrawals::before_merge(rows, [left.story, right.story], now)?;
    rows.write_links(&[Link::new(one, other, BY_HAND)])?;
    let goes = mover(
        (one, rows.member_count(left.story)?),
        (other, rows.member_count(right.story)?),
    );
    put_in_order(rows, &[goes], now)?;
    Ok(true)
}

/// See [`crate::store::Store::split`].
pub(in crate::store) fn split<R: StoryRows + LinkRows + TextRows + WithdrawalRows>(
    rows: &R,
    entry: EntryId,
    now: Timestamp,
) -> Result<bool, R::Error> {
    let Some(placed) = rows.placed(&[entry])?.pop() else {
        return Ok(false);
    };
    let story = placed.story;
    let Some(other) = rows.member_beside(entry, story)? else {
        return withdrawals::lift(rows, entry, story, now);
    };
    withdrawals::before_split(rows, entry, story)?;
    let own = rows.begin_story(placed.edition_at, now)?;
    let role = Role::first(placed.edition_at);
    rows.write_roles(own, &[(entry, &role)])?;
    rows.rule_on(&[story, own])?;
    let kept = links_after_split(entry, &rows.links_of(entry)?);
    rows.remove_links(entry)?;
    rows.write_links(&links_of(entry, &kept))?;
    put_in_order(rows, &[entry, other], now)?;
    rows.touch_story(story, now)?;
    rows.touch_story(own, now)?;
    Ok(true)
}

/// Puts the stories in order that a person has changed.
fn put_in_order<R: StoryRows + LinkRows + TextRows>(
    rows: &R,
    seeds: &[EntryId],
    now: Timestamp,
) -> Result<(), R::Error> {
    let none = HashSet::new();
    let moved = seeds.iter().copied().collect();
    let regroup = Regroup {
        rows,
        now,
        fresh: &none,
        anew: &none,
        moved: &moved,
    };
    regroup.around(seeds, &mut Profiles::default())
}
