//! What an operator should know of a configuration whenever it comes into force, as log lines.

use std::collections::{BTreeMap, HashMap};

use http::HeaderName;
use http::header::{ACCEPT, USER_AGENT};

use super::problem::Problems;
use crate::fetch::{NO_AUTHORITIES, has_authorities};
use crate::model::Location;
use crate::refresh::Target;

/// Says what the configuration that is in force has wrong with it, one line for each problem.
pub fn tell_problems(problems: &Problems) {
    for problem in &problems.0 {
        tracing::warn!("{}", problem.line());
    }
}

/// Says once that the machine cannot verify any certificate, if a source needs that.
pub fn tell_authorities(targets: &[Target]) {
    if lacks_authorities(targets) {
        tracing::error!("{NO_AUTHORITIES}; sources at http addresses are asked all the same");
    }
}

/// Whether a source relies on the machine's certificate authorities, and there are none.
#[must_use]
pub fn lacks_authorities(targets: &[Target]) -> bool {
    let relies = |target: &Target| {
        matches!(target.source.location, Location::Url(_))
            && target.fetch.ca_file.is_none()
            && !target.fetch.insecure
    };
    targets.iter().any(relies) && !has_authorities()
}

/// Says which addresses beyond the public ones may be asked, once for each set of them.
pub fn tell_widening(targets: &[Target]) {
    let mut widened: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for target in targets
        .iter()
        .filter(|target| !target.fetch.allow_addresses.is_empty())
    {
        let blocks = target.fetch.allow_addresses.iter();
        let blocks: Vec<String> = blocks.map(ToString::to_string).collect();
        let sources = widened.entry(blocks.join(" ")).or_default();
        sources.push(target.source.id.as_str());
    }
    for (addresses, sources) in widened {
        tracing::warn!(
            addresses,
            sources = sources.len(),
            first = sources[0],
            "allow_addresses: these may be asked beyond the public ones"
        );
    }
}

/// Says which sources are asked under another `User-Agent` or `Accept` than ours, once for each that was not told `before`. A value
/// that is kept elsewhere is not told.
pub fn tell_own_names(before: &[Target], targets: &[Target]) {
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
