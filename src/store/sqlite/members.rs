//! Single entries, whole.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params};

use super::columns::{BODY, MEMBER, at_most, member, source_id};
use super::session::Session;
use crate::model::{EntryId, Member, StoryId};
use crate::store::NamedEntry;
use crate::store::rows::{MemberRows, Wanted};

impl MemberRows for Session {
    fn member(&self, entry: EntryId) -> rusqlite::Result<Option<Member>> {
        self.prepare_cached(&format!(
            "SELECT {MEMBER}, {BODY} FROM entries e JOIN sources s USING (source) WHERE e.entry = ? AND e.expired_at IS NULL"
        ))?
        .query_row([entry.0], member)
        .optional()
    }

    fn find(&self, wanted: &Wanted<'_>, limit: usize) -> rusqlite::Result<Vec<Member>> {
        let select = format!("{MEMBER}, {BODY}");
        search(
            self,
            (&select, "e.expired_at IS NULL"),
            wanted,
            limit,
            member,
        )
    }

    fn find_any(&self, wanted: &Wanted<'_>, limit: usize) -> rusqlite::Result<Vec<NamedEntry>> {
        let select =
            "e.entry, e.story, s.id AS source_id, e.title, e.expired_at IS NOT NULL AS is_expired";
        search(self, (select, "TRUE"), wanted, limit, |row| {
            Ok(NamedEntry {
                id: EntryId(row.get("entry")?),
                story: StoryId(row.get("story")?),
                source: source_id(row, "source_id")?,
                title: row.get("title")?,
                is_expired: row.get("is_expired")?,
            })
        })
    }
}

/// Selects what is asked of the entries that are wanted, and for which the second condition holds, too.
fn search<T>(
    db: &Connection,
    (select, also): (&str, &str),
    wanted: &Wanted<'_>,
    limit: usize,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let limit = at_most(limit);
    let found = |condition: &str, parameters: &[(&str, &dyn ToSql)]| {
        db.prepare_cached(&format!(
            "SELECT {select} FROM entries e JOIN sources s USING (source)
             WHERE {condition} AND {also} ORDER BY e.entry DESC LIMIT :limit"
        ))?
        .query_map(parameters, read)?
        .collect()
    };
    match wanted {
        Wanted::Exactly(id, hashes) => found(
            "(e.entry = :id OR e.identity IN (:guid, :link) OR e.url_hash = :url
                OR e.entry IN (SELECT entry FROM entries INDEXED BY entries_handle WHERE handle IS NOT NULL AND handle IN (:guid, :link)))",
            named_params! {
                ":id": id.map(|id| id.0), ":guid": hashes.guid, ":link": hashes.link, ":url": hashes.url, ":limit": limit,
            },
        ),
        // An outbound id that we derived stands only with the item.
        Wanted::Item(id) => found(
            "e.entry IN (SELECT entry FROM output_items WHERE item_id = :id)",
            named_params! {":id": id, ":limit": limit},
        ),
        Wanted::Title(title) => found(
            "trim(lower(e.title)) = lower(:title)",
            named_params! {":title": title, ":limit": limit},
        ),
        Wanted::InTitle(words) => found(
            "instr(lower(e.title), lower(:words)) > 0",
            named_params! {":words": words, ":limit": limit},
        ),
    }
}
