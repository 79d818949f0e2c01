//! Which entry a person means.

use rusqlite::{Connection, named_params};

use super::columns::{MEMBER, member};
use crate::dedupe::{Lookup, lookup_hashes};
use crate::model::Member;

/// See [`crate::store::Store::find_entries`].
pub(super) fn entries(db: &Connection, words: &str, limit: usize) -> rusqlite::Result<Vec<Member>> {
    let words = words.trim();
    // They stand in every title.
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let Lookup { guid, link, url } = lookup_hashes(words);
    let id: Option<i64> = words.parse().ok();
    let exactly = "(e.entry = :id OR e.identity IN (:guid, :link) OR e.url_hash = :url 
        OR e.entry IN (SELECT entry FROM entries INDEXED BY entries_handle WHERE handle IS NOT NULL AND handle IN (:guid, :link)))";
    // An outbound id that we derived stands only with the item.
    let as_item = "e.entry IN (SELECT i.entry FROM outputs o CROSS JOIN output_items i ON i.output = o.output AND i.item_id = :words)";
    // A whole headline is meant before those that contain it.
    let is_title = "trim(lower(e.title)) = lower(:words)";
    let in_title = "instr(lower(e.title), lower(:words)) > 0";
    for condition in [exactly, as_item, is_title, in_title] {
        let found: Vec<Member> = db
            .prepare_cached(&format!(
                "SELECT {MEMBER} FROM entries e JOIN sources s USING (source)
                 WHERE {condition} AND e.expired_at IS NULL AND COALESCE(:words, :id, :guid, :link, :url) IS NOT NULL ORDER BY e.entry DESC LIMIT :limit"
            ))?
            .query_map(
                named_params! {
                    ":words": words, ":id": id, ":guid": guid, ":link": link, ":url": url, ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
                },
                member,
            )?
            .collect::<rusqlite::Result<_>>()?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}
