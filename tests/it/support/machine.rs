//! A machine of its own with a real systemd as its first process: `systemd-nspawn` over a copy-on-write view of this one.
//!
//! It shares this machine's network, so that an origin of the test can be asked
//! from inside; everything else is its own and gone when it is dropped. It
//! needs root, `systemd-nspawn` and overlayfs. Where one is missing the test
//! says on stderr what is, and counts as skipped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::origin::PATIENCE;
use super::skip;

/// The configuration of the service, from the root of the machine.
pub(crate) const CONFIGURATION: &str = "etc/mainstem/mainstem.toml";
/// Beside the unit: with a limit on the rate of lines, a test would miss some.
const JOURNALD: &str = "[Journal]\nStorage=volatile\nRateLimitBurst=0\n";
/// Mounts in a namespace of its own, so that they vanish with it. `$1` is a directory, below it `files` what is laid over
/// this machine's root.
const BOOT: &str = "set -e
mount -t tmpfs tmpfs \"$1/layer\"
mkdir \"$1/layer/upper\" \"$1/layer/work\" \"$1/layer/root\"
mount -t overlay overlay -o \"lowerdir=/,upperdir=$1/layer/upper,workdir=$1/layer/work\" \"$1/layer/root\"
cd \"$1/layer/root\"
find etc/systemd/system -name '*.wants' -prune -exec rm -r {} +
rm -rf etc/mainstem var/lib/mainstem var/lib/private/mainstem
cp -r \"$1/files/.\" .
exec systemd-nspawn --quiet --directory=\"$1/layer/root\" --machine=\"$2\" --register=no --keep-unit --console=pipe \\
    --boot -- systemd.unit=basic.target systemd.log_target=journal systemd.show_status=no";

/// A booted machine; powered off when dropped.
pub(crate) struct Machine {
    nspawn: Child,
    /// Its first process, by our number.
    init: u32,
    directory: TempDir,
}

impl Machine {
    /// Boots a machine on which the binary and the unit are installed, with this configuration and these files more (paths
    /// from the root, without the first slash). `None`: it cannot run here, which was said.
    pub(crate) fn boot(configuration: &str, files: &[(&str, &str)]) -> Option<Self> {
        match Self::try_boot(configuration, files) {
            Ok(machine) => Some(machine),
            Err(why) => {
                skip(&format!("no systemd can be booted here: {why}"));
                None
            }
        }
    }

