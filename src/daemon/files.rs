//! How many files the daemon may have open, and how many it may need.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Config;
use crate::serve;

/// The store, the log, listeners, and connections that are kept for a moment after use.
const OWN: usize = 128;

/// Lets this process have as many files open as its hard limit allows: a service starts with 1024, which is only for
/// programs that use `select`.
pub(super) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

/// Says that a daemon by this configuration may run out of files, by the limit of this process; `None`: it may not.
#[must_use]
pub fn too_few_files(config: &Config) -> Option<String> {
    let needed = config.fetch.concurrency.get() + serve::CONNECTIONS + OWN;
    let limit = getrlimit(Resource::Nofile).maximum?;
    let is_enough = u64::try_from(needed).is_ok_and(|needed| needed <= limit);
    (!is_enough).then(|| {
        format!(
            "{limit} files may be open at once, and {needed} may be needed ({} requests, {} readers): raise the limit (LimitNOFILE= in the unit, ulimit -n in a shell), or lower [fetch] concurrency",
            config.fetch.concurrency, serve::CONNECTIONS
        )
    })
}
