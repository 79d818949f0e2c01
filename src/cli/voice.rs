//! Where log lines and the error that ends a command go, and how they look.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use anstream::{AutoStream, ColorChoice};
use tracing::level_filters::LevelFilter;

use super::args::{Arguments, Color, Command, LogFormat};
use super::exit::{Partly, is_closed_pipe};
use super::output::print;
use crate::config::{Problems, Severity};
use crate::telemetry;

/// How the operator is spoken to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Voice {
    /// Errors and problems go through the log, one line each: its readers tell them by level. Otherwise they stand on stderr
    /// as people and editors read them.
    by_log: bool,
}

impl Voice {
    /// Starts logging as the arguments and the environment say.
    pub(super) fn start(arguments: &Arguments) -> Self {
        let to_journal = is_journal(variable("JOURNAL_STREAM").as_deref());
        let is_json = matches!(arguments.log_format, LogFormat::Json);
        let by_log = to_journal || is_json;
        telemetry::start(telemetry::Settings {
            level: level(arguments, by_log),
            format: if is_json {
                telemetry::Format::Json
            } else {
                telemetry::Format::Human
            },
            color: match arguments.color {
                Color::Always => true,
                Color::Never => false,
                // Follows NO_COLOR, CLICOLOR, CLICOLOR_FORCE and TERM=dumb, and uses colours only on a terminal.
                Color::Auto => AutoStream::choice(&std::io::stderr()) != ColorChoice::Never,
            },
            to_journal,
        });
        std::panic::set_hook(Box::new(|panic| {
            let place = panic
                .location()
                .map(ToString::to_string)
                .unwrap_or_default();
            let what = panic.payload_as_str().unwrap_or("no message");
            tracing::error!(place, what, "panic");
        }));
        Self { by_log }
    }

    /// Says what ended a command. A configuration's problems stand at the beginning of their lines, for editors to jump to.
    pub(super) fn say(self, error: &anyhow::Error) {
        if error.is::<Partly>() || is_closed_pipe(error) {
            return;
        }
        if let Some(problems) = error.downcast_ref::<Problems>() {
            if self.by_log {
                log_problems(problems);
            } else {
                let _ = write!(std::io::stderr(), "{problems}");
            }
            return;
        }
        let causes = telemetry::causes(error.as_ref());
        if self.by_log {
            tracing::error!("{causes}");
        } else {
            let _ = writeln!(std::io::stderr(), "mainstem: {causes}");
        }
    }

    /// What `check` found. Under the service manager (`ExecReload=`) the log is where the operator looks for it.
    pub(super) fn say_findings(self, problems: &Problems) -> anyhow::Result<()> {
        if self.by_log {
            log_problems(problems);
            return Ok(());
        }
        print(problems.to_string().as_bytes())
    }
}

/// One line for each problem that ends a command, at its level.
fn log_problems(problems: &Problems) {
    for problem in &problems.0 {
        let line = problem.line();
        match problem.severity {
            Severity::Warning => tracing::warn!("{line}"),
            Severity::Missing | Severity::Error => tracing::error!("{line}"),
        }
    }
}

/// Whether stderr can move its cursor, which a progress bar needs.
pub(super) fn can_draw() -> bool {
    std::io::stderr().is_terminal() && variable("TERM").is_none_or(|term| term != "dumb")
}

fn level(arguments: &Arguments, by_log: bool) -> LevelFilter {
    let speaks = match arguments.command {
        Command::Run => true,
        Command::Check { .. } => by_log,
        // A command says what came of it on stdout; its log would say it twice.
        _ => false,
    };
    match (arguments.quiet, arguments.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) if !speaks => LevelFilter::ERROR,
        (false, 0) => LevelFilter::INFO,
        (false, 1) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    }
}

/// Whether stderr is the stream that `$JOURNAL_STREAM` names. The variable alone proves nothing: whatever a service starts
/// inherits it, whether or not its stderr was redirected (systemd.exec(5)).
fn is_journal(journal_stream: Option<&OsStr>) -> bool {
    let Some(named) = journal_stream.and_then(OsStr::to_str) else {
        return false;
    };
    let stderr = std::io::stderr()
        .as_fd()
        .try_clone_to_owned()
        .and_then(|stderr| File::from(stderr).metadata());
    stderr.is_ok_and(|stderr| named == format!("{}:{}", stderr.dev(), stderr.ino()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the environment is read"
)]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}
