//! The file to settings: everything that is wrong is noted, nothing is guessed.

use std::sync::Arc;

use url::Url;

use super::file::File;
use super::problem::Found;
use super::purpose::{Environment, Purpose};
use super::{Config, DEDUPE_WINDOW, StoreSettings};
use crate::republish::Plan;
use crate::serve::Address;
use crate::store::Settings;

mod addresses;
mod fetch;
mod files;
mod headers;
mod ids;
mod output;
mod rule;
mod secret;
mod server;
mod source;
mod store;
mod words;

/// The base of self links where nobody has written one and this is listened at.
#[must_use]
pub fn base_at(listen: &[Address]) -> Url {
    server::fallback(listen)
}

/// Turns the file into settings. `None`: something in it is an error, and noted.
pub(super) fn validate(file: &File, environment: &Environment, found: &mut Found<'_>) -> Config {
    let is_service =
        environment.state_directory.is_some() || environment.credentials_directory.is_some();
    found.is_of_service =
        found.purpose == Purpose::Checking && !is_service && store::is_of_service(found.file);
    files::judge_configuration(found);
    let (listen, public_url) = server::server(file.server.as_ref(), found);
    let has_public_url = file
        .server
        .as_ref()
        .is_some_and(|server| server.public_url.is_some());
    let written = file
        .server
        .as_ref()
        .and_then(|server| server.token.as_ref());
    let server_token = secret::token(written, "`token` in [server]", environment, found);
    let metrics = server::metrics(file.metrics.as_ref(), &listen, found);
    let store = store(file, environment, found);
    let defaults = fetch::defaults(file.fetch.as_ref(), found);
    let lists = words::lists(file.words.as_ref(), found);
    let sources = source::sources(&file.sources, (&defaults, &lists), environment, found);
    let outputs = output::outputs(&file.outputs, (&sources, &lists), environment, found);
    let dedupe_window = file
        .dedupe
        .as_ref()
        .and_then(|dedupe| dedupe.window.as_ref())
        .map_or(DEDUPE_WINDOW, |window| window.0);
    if !has_public_url {
        server::tell_unlinked(file.server.as_ref(), &listen, found);
        output::tell_unreachable(&file.outputs, &public_url, found);
    }
    let plan = Plan::new(public_url, source::plans(&sources), outputs);
    Config {
        path: found.file.to_owned(),
        listen,
        server: server::settings(file.server.as_ref(), found),
        has_public_url,
        server_token,
        metrics,
        store,
        fetch: defaults.together,
        hubs: Arc::new(defaults.source),
        dedupe_window,
        targets: source::targets(&sources, dedupe_window),
        disabled: source::disabled(&sources),
        words: Arc::new(lists),
        plan: Arc::new(plan),
    }
}

fn store(file: &File, environment: &Environment, found: &mut Found<'_>) -> StoreSettings {
    let table = file.store.as_ref();
    if let Some(url) = table.and_then(|table| table.url.as_ref()) {
        found.error(
            &url.span,
            "`url` in [store]: this version keeps its store in SQLite only",
            "remove `url`, and name a file in `path` if you like",
        );
    }
    let written = table.and_then(|table| table.path.as_ref());
    let (path, rule) = store::path(written, environment, found);
    let keep = table
        .and_then(|table| table.keep.as_ref())
        .map_or(StoreSettings::KEEP, |keep| keep.0);
    let max_size = table.and_then(|table| table.max_size.as_ref());
    if let Some(none) = max_size.filter(|size| size.0 == 0) {
        found.error(
            &none.span,
            "`max_size` of nothing leaves no room for the store",
            "write a size such as \"10GiB\", or remove it",
        );
    }
    StoreSettings {
        settings: Settings {
            location: path.into(),
            rule,
        },
        keep,
        max_size: max_size.map(|size| size.0),
    }
}
