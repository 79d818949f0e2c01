//! What a running daemon can take over from a new configuration, and what it cannot.

use super::Config;

/// The settings that differ but take effect only at the next start, by their keys.
#[must_use]
pub fn restart_needed(running: &Config, new: &Config) -> Vec<&'static str> {
    let differs = [
        ("server.listen", running.listen != new.listen),
        ("server.proxies", running.server != new.server),
        ("metrics.listen", running.metrics != new.metrics),
        (
            "store.path",
            running.store.settings.location != new.store.settings.location,
        ),
    ];
    differs
        .into_iter()
        .filter_map(|(key, differs)| differs.then_some(key))
        .collect()
}
