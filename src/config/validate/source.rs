//! `[[source]]`.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};

use super::super::file::SourceTable;
use super::super::problem::Found;
use super::super::purpose::Environment;
use super::super::table::{At, texts};
use super::super::{DAILY_ITEMS, FIRST_ITEMS};
use super::addresses::http_url;
use super::fetch::{self, Defaults, settle};
use super::files::{self, relative};
use super::headers;
use super::ids::{Ids, id};
use super::rule::WrittenRule;
use crate::fetch::SourceSettings;
use crate::model::{Location, Source, SourceId, plain_address};
use crate::refresh::Target;
use crate::republish::SourcePlan;
use crate::select::{Lists, Rule, RuleText};

/// A checked source.
pub(super) struct Checked {
    pub(super) enabled: bool,
    target: Target,
    rule: Arc<Rule>,
    rule_text: RuleText,
}

impl Checked {
    pub(super) fn source(&self) -> &Source {
        &self.target.source
    }
}

pub(super) fn sources(
    tables: &[SourceTable],
    (defaults, lists): (&Defaults, &Lists),
    environment: &Environment,
    found: &mut Found<'_>,
) -> Vec<Checked> {
    let mut ids = Ids::default();
    let checked: Vec<Checked> = tables
        .iter()
        .filter_map(|table| source(table, (defaults, lists), environment, &mut ids, found))
        .collect();
    check_renames(tables, &ids, found);
    if tables.is_empty() && !found.is_broken {
        found.warning(
            &(0..0),
            "there is no [[source]]: nothing will be polled",
            "add one with an `id` and a `url`",
        );
    }
    checked
}

/// What is polled.
pub(super) fn targets(sources: &[Checked], window: Duration) -> Vec<Target> {
    let mut alike: Option<Arc<SourceSettings>> = None;
    sources
        .iter()
        .filter(|checked| checked.enabled)
        .map(|checked| {
            // Most are asked as the one before.
            let own = &checked.target.fetch;
            let fetch = alike.take().filter(|alike| alike == own);
            let fetch = fetch.unwrap_or_else(|| own.clone());
            alike = Some(fetch.clone());
            Target {
                window,
                fetch,
                ..checked.target.clone()
            }
        })
        .collect()
}

/// What is configured, but not polled.
pub(super) fn disabled(sources: &[Checked]) -> Vec<Arc<Source>> {
    let disabled = sources.iter().filter(|checked| !checked.enabled);
    disabled
        .map(|checked| checked.target.source.clone())
        .collect()
}

/// What outputs see.
pub(super) fn plans(sources: &[Checked]) -> BTreeMap<SourceId, SourcePlan> {
    let enabled = sources.iter().filter(|checked| checked.enabled);
    let plan = |checked: &Checked| SourcePlan {
        source: checked.target.source.clone(),
        rule: checked.rule.clone(),
        rule_text: checked.rule_text.clone(),
    };
    enabled
        .map(|checked| (checked.target.source.id.clone(), plan(checked)))
        .collect()
}

fn source(
    table: &SourceTable,
    (defaults, lists): (&Defaults, &Lists),
    environment: &Environment,
    ids: &mut Ids,
    found: &mut Found<'_>,
) -> Option<Checked> {
    let id = free_id(table, ids, found);
    let location = location(table, found);
    let settled = settle(&table.fetch, defaults, found);
    check_keys(table, found);
    let (rule, rule_text) = WrittenRule {
        include: table.include.as_ref(),
        exclude: table.exclude.as_ref(),
        fields: table.fields.as_ref(),
        condition: table.condition.as_ref(),
        lists,
    }
    .compile(found);
    let fetch = asked_with(table, settled.source, environment, found);
    warn_of_two_credentials(table, location.as_ref(), &fetch.headers, found);
    let quota = |written: Option<&At<u32>>, default: u32| {
        NonZeroU32::new(written.map_or(default, |written| written.value))
    };
    let source = Source {
        id: id?,
        location: location?,
        title: table
            .title
            .as_ref()
            .map(|title| title.trim().to_owned())
            .filter(|title| !title.is_empty()),
        tags: texts(table.tags.as_ref()),
        priority: table.priority.as_ref().map_or(0, |priority| priority.value),
        first_items: quota(table.first_items.as_ref(), FIRST_ITEMS),
        daily_items: quota(table.daily_items.as_ref(), DAILY_ITEMS),
        identity: table.identity.as_ref().map(|identity| identity.value.0),
        formerly: table
            .formerly
            .as_ref()
            .and_then(|formerly| SourceId::new(formerly).ok()),
    };
    let target = Target {
        source: Arc::new(source),
        schedule: settled.schedule,
        fetch: Arc::new(fetch),
        // That of [dedupe], see `targets`.
        window: Duration::ZERO,
    };
    Some(Checked {
        enabled: table.is_enabled(),
        target,
        rule,
        rule_text,
    })
}

/// The settings of a source's requests, with the keys that only a source has.
fn asked_with(
    table: &SourceTable,
    settled: SourceSettings,
    environment: &Environment,
    found: &mut Found<'_>,
) -> SourceSettings {
    let mut fetch = settled;
    fetch.headers = headers::headers(table, environment, found);
    fetch.http = table.http.as_ref().map_or(fetch.http, |http| http.value.0);
    fetch.validators = table
        .validators
        .as_ref()
        .is_none_or(|validators| validators.value);
    tls(table, &mut fetch, found);
    fetch
}

