//! A machine whose `/etc` and `/var/lib` belong to one test: a mount namespace with two directories over them.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::skip;

/// Mounts the directories and the binary, then becomes the command. The binary may lie where other users cannot reach it.
const ENTER: &str = r#"cd "$0" && mount --bind etc /etc && mount --bind lib /var/lib && mount --bind "$BINARY" mainstem || exit 99
umask 022; unset BINARY; cd /; exec "$@""#;
/// The exit code of a machine that could not be set up.
const NOT_SET_UP: i32 = 99;

/// Directories that commands see as `/etc` and `/var/lib`.
pub(crate) struct Installation {
    directory: TempDir,
}

impl Installation {
    /// A machine with this `/etc/mainstem/mainstem.toml`; `None`, and said on stderr: it takes root and mount namespaces.
    pub(crate) fn new(configuration: &str) -> Option<Self> {
        let directory = TempDir::new().expect("a temporary directory");
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).expect("ours");
        let machine = Self { directory };
        for made in ["etc/mainstem", "lib"] {
            std::fs::create_dir_all(machine.at(made)).expect("writable");
        }
        machine.write("mainstem", b"");
        machine.configure(configuration);
        let entered = machine.command(&[], &["true"]).output();
        match entered {
            Ok(entered) if entered.status.success() => Some(machine),
            ended => {
                skip(&format!(
                    "a mount namespace of its own takes root and `unshare -m`: {ended:?}"
                ));
                None
            }
        }
    }

    pub(crate) fn configure(&self, configuration: &str) {
        self.write("etc/mainstem/mainstem.toml", configuration.as_bytes());
    }

    /// Where the machine's file is for the test: `etc/…` and `lib/…`.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.at(name), bytes).expect("writable");
    }

    /// `/var/lib/mainstem` as systemd makes it for a user that exists only while the service runs.
    pub(crate) fn make_private_state(&self, owner: u32) {
        let private = self.at("lib/private");
        std::fs::create_dir_all(private.join("mainstem")).expect("writable");
        std::fs::set_permissions(&private, PermissionsExt::from_mode(0o700)).expect("ours");
        std::os::unix::fs::chown(private.join("mainstem"), Some(owner), Some(owner))
            .expect("we are root");
        symlink("private/mainstem", self.at("lib/mainstem")).expect("writable");
    }

    /// Runs `mainstem` as root, with `/etc/mainstem/mainstem.toml`.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_as(0, &[], arguments)
    }

    /// Runs it as a user, with these variables.
    pub(crate) fn run_as(
        &self,
        user: u32,
        environment: &[(&str, &str)],
        arguments: &[&str],
    ) -> Output {
        let binary = self.at("mainstem");
        let binary = binary.to_str().expect("UTF-8");
        let (user_id, group_id) = (format!("--reuid={user}"), format!("--regid={user}"));
        let mut command: Vec<&str> = Vec::new();
        if user != 0 {
            command.extend(["setpriv", &user_id, &group_id, "--clear-groups"]);
        }
        command.push(binary);
        command.extend(arguments);
        let ended = self.command(environment, &command).output();
        let ended = ended.expect("unshare runs");
        assert_ne!(ended.status.code(), Some(NOT_SET_UP), "{ended:?}");
        ended
    }

    /// Runs it as root in a directory.
    pub(crate) fn run_in(&self, directory: &str, arguments: &[&str]) -> Output {
        let binary = self.at("mainstem");
        let binary = binary.to_str().expect("UTF-8");
        let command = [&["env", "-C", directory, binary], arguments].concat();
        let ended = self.command(&[], &command).output();
        ended.expect("unshare runs")
    }

    fn command(&self, environment: &[(&str, &str)], command: &[&str]) -> Command {
        let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        let mut unshare = Command::new("unshare");
        unshare
            .env_clear()
            .env("PATH", path)
            .env("BINARY", env!("CARGO_BIN_EXE_mainstem"))
            .envs(environment.iter().copied())
            .args(["--mount", "sh", "-c", ENTER])
            .arg(self.directory.path())
            .args(command)
            .stdin(Stdio::null());
        unshare
    }
}

/// The names below a directory of the machine, in order; none: there is no such directory.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let name = entry.expect("readable").file_name();
        name.to_string_lossy().into_owned()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

/// What a command wrote to stdout and stderr.
pub(crate) fn said(ended: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&ended.stdout), text(&ended.stderr))
}
