//! What the world was told, and whether a store still holds it.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use super::publisher::{SOURCES, document, edition, version_of};
use super::recording::Message;

/// Everything that was acknowledged so far, each with what acknowledged it.
#[derive(Default)]
pub(super) struct Ledger {
    /// By GUID: the entry, in this edition or a later one.
    entries: BTreeMap<String, (usize, String)>,
    /// By output and item id: the GUID of the entry that it shows.
    items: BTreeMap<(String, String), String>,
    /// By output and number: archive documents that were served.
    archives: BTreeMap<(String, i64), String>,
    /// Conditional requests to publishers.
    requests: usize,
    news: usize,
}

/// What the store held at the end of the recording. Places and archive documents never change once they were served, so an
/// earlier state must agree with it.
pub(super) struct Outcome {
    /// By output and item id.
    places: BTreeMap<(String, String), i64>,
    archives: BTreeMap<(String, i64), Vec<u8>>,
}

impl Ledger {
    /// Notes what a message acknowledges.
    pub(super) fn hear(&mut self, message: &Message) {
        match message {
            // Sending a validator claims that this version is stored.
            Message::Request(head) => {
                let condition = head.lines().find(|line| line.starts_with("if-none-match"));
                if let Some((source, version)) = condition.and_then(version_of) {
                    self.requests += 1;
                    self.has_version(source, version, &format!("the request with {condition:?}"));
                }
            }
            Message::Response(head, body) if head.contains("application/feed+json") => {
                self.shows(&serde_json::from_slice(body).expect("JSON"));
            }
            Message::Response(_, body) => self.archives(&String::from_utf8_lossy(body)),
            Message::Noted(version) => {
                for source in SOURCES {
                    let version = version.parse().expect("a version");
                    self.has_version(source, version, "`refresh`, which ended with 0");
                }
            }
        }
    }

    fn has_version(&mut self, source: &str, version: usize, by: &str) {
        for (guid, edition) in document(source, version) {
            self.has(guid, edition, by);
        }
    }

    fn has(&mut self, guid: String, edition: usize, by: &str) {
        let known = self.entries.entry(guid).or_default();
        if known.1.is_empty() || known.0 < edition {
            *known = (edition, by.to_owned());
            self.news += 1;
        }
    }

    fn shows(&mut self, feed: &Value) {
        let url = feed["feed_url"].as_str().expect("JSON Feed");
        let output = url.rsplit('/').next().unwrap_or(url).replace(".json", "");
        for item in feed["items"].as_array().expect("JSON Feed") {
            let guid = item["_mainstem"]["guid"].as_str().expect("a GUID");
            let text = item["content_html"].as_str().expect("a body");
            let edition = edition(text).expect("an edition");
            self.has(guid.to_owned(), edition, url);
            let id = item["id"].as_str().expect("an id").to_owned();
            let known = self.items.insert((output.clone(), id), guid.to_owned());
            self.news += usize::from(known.is_none());
        }
    }

    fn archives(&mut self, body: &str) {
        let own = body.contains("<fh:archive/>").then(|| {
            let link = body.split("rel=\"self\"").nth(1)?;
            link.split("href=\"").nth(1)?.split('"').next()
        });
        let Some(url) = own.flatten() else { return };
        let mut path = url.trim_end_matches(".atom").rsplit('/');
        let number = path.next().and_then(|number| number.parse().ok());
        let output = path.nth(1).expect("an output");
        let name = (output.to_owned(), number.expect("a number"));
        let known = self.archives.insert(name, url.to_owned());
        self.news += usize::from(known.is_none());
    }

    /// The ids under which an output has shown entries, by their GUIDs.
    pub(super) fn ids(&self, output: &str) -> BTreeMap<&str, &str> {
        let items = self.items.iter().filter(|((of, _), _)| of == output);
        items
            .map(|((_, id), guid)| (guid.as_str(), id.as_str()))
            .collect()
    }

