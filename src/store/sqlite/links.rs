//! What comparing entries came to, where it says something.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};

use super::columns::word;
use crate::dedupe::{Comparison, Link, Sameness};
use crate::model::{EntryId, Layer, StoryId};

const WORDS: [(Sameness, &str); 3] = [
    (Sameness::Same, "same"),
    (Sameness::Update, "update"),
    (Sameness::Apart, "apart"),
];

/// All links of an entry, by the entries that they lead to.
pub(super) fn of(db: &Connection, entry: EntryId) -> rusqlite::Result<Vec<Link>> {
    db.prepare_cached(
        "SELECT entry, other, verdict, layer, score FROM links WHERE entry = ?1
         UNION ALL SELECT entry, other, verdict, layer, score FROM links WHERE other = ?1 ORDER BY 1, 2",
    )?
    .query_map([entry.0], link)?
    .collect()
}

/// All links of a story's members. From a link's second end only those are looked for whose first end is in another story.
pub(super) const OF_STORY: &str = "SELECT l.entry, l.other, l.verdict, l.layer, l.score FROM entries e CROSS JOIN links l ON l.entry = e.entry
     WHERE e.story = ?1
     UNION ALL SELECT l.entry, l.other, l.verdict, l.layer, l.score FROM entries e CROSS JOIN links l ON l.other = e.entry
         CROSS JOIN entries own ON own.entry = l.entry WHERE e.story = ?1 AND own.story != ?1";

/// See [`OF_STORY`].
pub(super) fn of_story(db: &Connection, story: StoryId) -> rusqlite::Result<Vec<Link>> {
    db.prepare_cached(OF_STORY)?
        .query_map([story.0], link)?
        .collect()
}

fn link(row: &Row<'_>) -> rusqlite::Result<Link> {
    let sameness = word(row, "verdict", |word| {
        let mut words = WORDS.iter();
        words
            .find(|(_, known)| *known == word)
            .map(|(sameness, _)| *sameness)
    })?;
    let found = Comparison {
        sameness: sameness.unwrap_or(Sameness::Unlike),
        layer: word(row, "layer", Layer::from_word)?.unwrap_or(Layer::Near),
        score: row.get("score")?,
    };
    Ok(Link::new(
        EntryId(row.get("entry")?),
        EntryId(row.get("other")?),
        found,
    ))
}

/// Keeps what comparing an entry with others came to.
pub(super) fn write<'f>(
    db: &Connection,
    entry: EntryId,
    found: impl IntoIterator<Item = (&'f EntryId, &'f Comparison)>,
) -> rusqlite::Result<()> {
    for (other, found) in found {
        let mut words = WORDS.iter();
        let Some((_, verdict)) = words.find(|(sameness, _)| *sameness == found.sameness) else {
            continue;
        };
        db.prepare_cached("INSERT OR REPLACE INTO links (entry, other, verdict, layer, score) VALUES (?, ?, ?, ?, ?)")?
            .execute(params![
                entry.max(*other).0,
                entry.min(*other).0,
                verdict,
                found.layer.as_str(),
                found.score
            ])?;
    }
    Ok(())
}

/// Makes the links of an entry these.
pub(super) fn replace(
    db: &Connection,
    entry: EntryId,
    found: &BTreeMap<EntryId, Comparison>,
) -> rusqlite::Result<()> {
    for end in ["entry", "other"] {
        db.prepare_cached(&format!("DELETE FROM links WHERE {end} = ?"))?
            .execute([entry.0])?;
    }
    write(db, entry, found)
}
