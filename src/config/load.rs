//! Reading the file, for a purpose.

use std::io::ErrorKind;
use std::path::Path;

use super::problem::{self, Found, Problem, Problems, Severity};
use super::purpose::{Environment, Purpose};
use super::{Config, file, validate};

/// A configuration, with what is not wrong enough to keep it from starting.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// Warnings, and what a source will fail on.
    pub problems: Problems,
}

/// Reads a configuration and everything that it names, for a service.
///
/// # Errors
/// Everything that is wrong with it, errors or not.
pub fn load(path: &Path, environment: &Environment) -> Result<Loaded, Problems> {
    load_for(path, environment, Purpose::Service)
}

/// Reads a configuration and everything that it names, as far as `purpose` needs it.
///
/// # Errors
/// Everything that is wrong with it, errors or not.
pub fn load_for(
    path: &Path,
    environment: &Environment,
    purpose: Purpose<'_>,
) -> Result<Loaded, Problems> {
    let text = read(path)?;
    let mut found = Found::new(
        path,
        text.trim_start_matches('\u{FEFF}'),
        purpose,
        file::is_key,
    );
    let file = file::File::read(&mut found);
    let config = validate::validate(&file, environment, &mut found);
    let problems = found.into_problems();
    if problems.worst() == Some(Severity::Error) {
        Err(problems)
    } else {
        Ok(Loaded { config, problems })
    }
}

/// The text of the file.
fn read(path: &Path) -> Result<String, Problems> {
    let wrong = |place, message: String, hint: &str| {
        Problems(vec![Problem {
            severity: Severity::Error,
            file: path.to_owned(),
            place,
            message,
            hint: hint.to_owned(),
        }])
    };
    let bytes = std::fs::read(path).map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::PermissionDenied => {
                "this user may not read it: use sudo, or make the file and its directory readable (secrets do not belong into it)"
            }
            _ => "name one with -c FILE or $MAINSTEM_CONFIG, or write one to ./config/mainstem.toml",
        };
        wrong(None, format!("the configuration cannot be read: {error}"), hint)
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let place = problem::place(error.as_bytes(), at);
        wrong(
            Some(place),
            "the file is not UTF-8 from here on".to_owned(),
            "save it as UTF-8",
        )
    })
}
