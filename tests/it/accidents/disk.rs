//! A file system of a test's own, which it can fill.

#![expect(
    clippy::print_stderr,
    reason = "a test says what it skips and what it measured"
)]

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A tmpfs, unmounted when dropped.
pub(super) struct Disk(PathBuf);

impl Disk {
    /// Mounts one of this size below a directory; `None`, with a word about it: that takes root.
    pub(super) fn mount(at: PathBuf, size: &str) -> Option<Self> {
        let root = std::fs::metadata("/proc/self").expect("a process").uid() == 0;
        std::fs::create_dir(&at).expect("the directory is writable");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(&at)
            .status();
        if root && mounted.is_ok_and(|ended| ended.success()) {
            return Some(Self(at));
        }
        eprintln!(
            "skipped: it takes root, and the right to mount, to make a disk that can be filled"
        );
        None
    }

    /// Writes until there is no room for another byte.
    pub(super) fn fill(&self) {
        let mut file = std::fs::File::create(self.filling()).expect("a file");
        for size in [64 * 1024, 4096, 1] {
            while file.write_all(&vec![0xA5; size]).is_ok() {}
        }
    }

    /// Makes room again.
    pub(super) fn empty(&self) {
        std::fs::remove_file(self.filling()).expect("it was filled");
    }

    fn filling(&self) -> PathBuf {
        self.0.join("filling")
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a daemon that is killed with its test may still be there.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
