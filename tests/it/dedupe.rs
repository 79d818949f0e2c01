//! Which entries are one release, in `tests/corpus/dedupe/*.toml`, through the real store.
//!
//! A file is a case, and a new case is a new file: entries in the order in which they arrive, one a refresh, and the stories that they
//! must be. Stories follow from the entries and not from who came first, so each case runs in the order of its file and backwards.

use std::collections::BTreeMap;
use std::time::Duration;

use mainstem::dedupe::url_hash;
use mainstem::model::{Enclosure, Entry, Story, Timestamp};
use mainstem::store::StoryEvidence;
use serde::Deserialize;

use crate::support::cases::{assert_none_wrong, cases, run_beside};
use crate::support::stored::{Stored, WINDOW, wait};

/// A case, as its file says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is, for whoever reads that it fails.
    what: String,
    /// Each story: its entries by name, in the order of the file. A name alone is the story's first entry; of every other one it says
    /// what it is to that, and what shows it: `one, two update by near`.
    stories: Vec<String>,
    /// Of two entries: the rule that decided, in the words of `explain`; left out: the two are never compared.
    decided_by: Option<String>,
    /// Why the order of arrival counts. Such a case runs in the order of the file only.
    in_order: Option<String>,
    /// How far apart two entries may lie to be compared.
    window_days: Option<u64>,
    entry: Vec<Given>,
}

/// An entry. Its name is that of its source; `-2` and so on follow where a source has several.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    source: String,
    url: Option<url::Url>,
    /// When it was published, after a time that all cases share; left out: it has no date.
    hours: Option<f64>,
    /// The address of attached sound.
    sound: Option<url::Url>,
    title: String,
    /// A line a block.
    text: String,
}

/// What a run came to.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    stories: Vec<String>,
    decided_by: Option<String>,
}

impl Given {
    fn entry(&self, name: &str) -> Entry {
        let enclosure = self.sound.clone().map(|url| Enclosure {
            media_type: Some("audio/mpeg".to_owned()),
            ..Enclosure::at(url)
        });
        let page = format!("https://{}.example/{name}", self.source);
        let text = self.text.trim_end().to_owned();
        Entry {
            guid: Some(name.to_owned()),
            url: self.url.clone().or_else(|| page.parse().ok()),
            title: self.title.clone(),
            dateline: mainstem::text::dateline(&text).map(|found| found.text.to_owned()),
            text,
            published: self.hours.map(after),
            enclosures: enclosure.into_iter().collect(),
            ..Entry::default()
        }
    }
}

fn after(hours: f64) -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "some days")]
    let minutes = (hours * 60.0) as i64;
    crate::store_contract::at(minutes)
}

impl Case {
    /// Name and entry, in the order of the file.
    fn entries(&self) -> Vec<(String, &Given)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let name = |given: &Given, nth: usize| match nth {
            1 => given.source.clone(),
            nth => format!("{}-{nth}", given.source),
        };
        self.entry
            .iter()
            .map(|given| {
                let count = counts.entry(&given.source).or_default();
                *count += 1;
                (name(given, *count), given)
            })
            .collect()
    }

    /// Lets the entries arrive, in the order of the file or backwards.
    async fn run(&self, backwards: bool) -> Found {
        let mut arriving = self.entries();
        if backwards {
            arriving.reverse();
        }
        let sources: Vec<&str> = self.entry.iter().map(|given| &*given.source).collect();
        let day = Duration::from_secs(24 * 3600);
        let window = self
            .window_days
            .map_or(WINDOW, |days| day * u32::try_from(days).expect("few"));
        let stored = Stored::new(&sources, window).await;
        let mut documents: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
        let hours = self.entry.iter().filter_map(|given| given.hours);
        // Nothing is of the future.
        let start = after(hours.fold(0.0, f64::max) + 1.0);
        let start = (start - after(0.0)).num_minutes();
        let mut minute = start;
        for (name, given) in &arriving {
            let document = documents.entry(&given.source).or_default();
            document.insert(0, given.entry(name));
            minute += 1;
            stored
                .take(&given.source, minute, None, document.clone())
                .await;
        }
        let stories = stored.stories().await;
        let decided_by = match self.entry.len() {
            2 => {
                let last = stories.last().and_then(|story| story.members.last());
                decided_by(&stored.evidence(last.expect("stored").id, minute).await)
            }
            _ => None,
        };
        let names: Vec<String> = self.entries().into_iter().map(|(name, _)| name).collect();
        Found {
            stories: told(&stories, &names),
            decided_by,
        }
    }
}

/// The rule that decided, of the first comparison there was.
fn decided_by(evidence: &StoryEvidence) -> Option<String> {
    let joined = evidence.members.iter().flat_map(|(_, evidence)| evidence);
    let missed = evidence.near_misses.iter().flat_map(|miss| &miss.evidence);
    let mut rules = joined
        .chain(missed)
        .filter_map(|evidence| evidence.what.strip_prefix("decided by: "));
    rules.next().map(str::to_owned)
}

/// Stories as a case says them.
fn told(stories: &[Story], names: &[String]) -> Vec<String> {
    let mut told: Vec<(usize, String)> = stories
        .iter()
        .map(|story| {
            let mut members: Vec<(usize, String)> = story
                .members
                .iter()
                .map(|member| {
                    let name = member.entry.guid.as_deref().unwrap_or_default();
                    let at = names
                        .iter()
                        .position(|other| other == name)
                        .expect("an entry of the case");
                    let said = match member.layer {
                        Some(layer) => format!("{name} {} by {layer}", member.relation),
                        None => name.to_owned(),
                    };
                    (at, said)
                })
                .collect();
            members.sort();
            let said: Vec<&str> = members.iter().map(|(_, said)| said.as_str()).collect();
            (members[0].0, said.join(", "))
        })
        .collect();
    told.sort();
    told.into_iter().map(|(_, story)| story).collect()
}

/// What is wrong with a case.
fn wrong(name: &str, case: &Case) -> Vec<String> {
    let orders: &[bool] = match case.in_order {
        Some(_) => &[false],
        None => &[false, true],
    };
    orders
        .iter()
        .filter_map(|backwards| {
            let found = wait(case.run(*backwards));
            let is_right = found.stories == case.stories && found.decided_by == case.decided_by;
            let order = if *backwards { "backwards" } else { "in order" };
            (!is_right).then(|| {
                format!(
                    "{name}: {}, {order}: {:?} decided by {:?}",
                    case.what, found.stories, found.decided_by
                )
            })
        })
        .collect()
}

#[test]
fn entries_are_the_stories_that_their_files_say() {
    let cases: Vec<(String, Case)> = cases("dedupe")
        .into_iter()
        .map(|(name, text)| {
            let case = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, case)
        })
        .collect();
    let wrong = run_beside(&cases, |(name, case)| wrong(name, case));
    assert_none_wrong(wrong.into_iter().flatten().collect(), cases.len());
}

/// A line of `tests/corpus/canonical.tsv` has `one` or `two` pages, and two addresses.
#[test]
fn addresses_of_one_page_are_one() {
    let lines = include_str!("../corpus/canonical.tsv").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.split('\t').collect();
        let [count, left, right] = parts[..] else {
            panic!("three columns: {line}");
        };
        let [left, right] = [left, right].map(|url| url_hash(&url.parse().expect("an address")));
        assert!(left.is_some(), "{line}");
        assert_eq!(left == right, count == "one", "{line}");
    }
}
