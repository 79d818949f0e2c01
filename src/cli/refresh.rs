//! `mainstem refresh`: one polling pass now.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt::Write;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use chrono::SecondsFormat;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use terminal_size::{Width, terminal_size_of};
use tokio::signal::unix::{SignalKind, signal as on};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::args::RefreshArguments;
use super::exit::{Ended, Partly};
use super::stored;
use super::voice::can_draw;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config};
use crate::fetch::Fetcher;
use crate::model::{Applied, Due, Outcome, SourceId, Timestamp, Withdraws};
use crate::refresh::{Occasion, Poll, Refreshed, Refresher, Unfinished, align};
use crate::store::StoreError;
use crate::text::counted as counted_as;

/// Refreshes under way; the fetcher bounds requests, this bounds what waits for them.
const UNDER_WAY: usize = 512;
/// How often the queue of answers is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

type Line = (SourceId, Result<Refreshed, Unfinished>);

pub(super) async fn refresh(config: Config, wanted: &RefreshArguments) -> anyhow::Result<()> {
    let polls = named(&config, &wanted.sources)?;
    config::tell_widening(&config.targets);
    config::tell_authorities(&config.targets);
    let store = stored::open(&config)?;
    // What cannot be stored is not asked for.
    store.probe().await?;
    store
        .register_sources(&config.sources(), SystemClock.now())
        .await?;
    if let Some(aligned) = align(store.as_ref(), &SystemClock).await? {
        let _ = writeln!(std::io::stderr(), "mainstem: {aligned}");
    }
    let refresher = Arc::new(Refresher::new(
        Fetcher::new(&config.fetch),
        store.clone(),
        Arc::new(SystemClock),
    ));
    refresher.prepare(&config.targets).await?;
    if wanted.sources.is_empty() {
        refresher.load(&config.targets).await?;
    }
    let occasion = if wanted.force {
        Occasion::Forced
    } else {
        Occasion::Asked
    };
    let mut lines = match asked(&refresher, polls, occasion).await {
        Ok(lines) => lines,
        Err(error) => {
            store.close().await?;
            return Err(error);
        }
    };
    lines.sort_by(|left, right| left.0.cmp(&right.0));
    let mut republisher = stored::catch_up(&config, &store).await?;
    stored::maintain(&config, &store, &mut republisher).await?;
    store.close().await?;
    super::output::print(
        if wanted.json {
            as_json(&lines)?
        } else {
            as_text(&lines)
        }
        .as_bytes(),
    )?;
    let has_failed = lines.iter().any(|(_, refreshed)| has_failed(refreshed));
    // A store that takes nothing is no source's failure; its own exit code says what it is.
    if let Some(error) = lines.into_iter().find_map(|(_, refreshed)| refreshed.err()) {
        return Err(StoreError::from(error).into());
    }
    if has_failed {
        return Err(Partly.into());
    }
    Ok(())
}

/// Asks all of them. Whatever was heard is stored, even if a signal ends the pass early.
async fn asked(
    refresher: &Arc<Refresher>,
    polls: Vec<Poll>,
    occasion: Occasion,
) -> anyhow::Result<Vec<Line>> {
    let passed = tokio::select! {
        passed = pass(refresher, polls, occasion) => passed,
        never = store_what_waits(refresher) => match never {},
        ended = signal() => Err(ended?.into()),
    };
    refresher.flush().await?;
    passed
}

/// Stores queued answers that have waited long enough. Refreshes do that when they end, but while the pass waits for a slow server none
/// may end.
async fn store_what_waits(refresher: &Refresher) -> Infallible {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if refresher.is_late() {
            // What fails goes on waiting, and is noted there.
            let _ = refresher.flush().await;
        }
    }
}

/// Waits for a signal that ends commands.
async fn signal() -> std::io::Result<Ended> {
    let [interrupt, terminate] = [SignalKind::interrupt(), SignalKind::terminate()];
    let (mut interrupted, mut terminated) = (on(interrupt)?, on(terminate)?);
    let ended = tokio::select! {
        _ = interrupted.recv() => interrupt,
        _ = terminated.recv() => terminate,
    };
    Ok(Ended(
        u8::try_from(ended.as_raw_value()).unwrap_or_default(),
    ))
}

/// What is asked for the named sources; one that shares its address with others comes with them.
fn named(config: &Config, names: &[String]) -> anyhow::Result<Vec<Poll>> {
    let wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    for name in &wanted {
        if !config
            .targets
            .iter()
            .any(|target| target.source.id.as_str() == *name)
        {
            bail!(
                "there is no source {name:?}, or it is not enabled; `mainstem sources` lists them"
            );
        }
    }
    let polls = Poll::group(&config.targets).into_iter().filter(|poll| {
        let has = |target: &crate::refresh::Target| wanted.contains(target.source.id.as_str());
        wanted.is_empty() || poll.targets().iter().any(has)
    });
    Ok(polls.collect())
}

