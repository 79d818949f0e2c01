//! Log setup: one line per event, to the journal, a terminal or a collector.
//!
//! Under systemd to the journal with levels and fields; else to stderr, for
//! people or, with `--log-format json`, for collectors. Feed text reaches a log
//! only as a field, which every format below escapes.

use std::io::IsTerminal;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people; to the journal where stderr is connected to it.
    Human,
    /// One JSON object a line, for collectors.
    Json,
}

/// What is logged, and how.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The least serious level that is written.
    pub level: LevelFilter,
    /// How lines are written.
    pub format: Format,
    /// Whether colours are used; `None`: on a terminal.
    pub color: Option<bool>,
    /// Whether stderr is connected to the journal.
    pub to_journal: bool,
}

/// Starts logging for the whole process. A second call changes nothing.
pub fn start(settings: Settings) {
    // Libraries speak up only for what we cannot say ourselves.
    let filter = Targets::new()
        .with_target("mainstem", settings.level)
        .with_default(LevelFilter::WARN.min(settings.level));
    let registry = tracing_subscriber::registry().with(filter);
    if settings.to_journal
        && let Ok(journal) = tracing_journald::layer()
    {
        let _ = registry.with(journal.with_field_prefix(None)).try_init();
        return;
    }
    let color = settings
        .color
        .unwrap_or_else(|| std::io::stderr().is_terminal());
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(color)
        .with_target(false);
    // A second subscriber in one process is a test's; the first stays.
    let _ = match settings.format {
        Format::Human => registry.with(lines).try_init(),
        Format::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
}
