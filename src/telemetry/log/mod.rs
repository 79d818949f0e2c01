//! The log: one line per event, for the journal, a terminal or a collector.
//!
//! Goes in: `tracing` events. Comes out: one line for each, which carries the
//! message and every field, so that a reader of `journalctl` sees the source
//! and the reason. The journal and JSON keep the fields beside the line as
//! well. What feeds and servers sent reaches a line only as a field, and every
//! format escapes it: no event ever takes two lines.

use std::io::Write;

use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::clock::{Clock, SystemClock};

mod console;
mod journal;
mod line;

use journal::Journal;
use line::Line;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people; as native journal entries where stderr is connected to the journal.
    Human,
    /// One JSON object per line, for collectors.
    Json,
}

/// What is logged, and how.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The least serious level that is written.
    pub level: LevelFilter,
    /// How lines are written.
    pub format: Format,
    /// Whether lines for people are coloured.
    pub color: bool,
    /// Whether stderr is connected to the journal.
    pub to_journal: bool,
}

/// Starts logging for the whole process. A second call changes nothing.
pub fn start(settings: Settings) {
    // Libraries speak up only for what we cannot say ourselves.
    let filter = Targets::new()
        .with_target("mainstem", settings.level)
        .with_default(LevelFilter::WARN.min(settings.level));
    let log = Log {
        settings,
        journal: settings.to_journal.then(Journal::open).and_then(Result::ok),
    };
    // A second subscriber in one process is a test's; the first stays.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(log)
        .try_init();
}

/// Writes each event to the journal or to stderr, in the configured format.
struct Log {
    settings: Settings,
    /// `None`: stderr is not the journal, or the journal's socket cannot be used.
    journal: Option<Journal>,
}

impl<S: Subscriber> Layer<S> for Log {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let line = Line::of(event);
        if self.settings.format == Format::Human
            && let Some(journal) = &self.journal
            && journal.send(&line).is_ok()
        {
            return;
        }
        let written = self.written(&line);
        // One write for a line, so that lines of several threads never mix. A reader that has gone is no reason to stop.
        let _ = std::io::stderr().lock().write_all(written.as_bytes());
    }
}

impl Log {
    /// The line as stderr gets it, with its newline. Where the journal reads stderr, it learns the level from the prefix
    /// (sd-daemon(3)) and notes the time itself.
    fn written(&self, line: &Line) -> String {
        let prefix = if self.settings.to_journal {
            format!("<{}>", journal::priority(line.level))
        } else {
            String::new()
        };
        let now = SystemClock.now();
        let text = match (self.settings.format, self.settings.to_journal) {
            (Format::Json, _) => console::json(line, now),
            (Format::Human, true) => line.text(),
            (Format::Human, false) => console::human(line, now, self.settings.color),
        };
        format!("{prefix}{text}\n")
    }
}
