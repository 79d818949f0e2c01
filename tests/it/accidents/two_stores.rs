//! The installed service and the shell work on one store, and no command makes a second one.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

use rusqlite::Connection;

use crate::support::daemon::Desk;
use crate::support::installation::{Installation, names, said};
use crate::support::origin::rss;

const TEXT: &str =
    "The ferryman rows at six and at noon, and on market days he waits for the last cart";
const CONFIGURATION: &str =
    "[[source]]\nid = \"a\"\npath = \"a.xml\"\n[[output]]\nid = \"merged\"\n";
/// A user that systemd might give to the service.
const SERVICE: u32 = 61_234;
const NOBODY: u32 = 65_534;
/// As the unit runs it.
const UNIT: [(&str, &str); 1] = [("STATE_DIRECTORY", "/var/lib/mainstem")];
const STORE: &str = "/var/lib/mainstem/mainstem.db";

fn machine() -> Option<Installation> {
    let machine = Installation::new(CONFIGURATION)?;
    machine.write("etc/mainstem/a.xml", &rss(&[("1", "Ferry", TEXT)]));
    Some(machine)
}

/// Commands that work on the store, each with its exit code where there is none yet.
const COMMANDS: [(&[&str], i32); 9] = [
    (&["sources"], 0),
    (&["export"], 0),
    (&["check"], 0),
    (&["print", "merged"], 0),
    (&["preview", "merged", "--include", "x"], 0),
    (&["explain", "x"], 1),
    (&["merge", "a", "b"], 1),
    (&["split", "a"], 1),
    (&["backup", "/tmp/never-made.db"], 1),
];

/// `two-stores/steps.txt`.
#[test]
fn the_shell_sees_the_store_of_the_service() {
    let Some(machine) = machine() else { return };
    machine.make_private_state(SERVICE);
    let ran = machine.run_as(SERVICE, &[], &["refresh"]);
    assert_ne!(
        ran.status.code(),
        Some(0),
        "only the unit names the state directory to that user"
    );
    // What the unit does: its user may not go by /var/lib/private, but systemd shows it the directory.
    let unit = [("STATE_DIRECTORY", "/var/lib/mainstem")];
    let ran = machine.run_as(0, &unit, &["refresh"]);
    assert!(ran.status.success(), "{ran:?}");

    let (table, note) = said(&machine.run(&["sources"]));
    assert!(table.contains("fresh"), "{table}{note}");
    assert!(note.contains(STORE), "it says which store: {note}");
    let (_, note) = said(&machine.run(&["-q", "sources"]));
    assert_eq!(note, "", "-q says only what is wrong");
    let (checked, _) = said(&machine.run(&["check"]));
    assert!(checked.contains(STORE), "{checked}");
    assert!(checked.contains("1 source, 1 output;"), "{checked}");

    let copy = machine.at("lib/copy.db");
    assert!(
        machine
            .run(&["backup", "/var/lib/copy.db"])
            .status
            .success()
    );
    let entries: i64 = Connection::open(&copy)
        .and_then(|db| db.query_row("SELECT count(*) FROM entries", [], |row| row.get(0)))
        .expect("a store");
    assert_eq!(entries, 1);
    assert_eq!(
        names(&machine.at("etc/mainstem")),
        ["a.xml", "mainstem.toml"]
    );
}

#[test]
fn no_command_makes_a_store_beside_the_installed_configuration() {
    let Some(machine) = machine() else { return };
    let left = |what: &[&str]| {
        assert_eq!(
            names(&machine.at("etc/mainstem")),
            ["a.xml", "mainstem.toml"],
            "{what:?}"
        );
        assert_eq!(names(&machine.at("lib/mainstem")), [""; 0], "{what:?}");
    };
    for (command, code) in COMMANDS {
        let ended = machine.run(command);
        assert_eq!(ended.status.code(), Some(code), "{command:?}: {ended:?}");
        left(command);
    }
    for command in ["refresh", "run"] {
        let ended = machine.run(&[command]);
        let (_, why) = said(&ended);
        assert_eq!(ended.status.code(), Some(74), "{command}: {why}");
        assert!(
            why.contains("/var/lib/mainstem") && why.contains("systemctl start"),
            "{why}"
        );
        left(&[command]);
    }
    // Nor where the file is named by hand, or by a link from elsewhere.
    machine.configure(&format!("[store]\npath = \"mainstem.db\"\n{CONFIGURATION}"));
    let ended = machine.run(&["refresh"]);
    let (_, why) = said(&ended);
    assert_eq!(ended.status.code(), Some(78), "{why}");
    assert!(
        why.contains("mainstem.toml:2:8:") && why.contains(STORE),
        "{why}"
    );
    left(&["refresh"]);
}

