//! The entries that hang together by stories and links, read without their texts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{moment, moment_at, source_id, word};
use super::links;
use super::stories::story_of;
use crate::dedupe::{Group, Link, MAX_GROUP, Node, Present, Role, Version};
use crate::model::{EntryId, Layer, Relation, StoryId, Timestamp, compared_at};

/// A group, and where its entries are stored.
pub(super) struct Gathered {
    pub(super) group: Group,
    /// Of those that have come just now, too.
    pub(super) stored_in: HashMap<EntryId, StoryId>,
}

/// All that hangs together with an entry. `fresh`: entries that have come just now; the story that they stand in does not count.
/// `None`: more than can be put in order at once.
pub(super) fn gather(
    db: &Connection,
    seed: EntryId,
    fresh: &HashSet<EntryId>,
) -> rusqlite::Result<Option<Gathered>> {
    let mut gathering = Gathering {
        db,
        fresh,
        nodes: BTreeMap::new(),
        links: BTreeMap::new(),
        stored_in: HashMap::new(),
        stories: BTreeSet::new(),
    };
    let mut waiting = vec![seed];
    while let Some(entry) = waiting.pop() {
        if gathering.nodes.contains_key(&entry) {
            continue;
        }
        gathering.follow(entry, &mut waiting)?;
        if gathering.nodes.len() > MAX_GROUP {
            return Ok(None);
        }
    }
    gathering.end().map(Some)
}

struct Gathering<'a> {
    db: &'a Connection,
    fresh: &'a HashSet<EntryId>,
    nodes: BTreeMap<EntryId, Node>,
    links: BTreeMap<(EntryId, EntryId), Link>,
    stored_in: HashMap<EntryId, StoryId>,
    stories: BTreeSet<StoryId>,
}

impl Gathering<'_> {
    /// Reads the story that an entry stands in, and notes where the links of its members lead.
    fn follow(&mut self, entry: EntryId, waiting: &mut Vec<EntryId>) -> rusqlite::Result<()> {
        let Some(story) = story_of(self.db, entry)? else {
            return Ok(());
        };
        if !self.stories.insert(story) {
            return Ok(());
        }
        for node in self.members(story)? {
            self.stored_in.insert(node.id, story);
            self.nodes.insert(node.id, node);
        }
        if self.nodes.len() > MAX_GROUP {
            return Ok(());
        }
        for link in links::of_story(self.db, story)? {
            if link.joins() {
                let ends = [link.one, link.other].into_iter();
                waiting.extend(ends.filter(|end| !self.nodes.contains_key(end)));
            }
            self.links.insert((link.one, link.other), link);
        }
        Ok(())
    }

    fn members(&self, story: StoryId) -> rusqlite::Result<Vec<Node>> {
        let mut members = self.db.prepare_cached(
            "SELECT e.entry, e.story, s.id AS source_id, s.priority, e.identity, e.published_at, e.ordered_at, e.revised_at, e.title,
                 e.relation, e.layer, e.score, e.matched, e.edition_at
             FROM entries e JOIN sources s USING (source) WHERE e.story = ? LIMIT ?",
        )?;
        // More than can be put in order need not all be read.
        let limit = i64::try_from(MAX_GROUP + 1).unwrap_or(i64::MAX);
        members
            .query_map(params![story.0, limit], |row| node(row, self.fresh))?
            .collect()
    }

    fn end(self) -> rusqlite::Result<Gathered> {
        let mut stories = Vec::with_capacity(self.stories.len());
        for story in &self.stories {
            stories.push(present(self.db, *story)?);
        }
        Ok(Gathered {
            group: Group {
                nodes: self.nodes.into_values().collect(),
                links: self.links.into_values().collect(),
                stories,
            },
            stored_in: self.stored_in,
        })
    }
}

fn node(row: &Row<'_>, fresh: &HashSet<EntryId>) -> rusqlite::Result<Node> {
    let id = EntryId(row.get("entry")?);
    let title: String = row.get("title")?;
    let published = moment_at(row, "published_at")?;
    let relation = word(row, "relation", Relation::from_word)?;
    Ok(Node {
        id,
        source: source_id(row, "source_id")?,
        identity: row.get("identity")?,
        priority: row.get("priority")?,
        published,
        compared_at: compared_at(published, moment(row.get("ordered_at")?)),
        revised_at: moment_at(row, "revised_at")?,
        version: Version::of(&title),
        present: (!fresh.contains(&id))
            .then(|| row.get("story").map(StoryId))
            .transpose()?,
        role: Role {
            relation: relation.unwrap_or(Relation::First),
            layer: word(row, "layer", Layer::from_word)?,
            score: row.get("score")?,
            matched: row.get::<_, Option<i64>>("matched")?.map(EntryId),
            edition_at: moment(row.get("edition_at")?),
        },
    })
}

/// When an item of a story first entered a document, and the entry it shows. The order of the join is given: without statistics
/// the planner would rather read all items than look up the story's in each output.
const PUBLISHED: &str =
    "SELECT min(i.entered_at) OVER (), i.entry FROM outputs o CROSS JOIN output_items i
         ON i.output = o.output AND i.story = ?
     ORDER BY i.left_at IS NOT NULL, i.slot != 0, i.entered_at, i.output LIMIT 1";

fn present(db: &Connection, story: StoryId) -> rusqlite::Result<Present> {
    let (is_ruled, began_at): (bool, i64) = db
        .prepare_cached("SELECT ruled, began_at FROM stories WHERE story = ?")?
        .query_row([story.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    // An item that has left counts too: its id was read.
    let published: Option<(Timestamp, EntryId)> = db
        .prepare_cached(PUBLISHED)?
        .query_row([story.0], |row| {
            Ok((moment(row.get(0)?), EntryId(row.get(1)?)))
        })
        .optional()?;
    Ok(Present {
        id: story,
        is_ruled,
        began_at: moment(began_at),
        published,
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::PUBLISHED;
    use crate::store::sqlite::links::OF_STORY;

    #[test]
    fn nothing_is_read_whole() {
        let db = Connection::open_in_memory().unwrap();
        for schema in [include_str!("schema_1.sql"), include_str!("schema_2.sql")] {
            db.execute_batch(schema).unwrap();
        }
        for (sql, small) in [(PUBLISHED, Some("SCAN o")), (OF_STORY, None)] {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps: Vec<String> = plan
                .query_map([1], |row| row.get("detail"))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            for step in &steps {
                let is_small = small.is_some_and(|small| step.starts_with(small));
                let is_result = step.starts_with("SCAN (");
                assert!(
                    !step.starts_with("SCAN") || is_small || is_result,
                    "{steps:#?}"
                );
            }
        }
    }
}
