//! `withdraw`: a story leaves every document and archive.

use std::fmt::Write;

use super::stored::{catch_up, open_existing, work_on};
use super::stories::find;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::model::Member;
use crate::store::Withdrawn;

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
        let (_, entry) = find(store.as_ref(), words).await?;
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

/// What was withdrawn, and from where.
fn told(entry: &Member, reason: Option<&str>, withdrawn: &Withdrawn) -> String {
    let mut text = String::new();
    let title = &entry.entry.title;
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
            "{title:?} was withdrawn on {} already{why}",
            said.at.format("%Y-%m-%d")
        );
        return text;
    }
    let entries = match withdrawn.entries {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    };
    let _ = writeln!(text, "{title:?} is withdrawn, {entries}");
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
    text
}
