//! The unit, by systemd's own judges.

use std::process::Command;

use crate::support::skip;

/// `None`, aloud, where the tool is missing.
fn analyze(arguments: &[&str]) -> Option<std::process::Output> {
    let output = Command::new("systemd-analyze").args(arguments).output();
    if output.is_err() {
        skip("systemd-analyze is missing; on Debian it is in the package systemd");
    }
    output.ok()
}

/// The unit beside a binary that is there, as it is once installed.
fn installed(directory: &std::path::Path) -> String {
    let unit = concat!(env!("CARGO_MANIFEST_DIR"), "/systemd/mainstem.service");
    let unit = std::fs::read_to_string(unit).expect("the unit is there");
    let unit = unit.replace("/usr/bin/mainstem", env!("CARGO_BIN_EXE_mainstem"));
    let path = directory.join("mainstem.service");
    std::fs::write(&path, unit).expect("writable");
    path.display().to_string()
}

#[test]
fn the_unit_is_without_fault() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let unit = installed(directory.path());
    let Some(verified) = analyze(&["verify", "--man=no", &unit]) else {
        return;
    };
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    let ours: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("mainstem"))
        .collect();
    assert!(verified.status.success() && ours.is_empty(), "{said}");
}

#[test]
fn the_unit_exposes_little() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let unit = installed(directory.path());
    let Some(judged) = analyze(&["security", "--offline=true", "--threshold=11", &unit]) else {
        return;
    };
    let said = String::from_utf8_lossy(&judged.stdout).into_owned();
    assert!(judged.status.success(), "more exposed than 1.1: {said}");
}
