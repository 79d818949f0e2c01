//! Single entries, whole.

use rusqlite::{Connection, OptionalExtension, Params, named_params};

use super::columns::{BODY, MEMBER, member};
use super::session::Session;
use crate::model::{EntryId, Member};
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
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        match wanted {
            Wanted::Exactly(id, hashes) => found(
                self,
                "(e.entry = :id OR e.identity IN (:guid, :link) OR e.url_hash = :url
                    OR e.entry IN (SELECT entry FROM entries INDEXED BY entries_handle WHERE handle IS NOT NULL AND handle IN (:guid, :link)))",
                named_params! {
                    ":id": id.map(|id| id.0), ":guid": hashes.guid, ":link": hashes.link, ":url": hashes.url, ":limit": limit,
                },
            ),
            // An outbound id that we derived stands only with the item.
            Wanted::Item(id) => found(
                self,
                "e.entry IN (SELECT entry FROM output_items WHERE item_id = :id)",
                named_params! {":id": id, ":limit": limit},
            ),
            Wanted::Title(title) => found(
                self,
                "trim(lower(e.title)) = lower(:title)",
                named_params! {":title": title, ":limit": limit},
            ),
            Wanted::InTitle(words) => found(
                self,
                "instr(lower(e.title), lower(:words)) > 0",
                named_params! {":words": words, ":limit": limit},
            ),
        }
    }
}

fn found(
    db: &Connection,
    condition: &str,
    parameters: impl Params,
) -> rusqlite::Result<Vec<Member>> {
    db.prepare_cached(&format!(
        "SELECT {MEMBER}, {BODY} FROM entries e JOIN sources s USING (source)
         WHERE {condition} AND e.expired_at IS NULL ORDER BY e.entry DESC LIMIT :limit"
    ))?
    .query_map(parameters, member)?
    .collect()
}
