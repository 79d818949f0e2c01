//! The file, one to one: every table and key, with what it means.
//!
//! Read before anything is judged. The documentation here is the JSON Schema's.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use toml::de::DeTable;

use super::problem::Found;
use super::secret::{HeaderText, TokenText};
use super::table::{At, RawTable};
use super::values::{
    ContentWord, DuplicatesWord, HttpWord, IdentityWord, Listens, Size, Span, TlsText, UpdatesWord,
    WithdrawalsWord, WordList,
};

type Texts = Vec<At<String>>;

/// Mainstem's configuration.
#[derive(Debug, schemars::JsonSchema)]
#[schemars(title = "Mainstem configuration", deny_unknown_fields)]
pub(super) struct File {
    /// Where the outputs are served.
    pub(super) server: Option<ServerTable>,
    /// Where metrics are served, apart from the outputs. Without it: nowhere.
    pub(super) metrics: Option<MetricsTable>,
    /// Where everything is kept.
    pub(super) store: Option<StoreTable>,
    /// How sources are asked, unless they say otherwise.
    pub(super) fetch: Option<FetchTable>,
    /// How the same release is recognized.
    pub(super) dedupe: Option<DedupeTable>,
    /// Lists of words that `include` and `exclude` name as "list:NAME": cities = ["Geneva", "Bern"], or cities = { file = "cities.txt" } with a word or phrase a line.
    pub(super) words: Option<At<BTreeMap<String, At<WordList>>>>,
    /// The sources that are polled.
    #[schemars(rename = "source")]
    pub(super) sources: Vec<SourceTable>,
    /// The feeds that are published.
    #[schemars(rename = "output")]
    pub(super) outputs: Vec<OutputTable>,
}

table! {
    /// `[server]`
    ServerTable {
        /// Where the outputs are served, unless systemd hands over sockets: "127.0.0.1:8480", "[::1]:8480", "localhost:8480", "unix:/run/mainstem/http.sock", or a list of these. Default "127.0.0.1:8480".
        listen: Listens,
        /// Base of every self link, as subscribers see it. Default: http:// and the first address of `listen`.
        public_url: String,
        /// What readers must bring for everything that is no output, such as /sources.opml and /health.atom: { file = "…" } or { credential = "…" }. Default: everyone may read.
        token: TokenText,
        /// Peers that stand for many readers, such as a reverse proxy, as blocks of addresses: each may have every connection, any other peer half of them. Default: this machine. Clients of Unix sockets always count as such.
        proxies: Texts,
    }
}

table! {
    /// `[metrics]`
    MetricsTable {
        /// Address and port of the metrics' own listener, at which /metrics is served.
        listen: String,
    }
}

table! {
    /// `[store]`
    StoreTable {
        /// The database. Default: $STATE_DIRECTORY/mainstem.db; else, for a configuration below /etc, /var/lib/mainstem/mainstem.db; else mainstem.db beside the configuration.
        path: String,
        /// A PostgreSQL database for several workers. Not in this version.
        url: String,
        /// Entries that left their source this long ago, counted while it is read, and that no output shows, are removed; their identity stays known. Default "365d".
        keep: Span,
        /// When more than this is in use in the database, the oldest of these go earlier. Default: no bound.
        max_size: Size,
    }
}

table! {
    /// `[dedupe]`
    DedupeTable {
        /// Near-duplicates are looked for among entries published within this time. Default "7d".
        window: Span,
    }
}

table! {
    /// `[fetch]`, and the same keys on a source
    FetchTable {
        /// The same time after each request. Without `every` and `cron`: after the source's own rhythm.
        every: Span,
        /// A crontab line: 5 fields, or 6 with seconds first.
        cron: String,
        /// Time zone of `cron`, by its name in the IANA database. Default "UTC".
        time_zone: String,
        /// Least time between two requests where the source's own rhythm decides. Default "15m".
        min_interval: Span,
        /// Most time between two requests where the source's own rhythm decides. Default "1d".
        max_interval: Span,
        /// One whole request, redirects included. Default "30s".
        timeout: Span,
        /// Largest document, decoded. Default "8MiB".
        max_body: Size,
        /// Requests in flight at one host. On a source it binds that host; the smallest wins. Default 2.
        per_host: NonZeroU32,
        /// Least time between two requests to one host. On a source it binds that host; the largest wins. Default "1s".
        host_gap: Span,
        /// Requests in flight together; not on a source. Default 64.
        concurrency: NonZeroU32,
        /// Proxy that every request goes through; the environment's is never used.
        proxy: String,
        /// Certificates that are trusted besides the machine's authorities, PEM: authorities, or servers' own.
        ca_file: String,
        /// Where publishers learn who asks: a URL or an address; goes into the User-Agent.
        contact: String,
        /// Private, loopback and link-local addresses that may be asked all the same, at any port, such as "127.0.0.1/32". Default: none.
        allow_addresses: Texts,
    }
}

