//! What a user types: results to stdout, logs and progress to stderr, an exit code that says how it went.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::config::{self, Config, Environment, Purpose};
use crate::daemon;
use crate::store::{PathRule, StoreError};

mod args;
mod check;
mod import;
mod parse;
mod preview;
mod refresh;
mod sources;
mod stored;
mod stories;
mod told;
mod voice;

use args::{Arguments, Command};
use voice::Voice;

/// Where a configuration is looked for if none is named: first in the working directory, then where the service has it.
const HERE: &str = "config/mainstem.toml";
const INSTALLED: &str = "/etc/mainstem/mainstem.toml";

/// A problem that the message names.
const PROBLEM: u8 = 1;
/// What was typed cannot be done; clap's own.
const USAGE: u8 = 2;
/// `EX_DATAERR` of sysexits.h.
const DATA: u8 = 65;
/// `EX_IOERR`.
const IO: u8 = 74;
/// `EX_CONFIG`.
const CONFIG: u8 = 78;

/// Something was done, but not all of it went well; it has been said already.
#[derive(Debug, thiserror::Error)]
#[error("not everything went well")]
struct Partly;

/// Runs the command that was typed.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let voice = Voice::start(&arguments);
    match run(&arguments, voice) {
        Ok(code) => code,
        Err(error) => {
            voice.say(&error);
            ExitCode::from(exit_code(&error))
        }
    }
}

fn run(arguments: &Arguments, voice: Voice) -> anyhow::Result<ExitCode> {
    let done = match &arguments.command {
        Command::Check { schema: true } => print(config::schema().as_bytes()),
        Command::Check { schema: false } => return check::check(arguments, voice),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "mainstem", &mut script);
            print(&script)
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
            print(&page)
        }
        Command::Import { file } => {
            let known = configured(arguments);
            import::import(file, known.as_ref(), arguments.quiet)
        }
        Command::Parse(arguments) => on_runtime(parse::parse(arguments)),
        Command::Run => run_daemon(arguments),
        Command::Refresh(wanted) => {
            let config = load_with_store(arguments, Purpose::Polling(&wanted.sources))?;
            on_runtime(refresh::refresh(config, wanted))
        }
        Command::Print { output, format } => {
            let config = load_with_store(arguments, Purpose::Reading)?;
            on_runtime(stored::print(config, output, (*format).into()))
        }
        Command::Sources { json } => report(arguments, *json),
        Command::Explain { entry, json } => {
            let config = load_with_store(arguments, Purpose::Reading)?;
            on_runtime(stories::explain(config, entry, *json))
        }
        Command::Merge { one, other } => {
            let config = load_with_store(arguments, Purpose::Reading)?;
            on_runtime(stories::merge(config, one, other))
        }
        Command::Split { entry } => {
            let config = load_with_store(arguments, Purpose::Reading)?;
            on_runtime(stories::split(config, entry))
        }
        Command::Preview(wanted) => {
            let config = load_with_store(arguments, Purpose::Reading)?;
            on_runtime(preview::preview(config, wanted))
        }
        Command::Backup { file } => {
            let config = load_with_store(arguments, Purpose::Reading)?;
            on_runtime(stored::backup(config, file))
        }
        Command::Compact => stored::compact(&load_with_store(arguments, Purpose::Reading)?),
        Command::Export => sources::export(&load_with_store(arguments, Purpose::Reading)?),
    };
    done.map(|()| ExitCode::SUCCESS)
}

fn run_daemon(arguments: &Arguments) -> anyhow::Result<()> {
    let environment = environment();
    let loaded = config::load(&config_path(arguments), &environment)?;
    daemon::tell_problems(&loaded.problems);
    loaded.config.store.settings.check_directory()?;
    let start = daemon::Start {
        path: loaded.config.path.clone(),
        environment,
        config: loaded.config,
    };
    on_runtime(daemon::run(start))
}

/// A line on stderr, beside the result on stdout.
fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "mainstem: {text}");
}

/// The configuration of a command beside the daemon. Its warnings are counted; `check` says them.
fn load(arguments: &Arguments, purpose: Purpose<'_>) -> Result<Config, config::Problems> {
    tell_choice(arguments);
    let loaded = config::load_for(&config_path(arguments), &environment(), purpose)?;
    if !arguments.quiet && !loaded.problems.0.is_empty() {
        note(&format!(
            "{} in the configuration; `mainstem check` tells",
            loaded.problems.in_words()
        ));
    }
    Ok(loaded.config)
}

