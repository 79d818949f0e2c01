//! Where the database lies: its file, its file system, and who holds its lock.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate, statvfs};

use super::files::{beside, closed_directory, directory, resolved};

/// Bytes that one commit may need: room for the pages of some refreshes. With less free, the disk counts as full.
pub(super) const ROOM: u64 = 1024 * 1024;
/// SQLite's lock on the write-ahead log: a byte of the `-shm` file ("wal-index locks" of SQLite's file format).
const WAL_WRITE_LOCK: u64 = 120;
/// The first of SQLite's locks on the database file (`PENDING_BYTE`).
const DATABASE_LOCKS: u64 = 0x4000_0000;

/// Which file a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// The file that a path leads to now.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let found = std::fs::metadata(path)?;
        Ok(Self {
            device: found.dev(),
            inode: found.ino(),
        })
    }
}

/// A file system, as far as a message needs it.
pub(super) struct Disk {
    /// Where it is mounted.
    pub(super) mount: PathBuf,
    /// Bytes that an ordinary user may still write.
    pub(super) free: u64,
}

impl Disk {
    /// The file system of a database; `None`: nothing can be learned of it.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let directory = directory(&resolved(path)).canonicalize().ok()?;
        let found = statvfs(&directory).ok()?;
        let device = FileId::of(&directory).ok()?.device;
        let is_there = |path: &&Path| FileId::of(path).is_ok_and(|found| found.device == device);
        let mount = directory.ancestors().take_while(is_there).last()?;
        Some(Self {
            mount: mount.to_owned(),
            free: found.f_bavail.saturating_mul(found.f_frsize),
        })
    }
}

/// Takes [`ROOM`] beside the database and gives it back. A row that fits into a page that is there already would tell
/// nothing of the pages that the line needs.
///
/// # Errors
/// There is less room, or a quota is in the way. What cannot be tried is no error.
pub(super) fn try_room(path: &Path) -> io::Result<()> {
    let trial = directory(&resolved(path)).join(format!(".mainstem-room-{}", std::process::id()));
    // One that a crash has left behind is overwritten.
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let tried = match options.open(&trial) {
        Ok(file) => take_room(file),
        Err(error) => Err(error),
    };
    let _ = std::fs::remove_file(&trial);
    tried.or_else(|error| if is_full(&error) { Err(error) } else { Ok(()) })
}

fn take_room(mut file: File) -> io::Result<()> {
    match fallocate(&file, FallocateFlags::empty(), 0, ROOM) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {
            let zeros = [0; 64 * 1024];
            for _ in 0..ROOM / zeros.len() as u64 {
                file.write_all(&zeros)?;
            }
            file.sync_data()
        }
        Err(error) => Err(error.into()),
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge
    )
}

/// The process that keeps others from writing, as in `process 1234 ("sqlite3")`; `None`: it is not known.
pub(super) fn lock_holder(path: &Path) -> Option<String> {
    let inode = |path: &Path| FileId::of(path).ok().map(|file| file.inode);
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    let pid = holder(&locks, inode(path), inode(&beside(path, "-shm")))?;
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    Some(match name.trim() {
        "" => format!("process {pid}"),
        name => format!("process {pid} ({name:?})"),
    })
}

/// Reads `/proc/locks` (proc(5)): `1: POSIX  ADVISORY  WRITE 1234 00:1f:9876 120 120`, a waiting one with `->` before `POSIX`.
fn holder(locks: &str, database: Option<u64>, shared: Option<u64>) -> Option<u32> {
    locks.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, "POSIX", _, "WRITE", pid, file, first, last] = words[..] else {
            return None;
        };
        let inode: u64 = file.rsplit(':').next()?.parse().ok()?;
        let first: u64 = first.parse().ok()?;
        let last: u64 = last.parse().unwrap_or(u64::MAX);
        let holds_log = shared == Some(inode) && (first..=last).contains(&WAL_WRITE_LOCK);
        let holds_file = database == Some(inode) && last >= DATABASE_LOCKS;
        let pid = pid.parse().ok()?;
        ((holds_log || holds_file) && pid != std::process::id()).then_some(pid)
    })
}

/// Why the database cannot be opened to be written, which SQLite does not tell, and what to do; `None`: nothing is in the way
/// now.
pub(super) fn obstacle(path: &Path) -> Option<(String, String)> {
    let directory = directory(path);
    let place = directory.display();
    // Only trying tells: owner, mount and the sandbox of a service all have a say.
    let probe = directory.join(format!(".mainstem-probe-{}", std::process::id()));
    let tried = File::create_new(&probe).and_then(|_| {
        std::fs::remove_file(&probe)?;
        File::options().read(true).write(true).open(path)
    });
    let error = tried.err()?;
    if let Some(closed) = closed_directory(path) {
        return Some((
            format!("this user may not enter {}", closed.display()),
            "use sudo, or run as the user that owns the store (a service with DynamicUser= keeps its own from all but root)".to_owned(),
        ));
    }
    let (what, advice) = match error.kind() {
        _ if !directory.exists() => (
            format!("its directory {place} does not exist"),
            "make it, writable for this user",
        ),
        ErrorKind::ReadOnlyFilesystem => (
            format!("{place} is on a read-only file system"),
            "mount it writable, under systemd allow it with StateDirectory= or ReadWritePaths=, or name another [store] path",
        ),
        ErrorKind::PermissionDenied => (
            format!("it or its directory {place} is not writable for this user"),
            "change their owner or mode, run as their owner, or name another [store] path",
        ),
        // A missing one would have been made: SQLite has said what else there is.
        ErrorKind::NotFound => return None,
        _ => (format!("cannot be opened: {error}"), "see to that first"),
    };
    Some((what, advice.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::holder;

    #[test]
    fn who_holds_the_lock_is_read_from_proc_locks() {
        let locks = "1: POSIX  ADVISORY  READ 11 00:1f:70 124 124\n\
                     2: POSIX  ADVISORY  WRITE 12 00:1f:71 120 120\n\
                     2: -> POSIX  ADVISORY  WRITE 13 00:1f:70 120 120\n\
                     3: FLOCK  ADVISORY  WRITE 14 00:1f:70 0 EOF\n\
                     4: POSIX  ADVISORY  WRITE 15 00:1f:70 120 120\n\
                     5: POSIX  ADVISORY  WRITE 16 00:1f:80 0 EOF\n";
        let cases = [
            ((Some(1), Some(70)), Some(15)),
            ((Some(80), None), Some(16)),
            ((Some(70), Some(1)), None),
            ((None, None), None),
        ];
        for ((database, shared), expected) in cases {
            assert_eq!(holder(locks, database, shared), expected);
        }
    }
}
