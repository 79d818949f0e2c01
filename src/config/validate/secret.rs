//! Secrets: read where they are kept, missed only where they are needed.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;
use std::path::{Component, Path};

use super::super::problem::{Found, Severity};
use super::super::purpose::{Environment, Purpose};
use super::super::secret::{SecretPlace, TokenText};
use super::super::table::At;
use super::files::{self, relative};
use crate::model::Secret;

/// Longest file that a secret is read from, bytes.
const MAX_SECRET: usize = 8 * 1024;
/// So much is read of it: what is longer is no secret, whatever white space it holds.
const MAX_READ: u64 = 64 * 1024;
/// Where systemd puts the credentials of its services.
const CREDENTIALS: &str = "/run/credentials";

/// Who cannot do without a secret.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holder<'a> {
    /// A source: it is not polled without its headers.
    Source {
        /// As written.
        id: Option<&'a str>,
        /// One that is not enabled is not polled at all.
        enabled: bool,
    },
    /// What is served: without its token everybody could read it.
    Served,
}

impl Holder<'_> {
    fn is_served_by(self, purpose: Purpose<'_>) -> bool {
        match (purpose, self) {
            (Purpose::Service, Self::Served) => true,
            (Purpose::Service, Self::Source { enabled, .. }) => enabled,
            (Purpose::Polling(names), Self::Source { id, enabled }) => {
                enabled && (names.is_empty() || names.iter().any(|name| Some(&**name) == id))
            }
            _ => false,
        }
    }
}

/// A token, if one is written; `key` as it is called in messages.
pub(super) fn token(
    written: Option<&At<TokenText>>,
    key: &str,
    environment: &Environment,
    found: &mut Found<'_>,
) -> Option<Secret> {
    let written = written?;
    match &written.value {
        TokenText::Secret(place) => {
            let bytes = read(place, &written.span, Holder::Served, environment, found)?;
            Some(Secret::new(bytes))
        }
        TokenText::Wrong(what) => {
            let hint = "write token = { file = \"merged.token\" } or { credential = \"name\" }, and the token into that file";
            found.error(&written.span, format!("{key} {what}"), hint);
            None
        }
    }
}

/// The secret, without the newline at its end; `None`: it is not at hand, which is noted.
pub(super) fn read(
    place: &SecretPlace,
    at: &Range<usize>,
    holder: Holder<'_>,
    environment: &Environment,
    found: &mut Found<'_>,
) -> Option<Vec<u8>> {
    let is_hidden = environment.hides_credentials && found.purpose == Purpose::Checking;
    let path = match (place, &environment.credentials_directory) {
        (SecretPlace::File(secret), _) => relative(found.file, &secret.file),
        (SecretPlace::Credential(secret), _) if !is_name(&secret.credential) => {
            let what = format!("{:?} is no name of a credential", secret.credential);
            found.error(
                at,
                what,
                "write a name without slashes, as in LoadCredential=NAME:/path",
            );
            return None;
        }
        (SecretPlace::Credential(secret), Some(directory)) => directory.join(&secret.credential),
        (SecretPlace::Credential(_), None) if is_hidden => return None,
        (SecretPlace::Credential(_), None) => {
            let what = "there is no $CREDENTIALS_DIRECTORY that the credential could come from";
            miss(holder, true, at, what.to_owned(), ELSEWHERE, found);
            return None;
        }
    };
    match read_bounded(&path) {
        Ok(bytes) => {
            files::judge_secret(&path, at, found);
            content(&path, &bytes, at, found)
        }
        Err(error) => {
            let what = format!("{}: {error}", path.display());
            match place {
                SecretPlace::File(_) if is_hidden && is_elsewhere(&path, environment) => {}
                SecretPlace::File(_) if is_elsewhere(&path, environment) => {
                    miss(
                        holder,
                        true,
                        at,
                        format!("the credential {what}"),
                        ELSEWHERE,
                        found,
                    );
                }
                SecretPlace::File(_) => miss(holder, false, at, what, UNREADABLE, found),
                SecretPlace::Credential(secret) => {
                    let hint = format!(
                        "write LoadCredential={}:/path into the unit",
                        secret.credential
                    );
                    miss(holder, false, at, what, &hint, found);
                }
            }
            None
        }
    }
}

/// The content of a file, as far as a secret may reach. A pipe would be waited for, and a device may have no end.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no file"));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(MAX_READ).read_to_end(&mut bytes)?;
    Ok(bytes)
}

const ELSEWHERE: &str = "the unit hands it over with LoadCredential=NAME:/path; beside a running service set CREDENTIALS_DIRECTORY=/run/credentials/mainstem.service; elsewhere use { file = \"…\" }";
const UNREADABLE: &str = "make it a file with one line that the user of mainstem may read, or hand it over with LoadCredential= in the unit and write { credential = \"NAME\" }; a relative path begins at the configuration file";

/// Notes a secret that is not at hand. `is_elsewhere`: it is there only inside the unit.
fn miss(
    holder: Holder<'_>,
    is_elsewhere: bool,
    at: &Range<usize>,
    message: String,
    hint: &str,
    found: &mut Found<'_>,
) {
    let severity = match found.purpose {
        purpose if holder.is_served_by(purpose) => Severity::Error,
        Purpose::Checking if !is_elsewhere => Severity::Missing,
        _ => Severity::Warning,
    };
    found.add(severity, at, message, hint.to_owned());
}

fn content(path: &Path, bytes: &[u8], at: &Range<usize>, found: &mut Found<'_>) -> Option<Vec<u8>> {
    let wrong = match bytes.trim_ascii() {
        [] => "is empty",
        secret if secret.len() > MAX_SECRET => "is too long for a secret",
        secret => return Some(secret.to_vec()),
    };
    let what = format!("{} {wrong}", path.display());
    found.error(at, what, "write the secret into it, in one line");
    None
}

/// One part of a path, as the credentials of a unit are called.
fn is_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let first = parts.next();
    !name.contains('/') && matches!((first, parts.next()), (Some(Component::Normal(_)), None))
}

/// The path of a credential, written as a file, in a process that is given none.
fn is_elsewhere(path: &Path, environment: &Environment) -> bool {
    path.starts_with(CREDENTIALS) && environment.credentials_directory.is_none()
}
