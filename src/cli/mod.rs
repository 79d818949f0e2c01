//! What a user types: results to stdout, logs and progress to stderr, an exit code that says how it went.
//!
//! Each command has a file of its name, or of what it is about: `stored.rs` and `stories.rs` work on the store.

use std::panic::resume_unwind;
use std::process::ExitCode;
use std::thread;

use clap::{CommandFactory, Parser};

use crate::config::{self, Environment, Loaded, Purpose};
use crate::select::EVALUATION_STACK;

mod args;
mod check;
mod exit;
mod import;
mod load;
mod output;
mod parse;
mod preview;
mod refresh;
mod sources;
mod stored;
mod stories;
mod told;
mod voice;
mod withdraw;

use args::{Arguments, Command};
use exit::exit_code;
use load::{config_path, configured, environment, load, load_with_store, tell_store};
use output::print;
use voice::Voice;

/// Runs the command that was typed; `daemon` is what `mainstem run` keeps going.
#[must_use]
pub fn main<D>(daemon: impl FnOnce(Loaded, Environment) -> D + Send + 'static) -> ExitCode
where
    D: Future<Output = anyhow::Result<()>>,
{
    // A command evaluates rules, and the system may give the first thread less room than that takes.
    let thread = thread::Builder::new()
        .name("mainstem".to_owned())
        .stack_size(EVALUATION_STACK);
    match thread.spawn(|| on_ample_stack(daemon)) {
        Ok(running) => running.join().unwrap_or_else(|panic| resume_unwind(panic)),
        Err(error) => {
            let error = anyhow::Error::new(error).context("no thread can be started");
            Voice::start(&Arguments::parse()).say(&error);
            ExitCode::FAILURE
        }
    }
}

fn on_ample_stack<D>(daemon: impl FnOnce(Loaded, Environment) -> D) -> ExitCode
where
    D: Future<Output = anyhow::Result<()>>,
{
    let arguments = Arguments::parse();
    let voice = Voice::start(&arguments);
    run(&arguments, voice, daemon).unwrap_or_else(|error| {
        voice.say(&error);
        ExitCode::from(exit_code(&error))
    })
}

fn run<D>(
    arguments: &Arguments,
    voice: Voice,
    daemon: impl FnOnce(Loaded, Environment) -> D,
) -> anyhow::Result<ExitCode>
where
    D: Future<Output = anyhow::Result<()>>,
{
    let configured_store = || load_with_store(arguments, Purpose::Reading);
    let done = match &arguments.command {
        Command::Run => block_on(service(arguments, daemon)?),
        Command::Check { schema: true } => print(config::schema().as_bytes()),
        Command::Check { schema: false } => return check::check(arguments, voice),
        Command::Completions { shell } => print(&completions(*shell)),
        Command::Man => print(&manual()?),
        Command::Import { file } => {
            let known = configured(arguments);
            import::import(file, known.as_ref(), arguments.quiet)
        }
        Command::Parse(arguments) => block_on(parse::parse(arguments)),
        Command::Refresh(wanted) => {
            let config = load_with_store(arguments, Purpose::Polling(&wanted.sources))?;
            block_on(refresh::refresh(config, wanted))
        }
        Command::Print { output, format } => {
            block_on(stored::print(configured_store()?, output, (*format).into()))
        }
        Command::Sources { json } => report(arguments, *json),
        Command::Explain { entry, json } => {
            block_on(stories::explain(configured_store()?, entry, *json))
        }
        Command::Merge { one, other } => block_on(stories::merge(configured_store()?, one, other)),
        Command::Split { entry } => block_on(stories::split(configured_store()?, entry)),
        Command::Withdraw { entry, reason } => block_on(withdraw::withdraw(
            configured_store()?,
            entry,
            reason.as_deref(),
        )),
        Command::Preview(wanted) => block_on(preview::preview(configured_store()?, wanted)),
        Command::Backup { file } => block_on(stored::backup(configured_store()?, file)),
        Command::Compact => stored::compact(&configured_store()?),
        Command::Export => sources::export(&configured_store()?),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// The daemon by the configuration that is named, or found.
fn service<D>(
    arguments: &Arguments,
    daemon: impl FnOnce(Loaded, Environment) -> D,
) -> anyhow::Result<D> {
    let environment = environment();
    let loaded = config::load(&config_path(arguments), &environment)?;
    config::tell_problems(&loaded.problems);
    loaded.config.store.settings.check_directory()?;
    Ok(daemon(loaded, environment))
}

/// The script that completes commands in this shell.
fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "mainstem", &mut script);
    script
}

/// The manual page.
fn manual() -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
    Ok(page)
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

/// Runs async work to its end. Rules are evaluated on all of its threads.
fn block_on(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(EVALUATION_STACK)
        .build()?;
    let done = runtime.block_on(work);
    // A name being looked up cannot be interrupted, and nobody waits for it any more.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    done
}
