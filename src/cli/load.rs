//! Finds and loads the configuration of a command, and says on stderr which one it is where that is not obvious.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::args::Arguments;
use super::output::note;
use crate::config::{self, Config, Environment, Purpose};
use crate::store::PathRule;

/// Where a configuration is looked for if none is named: first in the working directory, then where the service has it.
const HERE: &str = "config/mainstem.toml";
const INSTALLED: &str = "/etc/mainstem/mainstem.toml";

/// The configuration of a command beside the daemon. Its warnings are counted; `check` says them.
pub(super) fn load(
    arguments: &Arguments,
    purpose: Purpose<'_>,
) -> Result<Config, config::Problems> {
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
pub(super) fn load_with_store(
    arguments: &Arguments,
    purpose: Purpose<'_>,
) -> Result<Config, config::Problems> {
    let config = load(arguments, purpose)?;
    let rule = config.store.settings.rule;
    let is_obvious = matches!(rule, PathRule::Written | PathRule::Beside);
    if !arguments.quiet && !is_obvious {
        tell_store(&config);
    }
    Ok(config)
}

/// What is configured already; `None`: nothing, or what cannot be read, which is said.
pub(super) fn configured(arguments: &Arguments) -> Option<Config> {
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

/// Says where the store is.
pub(super) fn tell_store(config: &Config) {
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
pub(super) fn environment() -> Environment {
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

pub(super) fn config_path(arguments: &Arguments) -> PathBuf {
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
pub(super) fn tell_choice(arguments: &Arguments) {
    let is_found = named_config(arguments).is_none() && Path::new(HERE).exists();
    if is_found && !arguments.quiet && Path::new(INSTALLED).exists() {
        note(&format!(
            "configuration {HERE}, not {INSTALLED}; -c FILE names one"
        ));
    }
}
