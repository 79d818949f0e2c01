//! Files that the configuration names: where they lie, and whether the installed service may read them. Its unit has a user of its
//! own (`DynamicUser=`), whom no file belongs to; what root reads, that user may not.

use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::super::problem::Found;

/// A path as it stands in the file, relative to the file.
pub(super) fn relative(file: &Path, path: &str) -> PathBuf {
    let beside = file.parent().unwrap_or(Path::new(""));
    // Absolute: the daemon may change its directory, the feed of a file source names its path.
    let joined = beside.join(path);
    std::path::absolute(&joined).unwrap_or(joined)
}

/// Warns of a secret that everybody else may not read.
pub(super) fn judge_secret(path: &Path, at: &Range<usize>, found: &mut Found<'_>) {
    if let Some(what) = judge(path, found) {
        let hint = "hand it over: LoadCredential=NAME:PATH in the unit, and { credential = \"NAME\" } here";
        found.warning(at, what, hint);
    }
}

/// Warns of another file that the configuration names.
pub(super) fn judge_file(path: &Path, at: &Range<usize>, found: &mut Found<'_>) {
    if let Some(what) = judge(path, found) {
        let hint = "make it readable for everybody, or hand it over with LoadCredential= in the unit and name it below /run/credentials/mainstem.service/";
        found.warning(at, what, hint);
    }
}

/// Warns of a configuration that everybody else may not read.
pub(super) fn judge_configuration(found: &mut Found<'_>) {
    if let Some(what) = judge(found.file, found) {
        let hint = "make it readable for everybody; secrets stand in files of their own that LoadCredential= in the unit hands over";
        found.warning_of_file(what, hint);
    }
}

fn judge(path: &Path, found: &Found<'_>) -> Option<String> {
    let closed = closed_part(path).filter(|_| found.is_of_service)?;
    let (path, part) = (path.display(), closed.display());
    Some(format!(
        "the service may not be allowed to read {path}: {part} is closed to all but its owner and group"
    ))
}

/// Finds what keeps other users from reading a file: the file itself or a directory above it. `None` if everybody may read it or it
/// does not exist.
fn closed_part(path: &Path) -> Option<PathBuf> {
    let real = std::fs::canonicalize(path).ok()?;
    let mode = |path: &Path| std::fs::metadata(path).map(|found| found.permissions().mode());
    let is_closed = |(nth, part): &(usize, &Path)| {
        let needed = if *nth == 0 { 0o004 } else { 0o001 };
        mode(part).is_ok_and(|mode| mode & needed == 0)
    };
    let closed = real.ancestors().enumerate().find(is_closed);
    closed.map(|(_, part)| part.to_owned())
}