table! {
    /// `[[source]]`
    SourceTable {
        /// Unique; made of a-z, 0-9 and -.
        id: String,
        /// Where the feed is: http or https.
        url: String,
        /// Or a local file, re-read when its bytes differ.
        path: String,
        /// What to call it. Default: the feed's own title.
        title: String,
        /// Labels that outputs select by ("tag:wire") and rules see.
        tags: Texts,
        /// Whose copy of a story is shown: the higher wins. Default 0.
        priority: i64,
        /// Keep only entries with any of these words or phrases.
        include: Texts,
        /// Drop entries with any of these words or phrases.
        exclude: Texts,
        /// Parts of an entry that are searched for these words: "title", "text", "url", "author", "enclosures". Default ["title", "text"].
        fields as "in": Texts,
        /// Keep only entries for which this CEL expression is true.
        condition as "where": String,
        /// Fetch the linked page and publish its article. Without effect in this version.
        full_text: bool,
        /// Of a new source's backlog, how many of the newest may appear in outputs; 0: all. Default 20.
        first_items: u32,
        /// More new entries than this in a day are stored but held back; 0: no quota. Default 500.
        daily_items: u32,
        /// What tells its entries apart: "guid", "link" or "title". Entries with the same are one entry, of which the latest is kept. Default: decided from what the source gives.
        identity: IdentityWord,
        /// The version of HTTP: "auto" (HTTP/2 where its server offers it) or "1.1". Default "auto".
        http: HttpWord,
        /// Headers that it is asked with, in place of ours where we have the same. They go to its own origin only; User-Agent, Accept and Accept-Language, written here and not kept elsewhere, follow redirects.
        headers: BTreeMap<String, At<HeaderText>>,
        /// Whether ETag and Last-Modified are sent back; false always asks for the whole document. Default true.
        validators: bool,
        /// Which certificates of the server are accepted besides those that the machine trusts: { ca_file = "own.pem" } adds the certificates in that file; { insecure = true } accepts any certificate, and every start warns of it.
        tls: TlsText,
        /// Whether it is polled and published. Default true.
        enabled: bool,
        /// The id that it had before: its entries go on under the new one, and nothing is published again.
        formerly: String,
        + fetch: FetchTable,
    }
}

table! {
    /// `[[output]]`
    OutputTable {
        /// Unique; made of a-z, 0-9 and -; served as /ID.atom, /ID.rss and /ID.json, with the page /ID.
        id: String,
        /// What subscribers see. Default: the id.
        title: String,
        /// Source ids and "tag:…". Default: all sources.
        sources: Texts,
        /// Keep only entries that contain at least one of these words or phrases. Words match as a whole, with their signs ("C++", "#shorts"); case, accents and typographic variants make no difference. "migra*" matches every word that begins with "migra", "list:NAME" stands for the words of a list in [words], and /…/ is a regular expression.
        include: Texts,
        /// Drop entries with any of these words or phrases.
        exclude: Texts,
        /// Parts of an entry that are searched for these words: "title", "text", "url", "author", "enclosures". Default ["title", "text"].
        fields as "in": Texts,
        /// Keep only entries for which this CEL expression is true.
        condition as "where": String,
        /// How many entries the documents hold. Default 200.
        max_entries: NonZeroU32,
        /// How large a document may be: the oldest entries leave before it grows beyond, but the newest always stands. Default: as large as its entries make it.
        max_bytes: Size,
        /// Older entries leave the documents. Default: age does not matter.
        max_age: Span,
        /// What counts as one release: "near", "exact" or "off". Default "near".
        duplicates: DuplicatesWord,
        /// A corrected release replaces the old one in place, or is announced as a new entry. Default "replace".
        updates: UpdatesWord,
        /// An entry that its publisher withdraws is only told of, or is no longer shown. Default "report".
        withdrawals: WithdrawalsWord,
        /// Name the other sources in a line at the end of the content. Default false.
        also_in: bool,
        /// Put what a correction changed under the content, the words that went and those that came. Default false.
        show_changes: bool,
        /// How much of an entry the documents carry: "full", "summary" or "link". Default "full".
        content: ContentWord,
        /// The title of each entry; may use {title} and {source}. Default "{title}".
        title_format: String,
        /// Of one source the documents hold at most so many entries, the newest. Default: as many as there are.
        max_per_source: NonZeroU32,
        /// What language the documents say they are in: "en", "pt-BR". Default: they do not say.
        language: String,
        /// A square picture that readers show beside the title; a URL.
        icon: String,
        /// Who publishes it, as readers show it.
        author: String,
        /// A WebSub hub that readers may subscribe at; a URL. The documents name it, and it is told of every change. Not with `token`.
        hub: String,
        /// The token that readers must bring: { file = "…" } or { credential = "…" }. Default: everyone may read.
        token: TokenText,
        /// The same as `token = { file = "…" }`.
        token_file: String,
    }
}

