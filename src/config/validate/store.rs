//! `[store] path`: one store for the service and for the shell.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use super::super::problem::Found;
use super::super::purpose::Environment;
use super::super::table::At;
use super::files::relative;
use crate::store::PathRule;

/// The database's name where only its directory is known.
const NAME: &str = "mainstem.db";
/// What the unit's `StateDirectory=` is outside the unit.
const STATE_OF_SERVICE: &str = "/var/lib/mainstem";
/// Where configurations are, and no state.
const ETC: &str = "/etc";

/// Where the store is: as written; else where the service manager says; else where the service keeps it whose configuration this
/// is; else beside the configuration.
pub(super) fn path(
    written: Option<&At<String>>,
    environment: &Environment,
    found: &mut Found<'_>,
) -> (PathBuf, PathRule) {
    if let Some(written) = written {
        let path = relative(found.file, written);
        check(written, &path, found);
        return (path, PathRule::Written);
    }
    let (path, rule) = match &environment.state_directory {
        Some(directory) => (directory.join(NAME), PathRule::StateDirectory),
        None if is_of_service(found.file) => {
            (Path::new(STATE_OF_SERVICE).join(NAME), PathRule::OfService)
        }
        None => return (relative(found.file, NAME), PathRule::Beside),
    };
    tell_of_another(&path, found);
    (path, rule)
}

/// What is wrong with a path as it is written.
fn check(written: &At<String>, path: &Path, found: &mut Found<'_>) {
    let is_missing = |path: &Path| {
        std::fs::metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
    };
    if path.starts_with(ETC) && is_missing(path) {
        found.error(
            &written.span,
            format!("no store is made below {ETC}: {}", path.display()),
            format!("remove `path` for {STATE_OF_SERVICE}/{NAME}, or name another place"),
        );
        return;
    }
    if let Some(directory) = path.parent().filter(|directory| is_missing(directory)) {
        found.missing(
            &written.span,
            format!("the directory {} does not exist", directory.display()),
            "make it, writable for the user that mainstem runs as",
        );
    }
}

/// Earlier versions made a second store beside the installed configuration when they were run from a shell.
fn tell_of_another(path: &Path, found: &mut Found<'_>) {
    let beside = relative(found.file, NAME);
    if beside.is_file() && beside != path {
        let message = format!(
            "{} is not read: the store is {}",
            beside.display(),
            path.display()
        );
        let hint = "remove it if a command made it by mistake; to go on with it, name it as `path` in [store]";
        found.warning_of_file(message, hint);
    }
}

/// Whether a configuration is the installed service's: it, or what a link to it leads to, stands below `/etc`.
pub(super) fn is_of_service(file: &Path) -> bool {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    // `..` leads out of /etc again; whether through a link makes no difference to somebody who means a place.
    let plain = absolute
        .components()
        .fold(PathBuf::new(), |mut path, part| {
            match part {
                Component::ParentDir => {
                    path.pop();
                }
                part => path.push(part),
            }
            path
        });
    let resolved = std::fs::canonicalize(file).unwrap_or_default();
    plain.starts_with(ETC) || resolved.starts_with(ETC)
}
