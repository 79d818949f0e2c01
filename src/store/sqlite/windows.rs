//! What outputs show: first which items in which state, of a window that was read before only what has changed in it, then of
//! those that are not known what they say.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rusqlite::{Connection, Row, params};

use super::archives;
use super::columns::{COPY, MEMBER, copy, member, moment, moment_at, ms};
use crate::model::{Copy, EntryId, FeedFields, Member, StoryId};
use crate::store::{
    ItemVersion, Place, PriorWindow, Window, WindowBounds, WindowItem, WindowRequest, WindowRow,
};

/// Added to what the members' sources grow by, for each member that has expired: more than they ever grow to.
const EXPIRED: i64 = 1 << 40;

/// The windows by what they were and what has changed; `None`: of one at least that does not tell.
pub(super) fn changed(
    db: &Connection,
    requests: &[WindowRequest],
) -> rusqlite::Result<Option<Vec<Window>>> {
    read(db, requests, changed_versions)
}

/// See [`crate::store::Store::windows`].
pub(super) fn whole(db: &Connection, requests: &[WindowRequest]) -> rusqlite::Result<Vec<Window>> {
    let all = |db: &_, request: &_, _| all_versions(db, request).map(Some);
    Ok(read(db, requests, all)?.unwrap_or_default())
}

fn read(
    db: &Connection,
    requests: &[WindowRequest],
    versions: impl Fn(&Connection, &WindowRequest, i64) -> rusqlite::Result<Option<Versions>>,
) -> rusqlite::Result<Option<Vec<Window>>> {
    let feeds = db
        .prepare_cached("SELECT count FROM feed_changes")?
        .query_row([], |row| row.get(0))?;
    let mut loaded = Loaded::default();
    let mut windows = Vec::with_capacity(requests.len());
    for request in requests {
        let Some(versions) = versions(db, request, feeds)? else {
            return Ok(None);
        };
        windows.push(window(db, request, (versions, feeds), &mut loaded)?);
    }
    Ok(Some(windows))
}

/// A window's rows.
type Versions = Vec<Arc<ItemVersion>>;

/// What items show, read once for all outputs that have them in the same state.
type Loaded = HashMap<Arc<ItemVersion>, WindowItem>;

fn window(
    db: &Connection,
    request: &WindowRequest,
    (versions, feeds): (Versions, i64),
    loaded: &mut Loaded,
) -> rusqlite::Result<Window> {
    let mut rows = Vec::with_capacity(versions.len());
    for version in versions {
        let item = match (request.is_known)(&version) {
            true => None,
            false => Some(Box::new(match loaded.entry(version.clone()) {
                Entry::Occupied(known) => known.get().clone(),
                Entry::Vacant(place) => place.insert(item(db, request, &version)?).clone(),
            })),
        };
        rows.push(WindowRow { version, item });
    }
    let end = rows.last().map(|row| Place::of(&row.version));
    let archived = archives::archived(db, &request.output, end.as_ref(), request.rules)?;
    Ok(Window {
        rows,
        archived,
        feeds,
    })
}

/// Columns of [`version`], of `output_items i` in the output `?1`, without any text.
fn version_of_items(which: &str) -> String {
    format!(
        "SELECT i.item_id, i.story, i.slot, i.entry, i.ordered_at, i.updated_at, st.revision, e.source,
             (SELECT sum(s.revision + (m.expired_at IS NOT NULL) * {EXPIRED}) FROM entries m JOIN sources s USING (source)
              WHERE m.story = i.story) AS sources
         FROM output_items i JOIN entries e USING (entry) JOIN stories st ON st.story = i.story
         WHERE i.output = (SELECT output FROM outputs WHERE id = ?1) AND i.left_at IS NULL AND e.expired_at IS NULL AND {which}"
    )
}

/// The window by what it was and what has changed; `None`: that does not tell.
fn changed_versions(
    db: &Connection,
    request: &WindowRequest,
    feeds: i64,
) -> rusqlite::Result<Option<Versions>> {
    let prior = request.prior.as_ref();
    let Some(prior) = prior.filter(|prior| prior.feeds == feeds) else {
        return Ok(None);
    };
    // How many a source has behind the window is not known.
    if request.bounds.per_source.is_some() {
        return Ok(None);
    }
    let mut of_story = db.prepare_cached(&version_of_items("i.story = ?2"))?;
    let mut changed = Vec::new();
    for story in &prior.changed {
        let rows = of_story.query_map(params![request.output.as_str(), story.0], version)?;
        for row in rows {
            changed.push(Arc::new(row?));
        }
    }
    Ok(merged(prior, changed, request.bounds))
}

/// A window with the items of changed stories in place of what they had; `None`: items that were behind it come into it.
fn merged(
    prior: &PriorWindow,
    changed: Vec<Arc<ItemVersion>>,
    bounds: WindowBounds,
) -> Option<Versions> {
    let limit = usize::try_from(bounds.limit).unwrap_or(usize::MAX);
    // What lies behind a full window was not read.
    let end = prior.rows.last().filter(|_| prior.rows.len() >= limit);
    let is_ahead = |item: &Arc<ItemVersion>| end.is_none_or(|end| in_order(item, end).is_le());
    let stays = |item: &&Arc<ItemVersion>| !prior.changed.contains(&item.story);
    let mut rows: Vec<_> = prior.rows.iter().filter(stays).cloned().collect();
    rows.extend(changed.into_iter().filter(is_ahead));
    rows.sort_by(in_order);
    if rows.len() < limit && end.is_some() {
        return None;
    }
    rows.truncate(limit);
    let not_before = bounds.not_before;
    rows.retain(|item| not_before.is_none_or(|bound| item.ordered_at >= bound));
    Some(rows)
}