    /// GUIDs of the entries that were acknowledged.
    pub(super) fn guids(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The number of acknowledgements that said something new.
    pub(super) fn news(&self) -> usize {
        self.news
    }

    /// Asserts that something of each kind was acknowledged; otherwise nothing could have been lost.
    pub(super) fn assert_full(&self) {
        assert!(self.requests > 0, "no validator was sent");
        assert!(!self.entries.is_empty(), "no entry was acknowledged");
        assert!(!self.items.is_empty(), "no item was acknowledged");
        assert!(
            !self.archives.is_empty(),
            "no archive document was acknowledged"
        );
    }

    /// Checks that the store in this file is sound and holds everything that was acknowledged; `Err` says what is wrong.
    pub(super) fn check(&self, database: &Path, outcome: &Outcome) -> Result<(), String> {
        let db = Connection::open(database).map_err(|error| error.to_string())?;
        match self.compare(&db, outcome) {
            Ok(found) => found,
            Err(error) => Err(format!("it cannot be read: {error}")),
        }
    }

    fn compare(&self, db: &Connection, outcome: &Outcome) -> rusqlite::Result<Result<(), String>> {
        let sound: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        if sound != "ok" {
            return Ok(Err(format!("it is damaged: {sound}")));
        }
        let orphans: i64 =
            db.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
                row.get(0)
            })?;
        if orphans > 0 {
            return Ok(Err(format!(
                "{orphans} rows refer to rows that are missing"
            )));
        }
        let editions = editions(db)?;
        let lacks = |guid: &str, edition: usize| match editions.get(guid) {
            None => Some(format!("entry {guid} is missing")),
            Some(stored) if *stored < edition => Some(format!(
                "entry {guid} is there in edition {stored}, not in {edition}"
            )),
            Some(_) => None,
        };
        for (guid, (edition, by)) in &self.entries {
            if let Some(lack) = lacks(guid, *edition) {
                return Ok(Err(format!("{lack}, though acknowledged by {by}")));
            }
        }
        for (source, version) in validators(db)? {
            let entries = document(source, version);
            let mut lacking = entries
                .iter()
                .filter_map(|(guid, edition)| lacks(guid, *edition));
            if let Some(lack) = lacking.next() {
                return Ok(Err(format!(
                    "{lack}, but the validator of {source}-v{version} is stored"
                )));
            }
        }
        Ok(self.compare_outputs(&items(db)?, &Outcome::read(db)?, outcome))
    }

    fn compare_outputs(
        &self,
        items: &BTreeMap<(String, String), String>,
        found: &Outcome,
        outcome: &Outcome,
    ) -> Result<(), String> {
        for (item, guid) in &self.items {
            let (output, id) = item;
            match items.get(item) {
                None => return Err(format!("{output} has forgotten item {id} ({guid})")),
                Some(other) if other != guid => {
                    return Err(format!("item {id} of {output} was {guid} and is {other}"));
                }
                Some(_) => {}
            }
            if found.places.get(item) != outcome.places.get(item) {
                return Err(format!("item {id} of {output} ({guid}) has another place"));
            }
        }
        for (name, url) in &self.archives {
            if found.archives.get(name) != outcome.archives.get(name) {
                return Err(format!(
                    "{url} is missing or has other bytes than it was served with"
                ));
            }
        }
        Ok(())
    }
}

impl Outcome {
    pub(super) fn read(db: &Connection) -> rusqlite::Result<Self> {
        let mut places = db.prepare(
            "SELECT o.id, i.item_id, i.ordered_at FROM output_items i JOIN outputs o USING (output)",
        )?;
        let places = places.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
        let mut archives = db.prepare(
            "SELECT o.id, a.number, a.document FROM archives a JOIN outputs o USING (output)",
        )?;
        let archives =
            archives.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
        Ok(Self {
            places: places.collect::<rusqlite::Result<_>>()?,
            archives: archives.collect::<rusqlite::Result<_>>()?,
        })
    }
}

/// The edition of each stored entry, by GUID.
fn editions(db: &Connection) -> rusqlite::Result<BTreeMap<String, usize>> {
    let mut rows = db.prepare("SELECT guid, body FROM entries JOIN bodies USING (entry)")?;
    let rows = rows.query_map([], |row| {
        let said = said(row.get_ref(1)?.as_blob()?);
        Ok((row.get(0)?, edition(&said).expect("an edition")))
    })?;
    rows.collect()
}

/// What a stored body says: its fields, one after another.
fn said(body: &[u8]) -> String {
    let (form, fields) = body.split_first().expect("a form");
    let fields = match form {
        1 => fields.to_vec(),
        2 => lz4_flex::block::decompress_size_prepended(fields).expect("an LZ4 block"),
        _ => panic!("form {form}"),
    };
    String::from_utf8_lossy(&fields).into_owned()
}

/// The versions whose validators are stored.
fn validators(db: &Connection) -> rusqlite::Result<Vec<(&'static str, usize)>> {
    let mut rows = db.prepare("SELECT etag FROM source_state WHERE etag IS NOT NULL")?;
    let rows = rows.query_map([], |row| {
        let tag: Vec<u8> = row.get(0)?;
        Ok(version_of(&String::from_utf8_lossy(&tag)).expect("a validator of ours"))
    })?;
    rows.collect()
}

/// The GUID that each item shows, by output and item id.
fn items(db: &Connection) -> rusqlite::Result<BTreeMap<(String, String), String>> {
    let mut rows = db.prepare(
        "SELECT o.id, i.item_id, e.guid FROM output_items i JOIN outputs o USING (output) JOIN entries e USING (entry)",
    )?;
    let rows = rows.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    rows.collect()
}