/// An id that no other source has.
fn free_id(table: &SourceTable, ids: &mut Ids, found: &mut Found<'_>) -> Option<SourceId> {
    let here = At {
        value: (),
        span: table.span.clone(),
    };
    let id = id(table.id.as_ref(), &here, |id| SourceId::new(id).ok(), found);
    let unique = table
        .id
        .as_ref()
        .is_none_or(|written| ids.claim(written, found));
    id.filter(|_| unique)
}

/// Keys that stand for themselves.
fn check_keys(table: &SourceTable, found: &mut Found<'_>) {
    if let Some(concurrency) = &table.fetch.concurrency {
        found.error(
            &concurrency.span,
            "`concurrency` counts all sources together",
            "set it in [fetch]; `per_host` binds one host",
        );
    }
    if let Some(full_text) = table.full_text.as_ref().filter(|full_text| full_text.value) {
        found.not_yet(&full_text.span, "`full_text`");
    }
}

fn location(table: &SourceTable, found: &mut Found<'_>) -> Option<Location> {
    match (&table.url, &table.path) {
        (Some(url), None) => {
            // Pasted from a browser, an address may begin with `feed:`; it means what stands behind that.
            let plain = At {
                value: plain_address(url).into_owned(),
                span: url.span.clone(),
            };
            http_url(&plain, found).map(Location::Url)
        }
        (None, Some(written)) => {
            let path = relative(found.file, written);
            if !path.is_file() {
                let what = format!("{} is not there, or no file", path.display());
                found.missing(&written.span, what, "the source fails until it is; a relative path begins at the configuration file");
            }
            files::judge_file(&path, &written.span, found);
            Some(Location::File(path))
        }
        (Some(_), Some(path)) => {
            found.error(
                &path.span,
                "a source with a `url` and a `path`",
                "keep one of the two",
            );
            None
        }
        (None, None) if found.is_broken => None,
        (None, None) => {
            found.error(
                &table.span,
                "a source without a `url`",
                "write url = \"https://…\", or path = \"…\" for a local file",
            );
            None
        }
    }
}

/// Whom the source is taken from.
fn tls(table: &SourceTable, fetch: &mut SourceSettings, found: &mut Found<'_>) {
    let Some(tls) = &table.tls else {
        return;
    };
    fetch.insecure = tls.insecure == Some(true);
    if let Some(written) = &tls.ca_file {
        fetch.ca_file = fetch::authorities(written, found);
    }
    let own = table.fetch.ca_file.as_ref();
    match (&tls.ca_file, own) {
        (Some(_), Some(own)) => found.error(
            &own.span,
            "`ca_file` stands twice: on the source and in its `tls`",
            "keep the one in `tls`",
        ),
        (None, None) if tls.insecure.is_none() => found.error(
            &tls.span,
            "`tls` says nothing",
            "write { ca_file = \"own.pem\" } or { insecure = true }, or remove it",
        ),
        _ => {}
    }
    if !fetch.insecure {
        return;
    }
    if tls.ca_file.is_some() || own.is_some() {
        found.error(
            &tls.span,
            "`insecure` trusts whoever answers, so `ca_file` would mean nothing",
            "keep one of the two",
        );
    } else if table.is_enabled() {
        let id = table.id.as_ref().map_or("?", |id| id.value.as_str());
        found.warning(
            &tls.span,
            format!("insecure: whoever answers for the source {id:?} is believed, and may read what it is sent"),
            "name the server's certificate instead: tls = { ca_file = \"own.pem\" }",
        );
    }
}

/// A request has one `Authorization`.
fn warn_of_two_credentials(
    table: &SourceTable,
    location: Option<&Location>,
    headers: &[(HeaderName, HeaderValue)],
    found: &mut Found<'_>,
) {
    let (Some(Location::Url(url)), Some(written)) = (location, &table.url) else {
        return;
    };
    let has_user_info = !url.username().is_empty() || url.password().is_some();
    if has_user_info && headers.iter().any(|(name, _)| name == AUTHORIZATION) {
        found.warning(
            &written.span,
            "the user info of `url` is not sent, for `headers` sets Authorization",
            "keep one of the two",
        );
    }
}

/// An id that a source gave up must not be somebody else's now, nor claimed twice.
fn check_renames(tables: &[SourceTable], ids: &Ids, found: &mut Found<'_>) {
    let mut claimed = BTreeSet::new();
    let mut wrong =
        |at: &Range<usize>, what: String, hint: &str| found.error(at, what, hint.to_owned());
    for formerly in tables.iter().filter_map(|table| table.formerly.as_ref()) {
        if SourceId::new(formerly).is_err() {
            wrong(
                &formerly.span,
                format!("the id {:?} is not made of a-z, 0-9 and -", formerly.value),
                "write the id as it stood here before",
            );
        } else if ids.has(&formerly.value) {
            wrong(
                &formerly.span,
                format!(
                    "`formerly` names {:?}, which is a source still",
                    formerly.value
                ),
                "rename one of the two",
            );
        } else if !claimed.insert(formerly.value.clone()) {
            wrong(
                &formerly.span,
                format!("two sources were formerly {:?}", formerly.value),
                "only one can take over its entries",
            );
        }
    }
}
