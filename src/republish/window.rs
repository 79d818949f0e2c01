//! Which of its items an output shows, and in which order; pure.
//!
//! A window holds what an output keeps, newest place first, then by item id: at most so many of one source, so many in all, and none
//! older than its age allows. How many of them its documents have room for (`max_bytes`) is measured when they are written
//! ([`crate::publish::fitting`]); those are the shown ones, and the rest is cut.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::Arc;

use chrono::Duration;

use crate::model::{Output, SourceId, StoryId, Timestamp};
use crate::store::{ItemVersion, Place};

/// What an output's configuration says about its window, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Items at most.
    pub(super) limit: u32,
    /// None placed before.
    pub(super) not_before: Option<Timestamp>,
    /// Items of one source at most, the newest.
    pub(super) per_source: Option<u32>,
}

impl Bounds {
    pub(super) fn of(output: &Output, now: Timestamp) -> Self {
        let age = output.max_age;
        Self {
            limit: output.max_entries.get(),
            not_before: age.and_then(|age| now.checked_sub_signed(Duration::from_std(age).ok()?)),
            per_source: output.max_per_source.map(NonZeroU32::get),
        }
    }

    pub(super) fn limit(self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }
}

/// When the place of an output's oldest item has its age, so that its documents change without anything new.
pub(super) fn expires_at(output: &Output, oldest: Option<Timestamp>) -> Option<Timestamp> {
    let (oldest, age) = oldest.zip(output.max_age)?;
    oldest.checked_add_signed(Duration::from_std(age).ok()?)
}

/// An item that has a place in an output's order.
pub(super) trait Placed {
    fn ordered_at(&self) -> Timestamp;
    fn item_id(&self) -> &str;
    /// The source of the entry shown.
    fn source(&self) -> &SourceId;
}

impl Placed for Arc<ItemVersion> {
    fn ordered_at(&self) -> Timestamp {
        self.ordered_at
    }

    fn item_id(&self) -> &str {
        &self.item_id
    }

    fn source(&self) -> &SourceId {
        &self.source
    }
}

fn in_order<T: Placed>(left: &T, right: &T) -> Ordering {
    let newest_first = right.ordered_at().cmp(&left.ordered_at());
    newest_first.then_with(|| left.item_id().cmp(right.item_id()))
}

/// A window that is filled with items in their order.
#[derive(Debug)]
pub(super) struct Filling<T> {
    bounds: Bounds,
    of_source: BTreeMap<SourceId, u32>,
    items: Vec<T>,
}

impl<T: Placed> Filling<T> {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            of_source: BTreeMap::new(),
            items: Vec::new(),
        }
    }

    /// Takes those that belong into the window. Where a source has had its share, what follows takes its place.
    pub(super) fn take(&mut self, next: impl IntoIterator<Item = T>) {
        for item in next {
            if self.is_full() {
                return;
            }
            if self.has_share(&item) && self.is_young(&item) {
                self.items.push(item);
            }
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.items.len() >= self.bounds.limit()
    }

    /// Whether an item of this id was taken.
    pub(super) fn has(&self, item: &T) -> bool {
        let mut items = self.items.iter();
        items.any(|taken| taken.item_id() == item.item_id())
    }

    fn has_share(&mut self, item: &T) -> bool {
        let Some(most) = self.bounds.per_source else {
            return true;
        };
        let count = self.of_source.entry(item.source().clone()).or_default();
        *count += 1;
        *count <= most
    }

    fn is_young(&self, item: &T) -> bool {
        let not_before = self.bounds.not_before;
        not_before.is_none_or(|bound| item.ordered_at() >= bound)
    }

    pub(super) fn items(self) -> Vec<T> {
        self.items
    }
}

/// The window of these items, which may stand in any order. Whatever comes later, none of the others can come into it unless one of
/// these leaves.
pub(super) fn cut<T: Placed>(mut items: Vec<T>, bounds: Bounds) -> Vec<T> {
    items.sort_unstable_by(in_order);
    let mut filling = Filling::new(bounds);
    filling.take(items);
    filling.items()
}

