//! Links between entries.

use rusqlite::types::FromSqlError;
use rusqlite::{Row, params};

use super::columns::moment;
use super::in_order::InOrder;
use super::session::Session;
use super::stories::role;
use crate::dedupe::{Comparison, Link, Sameness};
use crate::model::{EntryId, Layer, StoryId};
use crate::store::rows::{LinkRows, Recognition, verdict_of_word, verdict_word};

/// All links of a story's members. From a link's second end only those are looked for whose first end is in another story.
pub(super) const OF_STORY: &str = "SELECT l.entry, l.other, l.verdict, l.layer, l.score FROM entries e CROSS JOIN links l ON l.entry = e.entry
     WHERE e.story = ?1
     UNION ALL SELECT l.entry, l.other, l.verdict, l.layer, l.score FROM entries e CROSS JOIN links l ON l.other = e.entry
         CROSS JOIN entries own ON own.entry = l.entry WHERE e.story = ?1 AND own.story != ?1";

impl LinkRows for Session {
    fn links_of(&self, entry: EntryId) -> rusqlite::Result<Vec<Link>> {
        self.prepare_cached(
            "SELECT entry, other, verdict, layer, score FROM links WHERE entry = ?1
             UNION ALL SELECT entry, other, verdict, layer, score FROM links WHERE other = ?1 ORDER BY 1, 2",
        )?
        .query_map([entry.0], link)?
        .collect()
    }

    fn links_of_stories(&self, stories: &[StoryId]) -> rusqlite::Result<Vec<Link>> {
        let mut select = self.prepare_cached(OF_STORY)?;
        let mut links = Vec::new();
        for story in stories {
            for found in select.query_map([story.0], link)? {
                links.push(found?);
            }
        }
        Ok(links)
    }

    fn recognitions(&self, entry: EntryId) -> rusqlite::Result<Vec<Recognition>> {
        self.prepare_cached(
            "SELECT m.entry, m.relation, m.layer, m.score, m.matched, m.edition_at, o.edition_at AS matched_edition_at FROM entries e
                 JOIN entries m ON m.story = e.story JOIN entries o ON o.entry = m.matched
             WHERE e.entry = ?1 AND (m.entry = ?1 OR m.matched = ?1)",
        )?
        .query_map([entry.0], recognition)?
        .collect()
    }

    fn write_links(&self, links: &[Link]) -> rusqlite::Result<()> {
        let mut insert = self.prepare_cached(
            "INSERT OR REPLACE INTO links (entry, other, verdict, layer, score) VALUES (?, ?, ?, ?, ?)",
        )?;
        for link in links {
            let Some(verdict) = verdict_word(link.sameness) else {
                continue;
            };
            insert.execute(params![
                link.other.0,
                link.one.0,
                verdict,
                link.layer.as_str(),
                link.score
            ])?;
        }
        Ok(())
    }

    fn remove_links(&self, entry: EntryId) -> rusqlite::Result<()> {
        for delete in [
            "DELETE FROM links WHERE entry = ?",
            "DELETE FROM links WHERE other = ?",
        ] {
            self.prepare_cached(delete)?.execute([entry.0])?;
        }
        Ok(())
    }
}

fn link(row: &Row<'_>) -> rusqlite::Result<Link> {
    let mut row = InOrder::of(row);
    let (entry, other) = (EntryId(row.get("entry")?), EntryId(row.get("other")?));
    // Fields are read in the order in which they stand here, which is that of the columns.
    let found = Comparison {
        sameness: row
            .word("verdict", verdict_of_word)?
            .unwrap_or(Sameness::Unlike),
        layer: row.word("layer", Layer::from_word)?.unwrap_or(Layer::Near),
        score: row.get("score")?,
    };
    Ok(Link::new(entry, other, found))
}

fn recognition(row: &Row<'_>) -> rusqlite::Result<Recognition> {
    let mut row = InOrder::of(row);
    let entry = EntryId(row.get("entry")?);
    let role = role(&mut row)?;
    let matched = role.matched.ok_or(FromSqlError::InvalidType)?;
    Ok(Recognition {
        entry,
        role,
        matched,
        matched_edition_at: moment(row.get("matched_edition_at")?),
    })
}
