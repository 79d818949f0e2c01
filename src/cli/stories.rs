//! `explain`, `merge`, `split`: stories, and a person's say in them.

use std::collections::BTreeSet;
use std::fmt::Write;

use anyhow::bail;
use serde_json::{Value, json};

use super::stored::{catch_up, open};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::dedupe::{Passages, passages};
use crate::model::{EntryId, Layer, Member, Story, Timestamp};
use crate::republish::{Explained, explain as explain_outputs};
use crate::store::Store;

/// Entries that are named where more than one can be meant.
const NAMED: usize = 20;

/// Why an entry is where it is.
pub(super) async fn explain(config: Config, words: &str, json: bool) -> anyhow::Result<()> {
    let store = open(&config)?;
    let (story, entry) = find(store.as_ref(), words).await?;
    let mut told = Told {
        outputs: explain_outputs(&config.plan, &story, &entry)
            .into_iter()
            .map(|explained| (explained, false))
            .collect(),
        story,
        entry,
    };
    let republisher = catch_up(&config, &store).await?;
    for (explained, is_in_document) in &mut told.outputs {
        let items = republisher.items(&explained.output).await?;
        *is_in_document = items
            .iter()
            .any(|item| explained.is_kept && Some(item.shown.id) == explained.shown);
    }
    store.close().await?;
    let text = if json {
        format!("{:#}\n", told.as_json())
    } else {
        told.as_text()
    };
    super::print(text.as_bytes())
}

/// These two entries are one release.
pub(super) async fn merge(config: Config, one: &str, other: &str) -> anyhow::Result<()> {
    let store = open(&config)?;
    let (_, one) = find(store.as_ref(), one).await?;
    let (_, other) = find(store.as_ref(), other).await?;
    let now = SystemClock.now();
    if !store.merge(one.id, other.id, now).await? {
        bail!(
            "entries {} and {} are one release already",
            one.id,
            other.id
        );
    }
    say(store.as_ref(), one.id).await?;
    catch_up(&config, &store).await?;
    store.close().await?;
    Ok(())
}

/// This entry is no copy.
pub(super) async fn split(config: Config, words: &str) -> anyhow::Result<()> {
    let store = open(&config)?;
    let (_, entry) = find(store.as_ref(), words).await?;
    if !store.split(entry.id, SystemClock.now()).await? {
        bail!("entry {} is a release of its own already", entry.id);
    }
    say(store.as_ref(), entry.id).await?;
    catch_up(&config, &store).await?;
    store.close().await?;
    Ok(())
}

/// Says what the story is now.
async fn say(store: &dyn Store, entry: EntryId) -> anyhow::Result<()> {
    let Some(story) = store.story_of(entry).await? else {
        return Ok(());
    };
    let mut text = String::new();
    write_members(&mut text, &story);
    super::print(text.as_bytes())
}

/// The one entry that the words mean, and its story. Copies of one release are told by their story: any of them will do.
async fn find(store: &dyn Store, words: &str) -> anyhow::Result<(Story, Member)> {
    let mut found = store.find_entries(words, NAMED).await?;
    found.sort_by_key(|member| member.id);
    let mut stories = Vec::new();
    let mut seen = BTreeSet::new();
    for member in found {
        if let Some(story) = store.story_of(member.id).await?
            && seen.insert(story.id)
        {
            stories.push((story, member));
        }
    }
    if stories.len() > 1 {
        let mut text = format!("{words:?} can mean several entries; name one by its number:\n");
        for (_, member) in &stories {
            let _ = writeln!(
                text,
                "  {:>8}  {}: {}",
                member.id, member.source, member.entry.title
            );
        }
        bail!("{}", text.trim_end());
    }
    match stories.pop() {
        Some(found) => Ok(found),
        None => bail!(
            "no stored entry has the number, GUID or URL {words:?}, nor a title with these words"
        ),
    }
}

/// Everything that `explain` tells.
struct Told {
    story: Story,
    entry: Member,
    /// What each output makes of it, and whether it stands in its documents now.
    outputs: Vec<(Explained, bool)>,
}