impl File {
    /// Reads the whole file; what is wrong is noted, what is right goes on.
    pub(super) fn read(found: &mut Found<'_>) -> Self {
        let text = found.text;
        let (table, errors) = DeTable::parse_recoverable(text);
        found.is_broken = !errors.is_empty();
        for error in errors {
            let message = error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            found.error(
                &error.span().unwrap_or(0..0),
                message,
                "this is not TOML: see https://toml.io/ for how it is written",
            );
        }
        let mut root = RawTable::new(table.into_inner(), 0..0, "the configuration");
        let file = Self {
            server: root
                .take_table("server", "[server]", found)
                .map(|table| ServerTable::read(table, found)),
            metrics: root
                .take_table("metrics", "[metrics]", found)
                .map(|table| MetricsTable::read(table, found)),
            store: root
                .take_table("store", "[store]", found)
                .map(|table| StoreTable::read(table, found)),
            fetch: root
                .take_table("fetch", "[fetch]", found)
                .map(|table| FetchTable::read(table, found)),
            dedupe: root
                .take_table("dedupe", "[dedupe]", found)
                .map(|table| DedupeTable::read(table, found)),
            words: root.take("words", found),
            sources: root
                .take_tables("source", "[[source]]", found)
                .into_iter()
                .map(|table| SourceTable::read(table, found))
                .collect(),
            outputs: root
                .take_tables("output", "[[output]]", found)
                .into_iter()
                .map(|table| OutputTable::read(table, found))
                .collect(),
        };
        root.finish(TABLES, found);
        file
    }
}

impl SourceTable {
    /// Whether the source is polled and published.
    pub(super) fn is_enabled(&self) -> bool {
        self.enabled.as_ref().is_none_or(|enabled| enabled.value)
    }
}

/// The tables.
const TABLES: &[&str] = &[
    "server", "metrics", "store", "fetch", "dedupe", "words", "source", "output",
];

/// Whether any table has a key of this name.
pub(super) fn is_key(word: &str) -> bool {
    let keys = [
        ServerTable::keys(),
        MetricsTable::keys(),
        StoreTable::keys(),
        DedupeTable::keys(),
        SourceTable::keys(),
        OutputTable::keys(),
    ];
    TABLES.contains(&word) || keys.concat().contains(&word)
}

/// The JSON Schema of the file (draft 2020-12), so that editors complete it.
#[must_use]
pub fn schema() -> String {
    let mut schema = schemars::schema_for!(File).to_value();
    without_null(&mut schema);
    // Neither sources nor outputs are needed to begin with.
    if let Some(root) = schema.as_object_mut() {
        root.remove("required");
    }
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}

/// A key that is not needed may be left out; TOML has no null that it could be instead.
fn without_null(schema: &mut serde_json::Value) {
    match schema {
        serde_json::Value::Object(members) => {
            if let Some(serde_json::Value::Array(types)) = members.get_mut("type") {
                types.retain(|kind| kind != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            if let Some(serde_json::Value::Array(choices)) = members.get_mut("anyOf") {
                choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
            }
            members.values_mut().for_each(without_null);
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(without_null),
        _ => {}
    }
}
