//! `mainstem check`: what is wrong with the configuration, and what there is to be said of the store.

use std::process::ExitCode;

use super::args::Arguments;
use super::exit::CONFIG;
use super::load::{config_path, environment, tell_choice};
use super::output::{note, print};
use super::voice::Voice;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config, Loaded, Purpose, Severity};
use crate::fetch::NO_AUTHORITIES;
use crate::republish::idle_parts;
use crate::store::{Audience, open_to_read};

/// Prints every problem of the configuration: here they are the result.
pub(super) fn check(arguments: &Arguments, voice: Voice) -> anyhow::Result<ExitCode> {
    tell_choice(arguments);
    let path = config_path(arguments);
    let loaded = config::load_for(&path, &environment(), Purpose::Checking);
    let problems = match &loaded {
        Ok(loaded) => &loaded.problems,
        Err(problems) => problems,
    };
    voice.say_findings(problems)?;
    if let (Ok(Loaded { config, .. }), false) = (&loaded, arguments.quiet) {
        tell_of_store(config);
        if let Some(what) = config::too_few_files(config) {
            note(&what);
        }
        if config::lacks_authorities(&config.targets) {
            note(NO_AUTHORITIES);
        }
    }
    let config = match &loaded {
        Ok(loaded) if problems.worst() < Some(Severity::Missing) => &loaded.config,
        _ => return Ok(ExitCode::from(CONFIG)),
    };
    if arguments.quiet {
        return Ok(ExitCode::SUCCESS);
    }
    let location = &config.store.settings.location;
    let is_missing = if location.is_missing() {
        ", not made yet"
    } else {
        ""
    };
    let verdict = format!(
        "{}: fine; {}; store {location}{is_missing}\n",
        path.display(),
        config.counts()
    );
    print(verdict.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Says on stderr what there is to be said of what is stored; whether the configuration is fine does not depend on it.
fn tell_of_store(config: &Config) {
    let location = &config.store.settings.location;
    let reader = location.audience().map(|audience| match audience {
        Audience::Group => "its group",
        Audience::Everybody => "everybody",
    });
    if let Some(reader) = reader {
        note(&format!(
            "{location} can be read by {reader}, and holds passwords of source addresses: unless that is meant, chmod 600 it"
        ));
    }
    let stored = open_to_read(&config.store.settings);
    match stored.and_then(|stored| stored.map(|stored| stored.rule_spans()).transpose()) {
        Ok(Some(spans)) => {
            for idle in idle_parts(&config.plan, spans, SystemClock.now()) {
                note(&idle.to_string());
            }
        }
        Ok(None) => {}
        Err(error) => note(&format!("what rules did was not judged: {error}")),
    }
}