    fn try_boot(configuration: &str, files: &[(&str, &str)]) -> Result<Self, String> {
        let root = Command::new("id").arg("-u").output();
        if root.map_err(|error| error.to_string())?.stdout != b"0\n" {
            return Err("it needs root".to_owned());
        }
        let nspawn = Command::new("systemd-nspawn").arg("--version").output();
        nspawn.map_err(|_| "install systemd-nspawn (on Debian, the package systemd-container), or run `make prepare`")?;
        let directory = TempDir::new().expect("a temporary directory");
        lay_out(directory.path(), configuration, files);
        let name = directory.path().file_name().expect("a name");
        let name = name
            .to_string_lossy()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "");
        let mut nspawn = Command::new("unshare")
            .args(["--mount", "sh", "-c", BOOT, "sh"])
            .arg(directory.path())
            .arg(format!("mainstem-{name}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(directory.path().join("said")).expect("writable"))
            .spawn()
            .map_err(|error| format!("unshare: {error}"))?;
        let began = Instant::now();
        let init = loop {
            if let Some(init) = first_process(nspawn.id()) {
                break init;
            }
            if nspawn.try_wait().expect("it is ours").is_some() || began.elapsed() > PATIENCE {
                let _ = nspawn.kill();
                let said = std::fs::read_to_string(directory.path().join("said"));
                return Err(said.unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let machine = Self {
            nspawn,
            init,
            directory,
        };
        machine.until("it is up", |machine| {
            machine
                .run("systemctl is-active basic.target")
                .status
                .success()
        });
        Ok(machine)
    }

    /// Runs a shell command on it, to its end.
    pub(crate) fn run(&self, command: &str) -> Output {
        Command::new("nsenter")
            .arg(format!("--target={}", self.init))
            .args(["--mount", "--uts", "--ipc", "--pid", "--root", "--wd"])
            .args(["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"])
            .args(["timeout", "120", "sh", "-c", command])
            .stdin(Stdio::null())
            .output()
            .expect("nsenter runs")
    }

    /// Runs a command that has to succeed; returns what it said.
    pub(crate) fn tell(&self, command: &str) -> String {
        let output = self.run(command);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{command}: {said}{}\n{}",
            String::from_utf8_lossy(&output.stderr),
            self.journal_text()
        );
        said
    }

    /// Writes a file; `path` from the root, without the first slash.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let root = PathBuf::from(format!("/proc/{}/root", self.init));
        write(&root, path, text);
    }

    /// A property of the unit.
    pub(crate) fn property(&self, name: &str) -> String {
        let said = self.tell(&format!(
            "systemctl show --property={name} --value mainstem"
        ));
        said.trim_end().to_owned()
    }

    /// The journal of the unit, entry by entry.
    pub(crate) fn journal(&self) -> Vec<serde_json::Value> {
        // Entries that journald has received but not written yet come with --sync.
        let said = self.tell("journalctl --sync; journalctl -u mainstem -o json --no-pager");
        let entries = said.lines().map(serde_json::from_str);
        entries.collect::<Result<_, _>>().expect("JSON")
    }

    /// Waits until the journal has an entry as wished, and returns it.
    pub(crate) fn until_logged(
        &self,
        what: &str,
        wished: impl Fn(&serde_json::Value) -> bool,
    ) -> serde_json::Value {
        let mut found = None;
        self.until(what, |machine| {
            found = machine.journal().into_iter().find(&wished);
            found.is_some()
        });
        found.expect("just found")
    }

    /// Waits; what has not come after a minute is taken not to come.
    pub(crate) fn until(&self, what: &str, mut wished: impl FnMut(&Self) -> bool) {
        let began = Instant::now();
        while !wished(self) {
            assert!(
                began.elapsed() < PATIENCE,
                "never: {what}\n{}",
                self.journal_text()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn journal_text(&self) -> String {
        let output = self.run("journalctl -u mainstem --no-pager -n 60");
        let said = std::fs::read_to_string(self.directory.path().join("said"));
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            said.unwrap_or_default()
        )
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // All processes of the machine end with its first.
        let _ = Command::new("kill")
            .args(["-KILL", &self.init.to_string()])
            .stderr(Stdio::null())
            .status();
        let _ = self.nspawn.wait();
    }
}

/// The files to be laid over the root.
fn lay_out(directory: &Path, configuration: &str, files: &[(&str, &str)]) {
    for name in ["layer", "files"] {
        std::fs::create_dir(directory.join(name)).expect("writable");
    }
    let root = directory.join("files");
    let unit = concat!(env!("CARGO_MANIFEST_DIR"), "/systemd/mainstem.service");
    let unit = std::fs::read_to_string(unit).expect("the unit is there");
    write(&root, "etc/systemd/system/mainstem.service", &unit);
    write(&root, "etc/systemd/journald.conf.d/test.conf", JOURNALD);
    write(&root, CONFIGURATION, configuration);
    for (path, text) in files {
        write(&root, path, text);
    }
    let binary = root.join("usr/bin/mainstem");
    std::fs::create_dir_all(root.join("usr/bin")).expect("writable");
    std::fs::copy(env!("CARGO_BIN_EXE_mainstem"), binary).expect("the binary is there");
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().expect("a directory")).expect("writable");
    std::fs::write(path, text).expect("writable");
}

/// The process that is the first of a PID namespace, and a child of this one.
fn first_process(parent: u32) -> Option<u32> {
    let children =
        std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    let mut children = children.split_whitespace();
    children.find_map(|child| {
        let status = std::fs::read_to_string(format!("/proc/{child}/status")).ok()?;
        let numbers = status
            .lines()
            .find_map(|line| line.strip_prefix("NSpid:"))?;
        let is_first = numbers.split_whitespace().nth(1) == Some("1");
        is_first.then(|| child.parse().ok()).flatten()
    })
}
