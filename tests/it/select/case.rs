//! A case of rules as its file says it, and the directory and configuration that it becomes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use chrono::TimeDelta;
use mainstem::clock::{Clock, SystemClock};
use mainstem::select::{Field, RuleText};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::daemon::Desk;

/// A case, as its file says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// What the case is, for whoever reads that it fails.
    pub(super) what: String,
    /// What the configuration has besides sources and outputs.
    #[serde(default)]
    config: String,
    /// Files beside the configuration.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Keys of every source.
    #[serde(default)]
    source: String,
    /// What `check` says of parts of the rule of a source that do nothing.
    pub(super) source_idle: Option<Vec<String>>,
    /// Of every output.
    duplicates: Option<String>,
    /// Whether each word of `include` is also tried as `title.has_word(…)`.
    #[serde(default)]
    pub(super) has_word: bool,
    pub(super) entry: Vec<Given>,
    pub(super) rule: Vec<Rule>,
}

/// An entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    /// Its GUID; left out: its title.
    name: Option<String>,
    source: Option<String>,
    title: String,
    #[serde(default)]
    text: String,
    url: Option<String>,
    #[serde(default)]
    authors: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    language: Option<String>,
    #[serde(default)]
    files: Vec<Attached>,
    /// When it was published; left out: it has no date.
    hours_ago: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attached {
    url: String,
    media_type: String,
    title: Option<String>,
}

/// A rule, and what it must come to.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(super) struct Rule {
    include: Option<Vec<String>>,
    exclude: Option<Vec<String>>,
    r#where: Option<String>,
    r#in: Option<Vec<String>>,
    /// The entries that it keeps.
    pub(super) keeps: Option<BTreeSet<String>>,
    /// Why, in the words of `explain`; not every entry must be named. Where they end in `…`, what follows may be anything.
    #[serde(default)]
    pub(super) why: BTreeMap<String, String>,
    /// What `check` says of parts that do nothing.
    pub(super) idle: Option<Vec<String>>,
    /// What `check` says is wrong with it, one after the other; a rule that has this has nothing else.
    #[serde(default)]
    pub(super) wrong: Vec<String>,
    /// The place in the rule that the first of these is about: what stands there.
    pub(super) at: Option<String>,
}

impl Given {
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.title)
    }

    pub(super) fn source(&self) -> &str {
        self.source.as_deref().unwrap_or("agency")
    }

    /// As an item of a JSON Feed.
    pub(super) fn item(&self) -> Value {
        let mut item = json!({ "id": self.name(), "title": self.title, "content_text": self.text, "tags": self.tags });
        if let Some(url) = &self.url {
            item["url"] = json!(url);
        }
        if let Some(language) = &self.language {
            item["language"] = json!(language);
        }
        if let Some(hours) = self.hours_ago {
            let at = SystemClock.now() - TimeDelta::hours(hours);
            item["date_published"] = json!(at.to_rfc3339());
        }
        let authors = self.authors.iter();
        item["authors"] = authors.map(|name| json!({ "name": name })).collect();
        let files = self.files.iter().map(
            |file| json!({ "url": file.url, "mime_type": file.media_type, "title": file.title }),
        );
        item["attachments"] = files.collect();
        item
    }
}

impl Rule {
    /// As an output of a configuration. Strings are written as JSON, which TOML reads the same.
    pub(super) fn output(&self, id: &str, duplicates: &str) -> String {
        let mut text = format!("[[output]]\nid = \"{id}\"\nduplicates = \"{duplicates}\"\n");
        let lists = [
            ("include", &self.include),
            ("exclude", &self.exclude),
            ("in", &self.r#in),
        ];
        for (key, list) in lists {
            if let Some(list) = list {
                let _ = writeln!(text, "{key} = {}", json!(list));
            }
        }
        if let Some(condition) = &self.r#where {
            // A literal string, where it can be one: places in it are told exactly.
            let _ = match condition.contains('\'') {
                true => writeln!(text, "where = {}", json!(condition)),
                false => writeln!(text, "where = '{condition}'"),
            };
        }
        text
    }

    /// As a configuration has it.
    pub(super) fn text(&self) -> RuleText {
        let fields = self.r#in.iter().flatten();
        let field = |word: &String| Field::from_word(word).expect("a field");
        RuleText {
            include: self.include.clone().unwrap_or_default(),
            exclude: self.exclude.clone().unwrap_or_default(),
            condition: self.r#where.clone(),
            fields: fields.map(field).collect(),
        }
    }

    /// Rules that say the same or the opposite in other words, and whether they keep what this one keeps.
    pub(super) fn twins(&self, has_word: bool) -> Vec<(Self, bool)> {
        let Some(include) = &self.include else {
            return Vec::new();
        };
        if self.exclude.is_some() || self.r#where.is_some() {
            return Vec::new();
        }
        let opposite = Self {
            include: None,
            exclude: Some(include.clone()),
            r#in: self.r#in.clone(),
            ..Self::default()
        };
        let as_condition = |word: &String| {
            let condition = Self {
                r#where: Some(format!("title.has_word({})", json!(word))),
                ..Self::default()
            };
            (condition, true)
        };
        let conditions = include.iter().filter(|_| has_word && include.len() == 1);
        conditions
            .map(as_condition)
            .chain([(opposite, false)])
            .collect()
    }
}

impl Case {
    pub(super) fn configuration(&self, outputs: &str) -> String {
        let mut text = self.config.clone() + "\n";
        let sources: BTreeSet<&str> = self.entry.iter().map(Given::source).collect();
        for id in sources {
            let _ = writeln!(
                text,
                "[[source]]\nid = \"{id}\"\npath = \"{id}.json\"\nfirst_items = 0\n{}",
                self.source
            );
        }
        text + outputs
    }

    pub(super) fn duplicates(&self) -> &str {
        self.duplicates.as_deref().unwrap_or("off")
    }

    /// A directory with the feeds.
    pub(super) fn desk(&self) -> Desk {
        let desk = Desk::new("");
        for (name, text) in &self.files {
            desk.write(name, text.as_bytes());
        }
        let mut feeds: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for entry in &self.entry {
            feeds.entry(entry.source()).or_default().push(entry.item());
        }
        for (source, items) in feeds {
            let feed = json!({ "version": "https://jsonfeed.org/version/1.1", "title": source, "items": items });
            desk.write(&format!("{source}.json"), feed.to_string().as_bytes());
        }
        desk
    }
}
