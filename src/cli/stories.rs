//! `explain`, `merge`, `split`: stories, and a person's say in them.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use anyhow::bail;

use super::stored::{catch_up, open_existing, work_on};
use super::told::{Told, write_members};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::model::{EntryId, Member, SourceId, Story};
use crate::republish::explain as explain_outputs;
use crate::store::Store;

/// Entries that are named where more than one can be meant.
pub(super) const NAMED: usize = 20;

/// Why an entry is where it is.
pub(super) async fn explain(config: Config, words: &str, json: bool) -> anyhow::Result<()> {
    let store = open_existing(&config)?;
    let told = work_on(&store, async |store| tell(&config, store, words).await).await?;
    let text = if json {
        format!("{:#}\n", told.as_json())
    } else {
        told.as_text()
    };
    super::output::print(text.as_bytes())
}

/// What there is to say of an entry.
async fn tell(config: &Config, store: &Arc<dyn Store>, words: &str) -> anyhow::Result<Told> {
    let (story, entry) = find(store.as_ref(), words).await?;
    let found = store
        .evidence(entry.id, config.dedupe_window, SystemClock.now())
        .await?;
    let mut taken_back = store.taken_back(vec![entry.id]).await?;
    let mut told = Told {
        taken_back: taken_back.remove(&entry.id).unwrap_or_default(),
        evidence: found.unwrap_or_default(),
        outputs: explain_outputs(&config.plan, &story, &entry)
            .into_iter()
            .map(|explained| (explained, false))
            .collect(),
        story,
        entry,
    };
    let republisher = catch_up(config, store).await?;
    for (explained, is_in_document) in &mut told.outputs {
        let items = republisher.items(&explained.output).await?;
        *is_in_document = items
            .iter()
            .any(|item| explained.is_kept && Some(item.shown.id) == explained.shown);
    }
    Ok(told)
}

/// These two entries are one release.
pub(super) async fn merge(config: Config, one: &str, other: &str) -> anyhow::Result<()> {
    let store = open_existing(&config)?;
    work_on(&store, async |store| {
        let (left, one) = find(store.as_ref(), one).await?;
        let (right, other) = find(store.as_ref(), other).await?;
        let now = SystemClock.now();
        if !store.merge(one.id, other.id, now).await? {
            bail!(
                "entries {} and {} are one release already",
                one.id,
                other.id
            );
        }
        say(store.as_ref(), one.id).await?;
        say_withdrawn(store.as_ref(), [left, right]).await?;
        catch_up(&config, store).await?;
        Ok(())
    })
    .await
}

/// Says which entries of stories that were merged are withdrawn now, and were not before.
async fn say_withdrawn(store: &dyn Store, before: [Story; 2]) -> anyhow::Result<()> {
    let members = before.into_iter().flat_map(|story| story.members);
    let shown: Vec<Member> = members
        .filter(|member| member.withdrawn_at.is_none())
        .collect();
    let ids = shown.iter().map(|member| member.id).collect();
    let said = store.taken_back(ids).await?;
    let mut text = String::new();
    for member in shown {
        let said = said
            .get(&member.id)
            .and_then(|said| said.withdrawal.as_ref());
        let Some(said) = said else { continue };
        let why = said.reason.as_ref();
        let why = why.map_or(String::new(), |reason| format!(": {reason}"));
        let (entry, title) = (member.id, &member.entry.title);
        let _ = writeln!(text, "entry {entry}, {title:?}, is withdrawn with it{why}");
    }
    super::output::print(text.as_bytes())
}

/// This entry is no copy.
pub(super) async fn split(config: Config, words: &str) -> anyhow::Result<()> {
    let store = open_existing(&config)?;
    work_on(&store, async |store| {
        let (_, entry) = find(store.as_ref(), words).await?;
        if !store.split(entry.id, SystemClock.now()).await? {
            bail!(
                "entry {} is a release of its own already, and not withdrawn",
                entry.id
            );
        }
        say(store.as_ref(), entry.id).await?;
        if entry.withdrawn_at.is_some() {
            let said = format!(
                "entry {} is not withdrawn any more, and is shown again\n",
                entry.id
            );
            super::output::print(said.as_bytes())?;
        }
        catch_up(&config, store).await?;
        Ok(())
    })
    .await
}

/// Says what the story is now.
async fn say(store: &dyn Store, entry: EntryId) -> anyhow::Result<()> {
    let Some(story) = store.story_of(entry).await? else {
        return Ok(());
    };
    let mut text = String::new();
    write_members(&mut text, &story);
    super::output::print(text.as_bytes())
}

/// The one entry that the words mean, and its story. Copies of one release are told by their story: any of them will do.
pub(super) async fn find(store: &dyn Store, words: &str) -> anyhow::Result<(Story, Member)> {
    let mut found = store.find_entries(words, NAMED).await?;
    found.sort_by_key(|member| member.id);
    // Some publishers number their GUIDs. A number that is an entry's means that one, or there would be no way to name it.
    if let Some(numbered) = found
        .iter()
        .position(|member| member.id.to_string() == words)
    {
        found = vec![found.swap_remove(numbered)];
    }
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
        let entries = stories
            .iter()
            .map(|(_, member)| (member.id, &member.source, &*member.entry.title));
        return Err(ambiguous(words, entries));
    }
    match stories.pop() {
        Some(found) => Ok(found),
        None => bail!(
            "no stored entry has the number, GUID or URL {words:?}, nor a title with these words"
        ),
    }
}

/// Says which entries words can mean, each with its source and title.
pub(super) fn ambiguous<'e>(
    words: &str,
    entries: impl Iterator<Item = (EntryId, &'e SourceId, &'e str)>,
) -> anyhow::Error {
    let mut text = format!("{words:?} can mean several entries; name one by its number:");
    for (entry, source, title) in entries {
        let _ = write!(text, "\n  {entry:>8}  {source}: {title}");
    }
    anyhow::Error::msg(text)
}
