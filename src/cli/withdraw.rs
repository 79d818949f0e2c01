//! `withdraw`: a story leaves every document and archive.

use std::fmt::Write;

use super::stored::{catch_up, open_existing, work_on};
use super::stories::{NAMED, ambiguous, find};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::store::{NamedEntry, Store, Withdrawn};

/// What readers are told of a reason at most, in characters: documents repeat it for weeks.
const LONGEST: usize = 500;

/// Takes the story of an entry out of every document and archive.
pub(super) async fn withdraw(
    config: Config,
    words: &str,
    reason: Option<&str>,
) -> anyhow::Result<()> {
    let store = open_existing(&config)?;
    work_on(&store, async |store| {
        let entry = meant(store.as_ref(), words).await?;
        let reason = reason.map(in_one_line).filter(|reason| !reason.is_empty());
        if reason.as_ref().is_some_and(|reason| reason.chars().count() > LONGEST) {
            anyhow::bail!("the reason is longer than {LONGEST} characters, and documents repeat it for weeks: write a shorter one");
        }
        let now = SystemClock.now();
        let Some(withdrawn) = store.withdraw(entry.id, reason.clone(), now).await? else {
            anyhow::bail!("entry {} is not stored any more", entry.id);
        };
        catch_up(&config, store).await?;
        super::output::print(told(&entry, reason.as_deref(), &withdrawn).as_bytes())
    })
    .await
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The one entry that the words mean. One that has expired is named by its number, GUID or URL, or by the id of its item, which readers
/// know: archive documents may hold it still.
async fn meant(store: &dyn Store, words: &str) -> anyhow::Result<NamedEntry> {
    let mut named = store.named_entries(words, NAMED).await?;
    // As `find` does: a number that is an entry's means that one.
    if let Some(numbered) = named.iter().position(|entry| entry.id.to_string() == words) {
        return Ok(named.swap_remove(numbered));
    }
    // Copies of one release are told by their story: any of them will do, one with a headline before others.
    named.sort_by_key(|entry| (entry.story, entry.is_expired, entry.id));
    named.dedup_by_key(|entry| entry.story);
    if named.len() > 1 {
        let entries = named
            .iter()
            .map(|entry| (entry.id, &entry.source, title(entry)));
        return Err(ambiguous(words, entries));
    }
    if let Some(entry) = named.pop() {
        return Ok(entry);
    }
    let (story, entry) = find(store, words).await?;
    Ok(NamedEntry {
        id: entry.id,
        story: story.id,
        source: entry.source,
        title: entry.entry.title,
        is_expired: false,
    })
}

fn title(entry: &NamedEntry) -> &str {
    match (entry.is_expired, entry.title.as_str()) {
        (true, _) => "(expired)",
        (false, "") => "(without a title)",
        (false, title) => title,
    }
}

/// What was withdrawn, and from where.
fn told(entry: &NamedEntry, reason: Option<&str>, withdrawn: &Withdrawn) -> String {
    let mut text = String::new();
    let title = match entry.is_expired {
        true => format!("entry {} of {}, which has expired,", entry.id, entry.source),
        false => format!("{:?}", entry.title),
    };
    let said = &withdrawn.withdrawal;
    if withdrawn.entries == 0 {
        let why = match (said.reason.as_deref(), reason) {
            (Some(kept), Some(new)) if kept != new => format!("; the reason stays: {kept}"),
            (Some(kept), _) => format!(": {kept}"),
            // What readers were told is not told anew.
            (None, Some(_)) => "; it stays without a reason".to_owned(),
            (None, None) => String::new(),
        };
        let _ = writeln!(
            text,
            "{title} was withdrawn on {} already{why}",
            said.at.format("%Y-%m-%d")
        );
        return text;
    }
    let entries = match withdrawn.entries {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    };
    let _ = writeln!(text, "{title} is withdrawn, {entries}");
    for (output, items) in &withdrawn.items {
        let items = match items {
            1 => "1 item".to_owned(),
            count => format!("{count} items"),
        };
        let _ = writeln!(text, "  {output}  {items}");
    }
    if withdrawn.items.is_empty() {
        text.push_str("  no output has shown it\n");
    }
    if entry.is_expired {
        text.push_str("its text is not stored any more: only word-for-word copies that come later will be recognized\n");
    }
    text
}