impl Told {
    fn as_json(&self) -> Value {
        let members = self.story.members.iter().map(|member| {
            let mut told = describe(member);
            if let Some(passages) = compared(&self.story, member) {
                told["passages"] = json!({
                    "score": passages.score,
                    "shared": passages.shared,
                    "differing": passages.differing.iter()
                        .map(|(matched, own)| json!({ "matched": matched, "own": own })).collect::<Vec<_>>(),
                });
            }
            told
        });
        let outputs = self.outputs.iter().map(|(explained, is_in_document)| {
            json!({
                "output": explained.output.as_str(),
                "kept": explained.is_kept,
                "because": explained.because,
                "shown": explained.shown.map(|entry| entry.0),
                "in_document": is_in_document,
            })
        });
        json!({
            "entry": describe(&self.entry),
            "story": { "id": self.story.id.to_string(), "entries": members.collect::<Vec<_>>() },
            "outputs": outputs.collect::<Vec<_>>(),
        })
    }

    fn as_text(&self) -> String {
        let mut text = String::new();
        let entry = &self.entry;
        let _ = writeln!(
            text,
            "entry {} of {}: {}",
            entry.id,
            entry.source,
            title(entry)
        );
        let url = entry.entry.url.as_ref().map(url::Url::as_str);
        for line in [url, entry.entry.guid.as_deref()].into_iter().flatten() {
            let _ = writeln!(text, "  {line}");
        }
        let published = entry
            .entry
            .published
            .map_or("without a date".to_owned(), |at| {
                format!("published {}", moment(at))
            });
        let _ = writeln!(
            text,
            "  {published}, first seen {}\n",
            moment(entry.first_seen)
        );
        write_members(&mut text, &self.story);
        text.push_str("\noutputs\n");
        let width = self
            .outputs
            .iter()
            .map(|(explained, _)| explained.output.as_str().len())
            .max()
            .unwrap_or(0);
        for (explained, is_in_document) in &self.outputs {
            let kept = if explained.is_kept { "kept" } else { "dropped" };
            let beyond = match explained.is_kept && !is_in_document {
                true => "; beyond `max_entries` or `max_age` by now",
                false => "",
            };
            let _ = writeln!(
                text,
                "  {:width$}  {kept}: {}{beyond}",
                explained.output.as_str(),
                explained.because
            );
        }
        text
    }
}

fn write_members(text: &mut String, story: &Story) {
    let count = story.members.len();
    let entries = if count == 1 { "entry" } else { "entries" };
    let _ = writeln!(text, "story {}, {count} {entries}", story.id);
    for member in &story.members {
        let by = match (member.layer, member.matched) {
            (None, _) => String::new(),
            (Some(Layer::Manual), _) => ", by hand".to_owned(),
            (Some(layer), matched) => {
                let score = member
                    .score
                    .map_or(String::new(), |score| format!(" {score:.2}"));
                let by = matched.map_or(String::new(), |entry| format!(" with entry {entry}"));
                format!(", by {layer}{score}{by}")
            }
        };
        let held = if member.held { ", held back" } else { "" };
        let _ = writeln!(
            text,
            "  {:>6}  {:6}  {}: {}{by}{held}",
            member.id,
            member.relation,
            member.source,
            title(member)
        );
        if let Some(passages) = compared(story, member) {
            write_passages(text, &passages);
        }
    }
}

fn write_passages(text: &mut String, passages: &Passages) {
    for shared in &passages.shared {
        let _ = writeln!(text, "            both   {shared}");
    }
    for (matched, own) in &passages.differing {
        if !matched.is_empty() {
            let _ = writeln!(text, "            there  {matched}");
        }
        if !own.is_empty() {
            let _ = writeln!(text, "            here   {own}");
        }
    }
}

/// A member's text beside that of the one that it was recognized by, where that was by similarity.
fn compared(story: &Story, member: &Member) -> Option<Passages> {
    let matched = member
        .matched
        .filter(|_| member.layer == Some(Layer::Near))?;
    let matched = story.members.iter().find(|other| other.id == matched)?;
    Some(passages(&matched.entry.text, &member.entry.text))
}

fn describe(member: &Member) -> Value {
    json!({
        "id": member.id.0,
        "source": member.source.as_str(),
        "title": member.entry.title,
        "url": member.entry.url.as_ref().map(url::Url::as_str),
        "guid": member.entry.guid,
        "published": member.entry.published.map(moment),
        "first_seen": moment(member.first_seen),
        "held": member.held,
        "relation": member.relation.as_str(),
        "layer": member.layer.map(Layer::as_str),
        "score": member.score,
        "matched": member.matched.map(|entry| entry.0),
    })
}

fn title(member: &Member) -> &str {
    match member.entry.title.as_str() {
        "" => "(without a title)",
        title => title,
    }
}

fn moment(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
