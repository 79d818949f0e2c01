//! The file to settings: everything that is wrong is noted, nothing is guessed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ipnet::IpNet;
use url::Url;

use super::file::File;
use super::problem::{Found, nearest};
use super::table::At;
use super::{Config, DEDUPE_WINDOW, Environment, Purpose, StoreSettings};
use crate::republish::Plan;
use crate::select::{Rule, RulePart, RuleText};
use crate::serve::Address;
use crate::store::Settings;

mod fetch;
mod headers;
mod output;
mod reach;
mod secret;
mod server;
mod source;
mod store;
mod words;

pub use words::{Lists, list_named};

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
    reach::judge_configuration(found);
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
        words: lists,
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

/// A key that is promised and read, but without effect so far.
fn not_yet(at: &Range<usize>, what: &str, found: &mut Found<'_>) {
    found.warning(
        at,
        format!("{what} has no effect in this version yet"),
        "remove it, or leave it for a later version",
    );
}

/// A path as it stands in the file, relative to the file.
fn relative(file: &Path, path: &str) -> PathBuf {
    let beside = file.parent().unwrap_or(Path::new(""));
    // Absolute: the daemon may change its directory, the feed of a file source names its path.
    let joined = beside.join(path);
    std::path::absolute(&joined).unwrap_or(joined)
}

/// An id: well formed, and not somebody else's.
fn id<T>(
    written: Option<&At<String>>,
    table: &At<()>,
    read: impl Fn(&str) -> Option<T>,
    found: &mut Found<'_>,
) -> Option<T> {
    let Some(written) = written else {
        if !found.is_broken {
            found.error(
                &table.span,
                "a table without an `id`",
                "give it one, such as id = \"agency\"; it is made of a-z, 0-9 and -",
            );
        }
        return None;
    };
    let id = read(written);
    if id.is_none() {
        let what = if written.is_empty() {
            "an id of nothing: it is made of a-z, 0-9 and -".to_owned()
        } else {
            format!("the id {:?} is not made of a-z, 0-9 and -", written.value)
        };
        let suggested = slug(written);
        let hint = match read(&suggested) {
            Some(_) => format!("write {suggested:?}"),
            None => "write one such as \"agency\"".to_owned(),
        };
        found.error(&written.span, what, hint);
    }
    id
}

/// The letters and digits of a text, as near to an id as they come.
fn slug(text: &str) -> String {
    let folded = crate::text::fold(text).to_ascii_lowercase();
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// Ids seen so far, with their places.
#[derive(Default)]
struct Ids(BTreeMap<String, usize>);

impl Ids {
    /// Whether the id is new; a second one is noted.
    fn claim(&mut self, written: &At<String>, found: &mut Found<'_>) -> bool {
        if let Some(first) = self.0.get(&written.value) {
            let (line, _) = found.place(*first);
            found.error(
                &written.span,
                format!("the id {:?} is taken", written.value),
                format!("line {line} has it; every id stands once"),
            );
            return false;
        }
        self.0.insert(written.value.clone(), written.span.start);
        true
    }
}

/// An http or https URL with a host, without fragment.
fn http_url(written: &At<String>, found: &mut Found<'_>) -> Option<Url> {
    let example = "write a whole address such as \"https://agency.example/rss\"";
    match Url::parse(written.trim()) {
        Ok(mut url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            url.set_fragment(None);
            Some(url)
        }
        Ok(url) => {
            found.error(
                &written.span,
                format!("{}: is not an http or https address", url.scheme()),
                example,
            );
            None
        }
        Err(error) => {
            found.error(
                &written.span,
                format!("{:?} is no address: {error}", written.value),
                example,
            );
            None
        }
    }
}

fn address_blocks(
    written: Option<&At<Vec<At<String>>>>,
    found: &mut Found<'_>,
) -> Option<Vec<IpNet>> {
    let mut blocks = Vec::new();
    for text in &written?.value {
        match text
            .parse::<IpNet>()
            .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
        {
            Ok(block) => blocks.push(block),
            Err(_) => found.error(
                &text.span,
                format!("{:?} is no block of addresses", text.value),
                "write \"127.0.0.1/32\", \"10.0.0.0/8\" or \"fd00::/8\"",
            ),
        }
    }
    Some(blocks)
}

fn texts(written: Option<&At<Vec<At<String>>>>) -> Vec<String> {
    written
        .map(|texts| texts.iter().map(|text| text.value.clone()).collect())
        .unwrap_or_default()
}

/// The parts of a rule as they stand in the file, and the lists that they may name.
struct WrittenRule<'a> {
    include: Option<&'a At<Vec<At<String>>>>,
    exclude: Option<&'a At<Vec<At<String>>>>,
    fields: Option<&'a At<Vec<At<String>>>>,
    condition: Option<&'a At<String>>,
    lists: &'a Lists,
}

impl WrittenRule<'_> {
    /// Compiles the rule; one with errors keeps everything, but then nothing starts.
    fn compile(&self, found: &mut Found<'_>) -> (Arc<Rule>, RuleText) {
        let include = words::expand(self.include, self.lists, found);
        let exclude = words::expand(self.exclude, self.lists, found);
        let texts = |words: &[At<String>]| words.iter().map(|word| word.value.clone()).collect();
        let has_words = self.include.is_some() || self.exclude.is_some();
        let text = RuleText {
            include: texts(&include),
            exclude: texts(&exclude),
            condition: self.condition.map(|condition| condition.value.clone()),
            fields: words::fields(self.fields, has_words, found),
        };
        let rule = Rule::compile(&text).unwrap_or_else(|errors| {
            for error in errors {
                let written = match error.part {
                    RulePart::Include(index) => include.get(index),
                    RulePart::Exclude(index) => exclude.get(index),
                    RulePart::Where => self.condition,
                };
                let at = written.map_or(0..0, |written| {
                    found.within(&written.span, &written.value, error.offset)
                });
                let hint = error
                    .hint
                    .unwrap_or_else(|| "see the section on rules in the README".to_owned());
                found.error(&at, error.message, hint);
            }
            Rule::compile(&RuleText::default()).expect("an empty rule compiles")
        });
        (Arc::new(rule), text)
    }
}

/// ` the nearest is …`, where there is one.
fn nearest_hint<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    nearest(word, known).map_or_else(
        || "there is none so far".to_owned(),
        |nearest| format!("the nearest known is {nearest:?}"),
    )
}