fn in_order(left: &Arc<ItemVersion>, right: &Arc<ItemVersion>) -> Ordering {
    let newest_first = right.ordered_at.cmp(&left.ordered_at);
    newest_first.then_with(|| left.item_id.cmp(&right.item_id))
}

/// All of the window, in order.
fn all_versions(db: &Connection, request: &WindowRequest) -> rusqlite::Result<Versions> {
    let WindowBounds {
        limit,
        not_before,
        per_source,
    } = request.bounds;
    let in_order = "i.ordered_at >= ?2 ORDER BY i.ordered_at DESC, i.item_id LIMIT ?3";
    let mut statement = db.prepare_cached(&version_of_items(in_order))?;
    // Where a source has had its share, what follows takes its place.
    let most = per_source.map_or(i64::from(limit), |_| -1);
    let mut rows = statement.query(params![
        request.output.as_str(),
        not_before.map_or(i64::MIN, ms),
        most
    ])?;
    let mut of_source: HashMap<i64, u32> = HashMap::new();
    let mut versions = Vec::new();
    while versions.len() < limit as usize
        && let Some(row) = rows.next()?
    {
        let count = of_source.entry(row.get("source")?).or_default();
        *count += 1;
        if per_source.is_none_or(|most| *count <= most) {
            versions.push(Arc::new(version(row)?));
        }
    }
    Ok(versions)
}

fn version(row: &Row<'_>) -> rusqlite::Result<ItemVersion> {
    Ok(ItemVersion {
        item_id: row.get("item_id")?,
        story: StoryId(row.get("story")?),
        slot: row.get("slot")?,
        entry: EntryId(row.get("entry")?),
        revision: row.get("revision")?,
        sources: row.get("sources")?,
        ordered_at: moment(row.get("ordered_at")?),
        updated: moment(row.get("updated_at")?),
    })
}

fn item(
    db: &Connection,
    request: &WindowRequest,
    version: &ItemVersion,
) -> rusqlite::Result<WindowItem> {
    let bounds = params![request.output.as_str(), version.story.0, version.slot];
    let found = items(db, "i.story = ?2 AND i.slot = ?3", bounds)?;
    (found.into_iter().next()).ok_or(rusqlite::Error::QueryReturnedNoRows)
}

/// The items of output `?1` that are in and that `which` selects and orders.
pub(super) fn items(
    db: &Connection,
    which: &str,
    bounds: impl rusqlite::Params,
) -> rusqlite::Result<Vec<WindowItem>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT i.item_id, i.story, i.slot, st.began_at, i.ordered_at AS place, i.updated_at AS item_updated, s.feed_id, s.title AS feed_title, s.home_url,
             s.self_url, e.feed_updated, s.language AS feed_language, s.icon, s.id AS source_id, {MEMBER}
         FROM output_items i JOIN outputs o USING (output) JOIN entries e USING (entry) JOIN sources s USING (source)
             JOIN stories st ON st.story = i.story
         WHERE o.id = ?1 AND i.left_at IS NULL AND e.expired_at IS NULL AND {which}"
    ))?;
    let mut rows = statement.query(bounds)?;
    let mut items: Vec<WindowItem> = Vec::new();
    while let Some(row) = rows.next()? {
        let mut item = window_item(row)?;
        item.copies = copies(db, item.story, item.shown.id)?;
        items.push(item);
    }
    Ok(items)
}

fn window_item(row: &Row<'_>) -> rusqlite::Result<WindowItem> {
    let shown: Member = member(row)?;
    Ok(WindowItem {
        item_id: row.get("item_id")?,
        story: StoryId(row.get("story")?),
        slot: row.get("slot")?,
        began_at: moment(row.get("began_at")?),
        ordered_at: moment(row.get("place")?),
        updated: moment(row.get("item_updated")?),
        shown,
        feed: FeedFields {
            id: row.get("feed_id")?,
            title: row.get("feed_title")?,
            home_url: row.get("home_url")?,
            self_url: row.get("self_url")?,
            updated: moment_at(row, "feed_updated")?,
            language: row.get("feed_language")?,
            icon: row.get("icon")?,
        },
        copies: Vec::new(),
    })
}

/// In an order that says nothing of who came first: a rebuilt store gives the same documents.
fn copies(db: &Connection, story: StoryId, shown: EntryId) -> rusqlite::Result<Vec<Copy>> {
    db.prepare_cached(&format!(
        "SELECT {COPY} FROM entries e JOIN sources s USING (source)
         WHERE e.story = ? AND e.entry != ? AND e.expired_at IS NULL ORDER BY s.id, e.identity, e.entry"
    ))?
    .query_map(params![story.0, shown.0], copy)?
    .collect()
}
