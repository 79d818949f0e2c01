//! Which sources are asked under a name that is not ours.

use std::collections::HashMap;

use http::HeaderName;
use http::header::{ACCEPT, USER_AGENT};

use crate::refresh::Target;

/// Says which sources are asked under another `User-Agent` or `Accept` than ours, once for each that was not told `before`. A value
/// that is kept elsewhere is not told.
pub(super) fn tell_own_names(before: &[Target], targets: &[Target]) {
    let own = |target: &Target, name: HeaderName| {
        let (_, value) = target.fetch.headers.iter().find(|(own, _)| *own == name)?;
        Some(match value.is_sensitive() {
            true => "(hidden)".to_owned(),
            false => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        })
    };
    let names = |target: &Target| [own(target, USER_AGENT), own(target, ACCEPT)];
    let told: HashMap<_, _> = before
        .iter()
        .map(|target| (&target.source.id, names(target)))
        .collect();
    for target in targets {
        let now = names(target);
        if now == [None, None] || told.get(&target.source.id) == Some(&now) {
            continue;
        }
        let [user_agent, accept] = now;
        let source = &target.source.id;
        tracing::info!(%source, user_agent, accept, "this source is asked with headers of its operator's in place of ours");
    }
}