async fn pass(
    refresher: &Arc<Refresher>,
    polls: Vec<Poll>,
    occasion: Occasion,
) -> anyhow::Result<Vec<Line>> {
    let bar = progress(polls.len());
    let places = Arc::new(Semaphore::new(UNDER_WAY));
    let (mut tasks, mut lines) = (JoinSet::new(), Vec::new());
    for poll in polls {
        let place = places.clone().acquire_owned().await?;
        let refresher = refresher.clone();
        tasks.spawn(async move {
            let _place = place;
            let refreshed = refresher.refresh(&poll, occasion).await;
            as_lines(&poll, refreshed)
        });
        while let Some(ended) = tasks.try_join_next() {
            lines.extend(ended?);
            bar.inc(1);
        }
    }
    while let Some(ended) = tasks.join_next().await {
        lines.extend(ended?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(lines)
}

/// A line for each source; one that could not be stored stands for all that share its address.
fn as_lines(poll: &Poll, ended: Result<Vec<(SourceId, Refreshed)>, Unfinished>) -> Vec<Line> {
    match ended {
        Ok(refreshed) => refreshed
            .into_iter()
            .map(|(id, refreshed)| (id, Ok(refreshed)))
            .collect(),
        Err(error) => vec![(poll.lead().source.id.clone(), Err(error))],
    }
}

/// Drawn on a terminal only.
fn progress(length: usize) -> ProgressBar {
    let target = if can_draw() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(length as u64), target);
    let columns = terminal_size_of(std::io::stderr()).map(|(Width(columns), _)| columns);
    let style = ProgressStyle::with_template(template(columns));
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

/// A progress line that fits into this many columns, with up to 99,999 sources. A line that wrapped would be printed again at every
/// update instead of being redrawn.
fn template(columns: Option<u16>) -> &'static str {
    match columns {
        Some(..26) => "{pos}/{len}",
        Some(26..62) => "{wide_bar} {pos}/{len}, {elapsed}",
        Some(62..) | None => "{bar:30} {pos}/{len} sources, {elapsed}",
    }
}

fn has_failed(refreshed: &Result<Refreshed, Unfinished>) -> bool {
    match refreshed {
        Ok(Refreshed::Done { last, .. }) => matches!(
            last.outcome,
            Outcome::Failed | Outcome::Throttled | Outcome::Gone
        ),
        Ok(Refreshed::Waiting { .. }) => false,
        Err(_) => true,
    }
}

fn as_text(lines: &[Line]) -> String {
    let width = lines
        .iter()
        .map(|(id, _)| id.as_str().len())
        .max()
        .unwrap_or(0);
    let (mut text, mut total, mut failed) = (String::new(), Applied::default(), 0);
    for (id, refreshed) in lines {
        failed += usize::from(has_failed(refreshed));
        let said = match refreshed {
            Ok(Refreshed::Waiting { due }) => waits(due),
            Ok(Refreshed::Done {
                last,
                entries,
                applied,
                ..
            }) => {
                total.new += applied.new;
                total.changed += applied.changed;
                total.duplicates += applied.duplicates;
                total.renamed += applied.renamed;
                let class = last
                    .class
                    .map(|class| format!(" ({class})"))
                    .unwrap_or_default();
                let why = last
                    .in_words()
                    .map(|why| format!(": {why}"))
                    .unwrap_or_default();
                let counts = format!("{entries} entries, {}", counted(applied));
                if last.outcome == Outcome::Fresh {
                    format!("fresh: {counts}{why}")
                } else {
                    format!("{}{class}{why}", last.outcome)
                }
            }
            Err(unfinished) => unfinished.to_string(),
        };
        let _ = writeln!(text, "{:width$}  {said}", id.as_str());
        if let Ok(Refreshed::Done { applied, .. }) = refreshed {
            for found in &applied.retracted {
                let _ = writeln!(text, "{:width$}  {}", "", found.in_words());
            }
            for found in &applied.kept_away {
                let _ = writeln!(text, "{:width$}  {}", "", found.in_words());
            }
        }
    }
    let _ = writeln!(
        text,
        "{}: {}, {failed} failed",
        counted_as(lines.len(), "source", "sources"),
        counted(&total)
    );
    text
}

fn waits(due: &Due) -> String {
    let until = due.at.map_or(String::new(), |at| {
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        format!(" until {at}")
    });
    format!("not asked{until}: {}", due.because)
}

/// Known entries under another GUID are rare enough to be told only where there are any.
fn counted(applied: &Applied) -> String {
    let renamed = match applied.renamed {
        0 => String::new(),
        count => format!(", {count} under another GUID"),
    };
    format!(
        "{} new, {} changed, {} duplicates{renamed}",
        applied.new, applied.changed, applied.duplicates
    )
}

fn as_json(lines: &[Line]) -> anyhow::Result<String> {
    let row = |(id, refreshed): &Line| match refreshed {
        Ok(Refreshed::Waiting { due }) => {
            json!({ "id": id.as_str(), "outcome": null, "next_due": due.at.map(moment), "because": due.because })
        }
        Ok(Refreshed::Done {
            last,
            entries,
            applied,
            due,
            ..
        }) => json!({
            "id": id.as_str(), "outcome": last.outcome.as_str(), "class": last.class.map(crate::model::FailureClass::as_str),
            "status": last.status, "message": last.in_words(), "entries": entries, "new": applied.new, "changed": applied.changed,
            "duplicates": applied.duplicates, "renamed": applied.renamed,
            "retracted": applied.retracted.iter().map(|found| json!({
                "entry": found.entry().map(|entry| entry.0), "title": found.title, "sign": found.sign.as_str(),
                "again": matches!(found.withdraws, Withdraws::Again(_)),
            })).collect::<Vec<_>>(),
            "kept_away": applied.kept_away.iter().map(|found| json!({
                "entry": found.entry.0, "title": found.title, "repeats": found.original.0,
            })).collect::<Vec<_>>(), "next_due": due.at.map(moment), "because": due.because,
        }),
        Err(error) => {
            json!({ "id": id.as_str(), "outcome": "failed", "class": "store", "message": error.error().to_string() })
        }
    };
    Ok(serde_json::to_string_pretty(&lines.iter().map(row).collect::<Vec<_>>())? + "\n")
}

/// A moment for programs: UTC, to the millisecond.
fn moment(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