/// The same for a command that works on the store; which one is said where neither the configuration nor its place tells.
fn load_with_store(
    arguments: &Arguments,
    purpose: Purpose<'_>,
) -> Result<Config, config::Problems> {
    let config = load(arguments, purpose)?;
    let is_obvious = matches!(
        config.store.settings.rule,
        PathRule::Written | PathRule::Beside
    );
    if !arguments.quiet && !is_obvious {
        tell_store(&config);
    }
    Ok(config)
}

/// What is configured already; `None`: nothing, or what cannot be read, which is said.
fn configured(arguments: &Arguments) -> Option<Config> {
    tell_choice(arguments);
    let path = config_path(arguments);
    match config::load_for(&path, &environment(), Purpose::Reading) {
        Ok(loaded) => Some(loaded.config),
        Err(problems) => {
            if !arguments.quiet && path.try_exists().unwrap_or(true) {
                note(&format!(
                    "{}: {}, `mainstem check` tells; until then everything counts as new",
                    path.display(),
                    problems.in_words()
                ));
            }
            None
        }
    }
}

/// `sources`, with the store that it speaks of.
fn report(arguments: &Arguments, as_json: bool) -> anyhow::Result<()> {
    let config = load(arguments, Purpose::Reading)?;
    sources::report(&config, as_json)?;
    if !arguments.quiet {
        tell_store(&config);
    }
    Ok(())
}

fn tell_store(config: &Config) {
    let location = &config.store.settings.location;
    let state = if location.is_missing() {
        ", not made yet"
    } else {
        ""
    };
    note(&format!("store {location}{state}"));
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the environment is read"
)]
fn environment() -> Environment {
    // systemd may name several directories; ours is the first. From the commands of ExecReload= it hides the credentials.
    let first =
        |name| std::env::var_os(name).and_then(|paths| std::env::split_paths(&paths).next());
    let credentials = first("CREDENTIALS_DIRECTORY");
    let seen = credentials.as_deref().map(std::fs::read_dir);
    let is_closed =
        matches!(&seen, Some(Err(error)) if error.kind() == ErrorKind::PermissionDenied);
    let started_by_systemd = std::env::var_os("SYSTEMD_EXEC_PID")
        .is_some_and(|pid| *pid == *std::process::id().to_string());
    Environment {
        state_directory: first("STATE_DIRECTORY"),
        credentials_directory: credentials.filter(|_| matches!(seen, Some(Ok(_)))),
        hides_credentials: is_closed && started_by_systemd,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the environment is read"
)]
fn named_config(arguments: &Arguments) -> Option<PathBuf> {
    arguments.config.clone().or_else(|| {
        let variable = std::env::var_os("MAINSTEM_CONFIG");
        // An empty one is none, as for other programs.
        let path = variable.filter(|path| !path.is_empty());
        path.map(PathBuf::from)
    })
}

fn config_path(arguments: &Arguments) -> PathBuf {
    let found = || {
        if Path::new(HERE).exists() {
            HERE
        } else {
            INSTALLED
        }
    };
    named_config(arguments).unwrap_or_else(|| found().into())
}

/// Says that this directory's configuration goes before the one of the installed service: who installed it from here may mean
/// that one.
fn tell_choice(arguments: &Arguments) {
    let is_found = named_config(arguments).is_none() && Path::new(HERE).exists();
    if is_found && !arguments.quiet && Path::new(INSTALLED).exists() {
        note(&format!(
            "configuration {HERE}, not {INSTALLED}; -c FILE names one"
        ));
    }
}

fn on_runtime(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(work);
    // A name being looked up cannot be interrupted, and nobody waits for it any more.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    done
}

fn print(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}

/// A reader such as `head` that has seen enough is no problem.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// What was typed cannot be done, whatever the store holds.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

fn exit_code(error: &anyhow::Error) -> u8 {
    if is_closed_pipe(error) {
        return 0;
    }
    for cause in error.chain() {
        if cause.is::<config::Problems>() {
            return CONFIG;
        }
        if cause.is::<UsageError>() {
            return USAGE;
        }
        if cause.is::<crate::parse::ParseError>() || cause.is::<crate::publish::OpmlError>() {
            return DATA;
        }
        if cause.is::<std::io::Error>() {
            return IO;
        }
        match cause.downcast_ref::<StoreError>() {
            Some(StoreError::Damaged { .. }) => return DATA,
            Some(StoreError::Newer { .. }) => return CONFIG,
            // No fault of the disk's, and nothing that waiting mends: a person has started one too many.
            Some(StoreError::InUse { .. }) => return PROBLEM,
            Some(_) => return IO,
            None => {}
        }
    }
    PROBLEM
}