/// As after the installation out of a clone, which has a configuration, too.
#[test]
fn another_configuration_in_the_working_directory_is_told_of() {
    let Some(machine) = machine() else { return };
    let clone = machine.at("lib/clone/config");
    std::fs::create_dir_all(&clone).expect("writable");
    std::fs::write(clone.join("mainstem.toml"), "[[output]]\nid = \"o\"\n").expect("writable");
    for command in ["sources", "refresh", "check"] {
        let (_, why) = said(&machine.run_in("/var/lib/clone", &[command]));
        assert!(
            why.contains("configuration config/mainstem.toml, not /etc/mainstem/mainstem.toml"),
            "{command}: {why}"
        );
    }
    let named = machine.run_in("/var/lib/clone", &["-c", "config/mainstem.toml", "sources"]);
    assert!(!said(&named).1.contains("not /etc"), "{named:?}");
}

#[test]
fn a_store_that_a_user_may_not_reach_is_not_missing() {
    let Some(machine) = machine() else { return };
    machine.make_private_state(SERVICE);
    let (_, why) = said(&machine.run_as(NOBODY, &[], &["compact"]));
    assert!(!why.contains("does not exist"), "{why}");
    assert!(why.contains("Permission denied"), "{why}");
}

/// What an earlier version made there is told of, and not read.
#[test]
fn a_store_that_was_made_beside_the_installed_configuration_is_told_of() {
    let Some(machine) = machine() else { return };
    machine.write("etc/mainstem/mainstem.db", b"");
    let (checked, _) = said(&machine.run(&["check"]));
    let warning = "warning: /etc/mainstem/mainstem.db is not read";
    assert!(checked.contains(warning), "{checked}");
}

#[test]
fn what_root_makes_beside_the_service_stays_usable_for_it() {
    let Some(machine) = machine() else { return };
    std::fs::create_dir(machine.at("lib/mainstem")).expect("writable");
    std::os::unix::fs::chown(machine.at("lib/mainstem"), Some(SERVICE), Some(SERVICE))
        .expect("we are root");
    assert!(machine.run(&["refresh"]).status.success());
    // Whoever has it open, root's command leaves what it made of the log.
    let open = Connection::open(machine.at("lib/mainstem/mainstem.db")).expect("opens");
    let read = "SELECT count(*) FROM entries";
    open.execute_batch(read).expect("readable");
    for command in [
        ["refresh"].as_slice(),
        &["backup", "/var/lib/mainstem/copy.db"],
    ] {
        assert!(machine.run(command).status.success());
        for name in names(&machine.at("lib/mainstem")) {
            let found = std::fs::metadata(machine.at("lib/mainstem").join(&name)).expect("there");
            let mode = found.permissions().mode() & 0o777;
            let copied = name == "copy.db";
            let owner = if copied { 0 } else { SERVICE };
            assert_eq!(
                (found.uid(), mode),
                (owner, 0o600),
                "{name} after {command:?}"
            );
        }
    }
    assert_eq!(
        names(&machine.at("lib/mainstem")),
        [
            "copy.db",
            "mainstem.db",
            "mainstem.db-shm",
            "mainstem.db-wal"
        ]
    );
    drop(open);
    let ran = machine.run_as(SERVICE, &UNIT, &["refresh", "--force"]);
    assert!(ran.status.success(), "{ran:?}");
}

#[test]
fn a_user_who_may_not_see_the_store_is_told_how() {
    let Some(machine) = machine() else { return };
    machine.make_private_state(SERVICE);
    assert!(machine.run(&["refresh"]).status.success());
    for command in [
        ["sources"].as_slice(),
        &["print", "merged"],
        &["refresh"],
        &["backup", "/tmp/x.db"],
    ] {
        let ended = machine.run_as(NOBODY, &[], command);
        let (_, why) = said(&ended);
        assert_eq!(ended.status.code(), Some(74), "{command:?}: {why}");
        assert!(
            why.contains("sudo") && why.contains("/var/lib/private"),
            "{command:?}: {why}"
        );
    }
    let ended = machine.run_as(NOBODY, &[], &["check"]);
    let (checked, why) = said(&ended);
    assert_eq!(ended.status.code(), Some(0), "{checked}{why}");
    assert!(why.contains("sudo"), "it says what it could not see: {why}");
}

#[test]
fn commands_that_only_read_make_no_store_anywhere() {
    let desk = Desk::new(CONFIGURATION);
    desk.write("a.xml", &rss(&[("1", "Ferry", TEXT)]));
    let before = names(&desk.path(""));
    for (command, code) in COMMANDS {
        let ended = desk.run(command);
        assert_eq!(ended.status.code(), Some(code), "{command:?}: {ended:?}");
        assert_eq!(names(&desk.path("")), before, "{command:?}");
    }
    assert!(desk.run(&["refresh"]).status.success());
    let before = names(&desk.path(""));
    for command in [
        ["merge", "x", "y"].as_slice(),
        &["split", "x"],
        &["explain", "x"],
    ] {
        let ended = desk.run(command);
        assert_eq!(ended.status.code(), Some(1), "{command:?}: {ended:?}");
        assert_eq!(
            names(&desk.path("")),
            before,
            "{command:?}: the log is put away"
        );
    }
}
