//! How many files a daemon by a configuration may need to have open.

use rustix::process::{Resource, getrlimit};

use super::Config;
use crate::serve;

/// The store, the log, listeners, and connections that are kept for a moment after use.
const OWN: usize = 128;

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