/// A window with the items that stories have by now in place of those that they had, where that tells.
///
/// `before` is the whole window as it was, within the same bounds but for their time; `changed` names the stories whose items may
/// have changed since, and `items` are all that these have in the output now. `None`: the window has to be read anew, for items
/// that were behind it may come into it.
pub(super) fn merged(
    before: &[Arc<ItemVersion>],
    changed: &BTreeSet<StoryId>,
    items: Vec<Arc<ItemVersion>>,
    bounds: Bounds,
) -> Option<Vec<Arc<ItemVersion>>> {
    // How many a source has behind the window is not known.
    if bounds.per_source.is_some() {
        return None;
    }
    // What lies behind a full window was not read.
    let end = before.last().filter(|_| before.len() >= bounds.limit());
    let is_ahead = |item: &Arc<ItemVersion>| end.is_none_or(|end| in_order(item, end).is_le());
    let stays = |item: &&Arc<ItemVersion>| !changed.contains(&item.story);
    let mut rows: Vec<_> = before.iter().filter(stays).cloned().collect();
    rows.extend(items.into_iter().filter(is_ahead));
    if rows.len() < bounds.limit() && end.is_some() {
        return None;
    }
    Some(cut(rows, bounds))
}

/// Where a window ends; `None`: it is empty.
pub(super) fn end(window: &[Arc<ItemVersion>]) -> Option<Place> {
    window.last().map(|item| item.place())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::*;
    use crate::model::{EntryId, Slot};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(seconds, 0).expect("a moment")
    }

    /// An item as `[id, place, source]`; its story is the first letter of its id.
    fn item(value: &Value) -> Arc<ItemVersion> {
        let id = value[0].as_str().expect("an id");
        let place = at(value[1].as_i64().expect("a place"));
        Arc::new(ItemVersion {
            item_id: id.to_owned(),
            story: story(id),
            slot: Slot::Story,
            entry: EntryId(1),
            source: SourceId::new(value[2].as_str().expect("a source")).expect("an id"),
            revision: 1,
            sources: 0,
            expired: 0,
            ordered_at: place,
            updated: place,
        })
    }

    fn story(id: &str) -> StoryId {
        StoryId(i64::from(id.as_bytes()[0]))
    }

    fn items(value: &Value) -> Vec<Arc<ItemVersion>> {
        value.as_array().expect("items").iter().map(item).collect()
    }

    fn ids(items: &[Arc<ItemVersion>]) -> Value {
        items.iter().map(|item| item.item_id.clone()).collect()
    }

    fn bounds(case: &Value, not_before: &Value) -> Bounds {
        let number = |name: &str| {
            case[name]
                .as_u64()
                .map(|n| u32::try_from(n).expect("small"))
        };
        Bounds {
            limit: number("limit").expect("a limit"),
            not_before: not_before.as_i64().map(at),
            per_source: number("per_source"),
        }
    }

    /// Shows a window, and then what is left of it by each change.
    fn check(name: &str, case: &Value) {
        let mut all = items(&case["items"]);
        let mut not_before = &case["not_before"];
        let mut window = cut(all.clone(), bounds(case, not_before));
        assert_eq!(ids(&window), case["shown"], "{name}");
        for change in case["changes"].as_array().expect("changes") {
            let what = format!("{name}: {}", change["what"]);
            let stories = change["stories"].as_object().expect("stories");
            let changed: BTreeSet<StoryId> = stories.keys().map(|id| story(id)).collect();
            let now: Vec<_> = stories.values().flat_map(items).collect();
            all.retain(|item| !changed.contains(&item.story));
            all.extend(now.iter().cloned());
            if !change["not_before"].is_null() {
                not_before = &change["not_before"];
            }
            let bounds = bounds(case, not_before);
            let whole = cut(all.clone(), bounds);
            match merged(&window, &changed, now, bounds) {
                Some(merged) => {
                    assert_eq!(ids(&merged), change["shown"], "{what}");
                    assert_eq!(merged, whole, "{what}: it is not the whole window");
                }
                None => assert_eq!(change["shown"], "read anew", "{what}"),
            }
            window = whole;
        }
    }

    #[test]
    fn a_window_is_what_its_case_says() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/window");
        let mut cases = 0;
        for file in std::fs::read_dir(corpus).expect("a folder") {
            let path = file.expect("readable").path();
            let text = std::fs::read_to_string(&path).expect("readable");
            let case = serde_json::from_str(&text).expect("JSON");
            check(&path.display().to_string(), &case);
            cases += 1;
        }
        assert!(cases > 0, "there is no case");
    }
}
