//! Which entries of a source's documents are one entry, in `tests/corpus/identity/*.toml`, through the real store.
//!
//! A file holds cases of one kind. A case is a history: the documents that a source gives, one after the other. Every entry of a document
//! has a name, and entries with one name are one stored entry: it was edited, moved or given another GUID. An entry without a name is
//! left out of its document, because it repeats another one.

use std::collections::BTreeMap;

use mainstem::model::{Enclosure, Entry, EntryId, Identity, Member, Timestamp};
use serde::Deserialize;

use crate::support::cases::{assert_none_wrong, cases, run_beside};
use crate::support::stored::{Stored, WINDOW, wait};

/// A file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

/// A case.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is, for whoever reads that it fails.
    what: String,
    /// What the operator says tells the entries of the source apart.
    identity: Option<String>,
    polls: Vec<Vec<Row>>,
    /// How many entries each document edits, where that is the point.
    edits: Option<Vec<u32>>,
    /// How many entries come back under another GUID or link in each document, where that is the point.
    renames: Option<Vec<u32>>,
}

/// An entry of a document.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Its name.
    is: Option<String>,
    guid: Option<String>,
    link: Option<url::Url>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    text: String,
    /// When it was published: a day of February 2026, at eight.
    day: Option<u32>,
    /// The same, where the hour counts.
    at: Option<Timestamp>,
    /// When it was changed: a day of that month.
    updated: Option<u32>,
    /// The address of attached sound.
    sound: Option<url::Url>,
}

fn morning(day: u32) -> Option<Timestamp> {
    format!("2026-02-{day:02}T08:00:00Z").parse().ok()
}

impl Row {
    fn entry(&self) -> Entry {
        let enclosures = self.sound.clone().map(Enclosure::at);
        Entry {
            guid: self.guid.clone(),
            url: self.link.clone(),
            title: self.title.clone(),
            text: self.text.clone(),
            published: self.at.or_else(|| self.day.and_then(morning)),
            updated: self.updated.and_then(morning),
            enclosures: enclosures.into_iter().collect(),
            ..Entry::default()
        }
    }
}

/// Gives the documents to the source of an empty store; the first thing that is wrong.
async fn run(case: &Case) -> Result<(), String> {
    let stated = case.identity.as_deref().map(|word| {
        let stated = [Identity::Guid, Identity::Link, Identity::Title].into_iter();
        let mut stated = stated.filter(|stated| stated.to_string() == word);
        stated.next().expect("an identity")
    });
    let stored = Stored::new(&["a"], WINDOW).await;
    let mut named: BTreeMap<&str, EntryId> = BTreeMap::new();
    let mut minute = 0;
    for (nth, poll) in case.polls.iter().enumerate() {
        minute += 60;
        let entries: Vec<Entry> = poll.iter().map(Row::entry).collect();
        let (applied, told) = stored.take("a", minute, stated, entries).await;
        let left_out = poll.iter().filter(|row| row.is.is_none()).count();
        let expected = |counts: &Option<Vec<u32>>| counts.as_ref().map(|counts| counts[nth]);
        for (what, found, expected) in [
            ("left out", told.repeated as u64, Some(left_out as u64)),
            (
                "edited",
                applied.changed.into(),
                expected(&case.edits).map(u64::from),
            ),
            (
                "renamed",
                applied.renamed.into(),
                expected(&case.renames).map(u64::from),
            ),
        ] {
            if expected.is_some_and(|expected| expected != found) {
                return Err(format!("document {}: {found} {what}", nth + 1));
            }
        }
        let members = stored.members().await;
        recognize(poll, &members, &mut named)
            .map_err(|why| format!("document {}: {why}", nth + 1))?;
    }
    // The same document again is nothing new.
    let last = case.polls.last().into_iter().flatten();
    let (again, _) = stored
        .take("a", minute + 60, stated, last.map(Row::entry).collect())
        .await;
    match (again.new, again.changed, again.renamed) {
        (0, 0, 0) => Ok(()),
        _ => Err(format!("the last document, read twice: {again:?}")),
    }
}

/// Whether the entries of a document are those that their names say, and no other entry has come or gone.
fn recognize<'c>(
    poll: &'c [Row],
    members: &[Member],
    named: &mut BTreeMap<&'c str, EntryId>,
) -> Result<(), String> {
    let before = named.clone();
    for row in poll {
        let Some(name) = row.is.as_deref() else {
            continue;
        };
        let entry = row.entry();
        let known = before.get(name);
        // An entry that is known keeps the date that it was published with.
        let says_this = |member: &&Member| {
            let Entry {
                guid,
                url,
                title,
                text,
                ..
            } = &member.entry;
            (guid, url, title, text) == (&entry.guid, &entry.url, &entry.title, &entry.text)
        };
        let mut saying = members.iter().filter(says_this);
        let found = match known {
            Some(id) => saying.find(|member| member.id == *id),
            None => saying.find(|member| {
                member.entry.published == entry.published
                    && !before.values().any(|id| *id == member.id)
            }),
        };
        let Some(found) = found else {
            let told = members
                .iter()
                .map(|member| (member.id, &member.entry.guid, &member.entry.title));
            let told: Vec<_> = told.collect();
            return Err(format!(
                "{name} was {known:?} and is not; stored are {told:?}"
            ));
        };
        named.insert(name, found.id);
    }
    if members.len() == named.len() {
        Ok(())
    } else {
        Err(format!(
            "{} entries are stored, not {}",
            members.len(),
            named.len()
        ))
    }
}

#[test]
fn entries_are_recognized_as_their_files_say() {
    let cases: Vec<(String, Case)> = cases("identity")
        .into_iter()
        .flat_map(|(name, text)| {
            let file: File =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            file.case.into_iter().map(move |case| (name.clone(), case))
        })
        .collect();
    let wrong = run_beside(&cases, |(name, case)| {
        wait(run(case))
            .err()
            .map(|why| format!("{name}: {}: {why}", case.what))
    });
    assert_none_wrong(wrong.into_iter().flatten().collect(), cases.len());
}

/// The publisher's date, and whether the entry stands there or where it was first seen.
#[test]
fn a_place_is_never_in_the_future_nor_before_there_were_feeds() {
    for (date, is_credible) in [
        ("2026-01-01T00:00:00Z", true),
        ("2036-01-01T00:00:00Z", false),
        ("1970-01-01T00:00:00Z", false),
    ] {
        let entry = Entry {
            published: date.parse().ok(),
            ..crate::store_contract::entry("g", "Ferry", "")
        };
        let place = wait(async {
            let stored = Stored::new(&["a"], WINDOW).await;
            stored.take("a", 0, None, vec![entry.clone()]).await;
            stored.members().await[0].ordered_at
        });
        let expected = entry.published.filter(|_| is_credible);
        assert_eq!(
            place,
            expected.unwrap_or_else(|| crate::store_contract::at(0)),
            "{date}"
        );
    }
}
