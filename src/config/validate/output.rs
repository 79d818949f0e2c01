//! `[[output]]`.

use std::collections::BTreeSet;
use std::num::{NonZeroU32, NonZeroU64};

use url::Url;

use super::super::MAX_ENTRIES;
use super::super::file::OutputTable;
use super::super::problem::{Found, nearest_hint};
use super::super::purpose::Environment;
use super::super::secret::{SecretFile, SecretPlace, TokenText};
use super::super::table::At;
use super::addresses::http_url;
use super::ids::{Ids, id};
use super::rule::WrittenRule;
use super::secret;
use super::source::Checked;
use crate::model::{
    ContentForm, Duplicates, Face, Output, OutputId, Secret, SourceId, Updates, WithdrawalRule,
};
use crate::publish::is_language;
use crate::republish::OutputPlan;
use crate::select::Lists;

/// Ids that no output may have: under these names something else is served, or is to be.
const RESERVED: &[&str] = &[
    "health", "healthz", "readyz", "sources", "source", "story", "static", "push",
];

pub(super) fn outputs(
    tables: &[OutputTable],
    (sources, lists): (&[Checked], &Lists),
    environment: &Environment,
    found: &mut Found<'_>,
) -> Vec<OutputPlan> {
    let mut ids = Ids::default();
    if tables.is_empty() && !found.is_broken {
        found.warning(
            &(0..0),
            "there is no [[output]]: nothing will be published",
            "add one with an `id`",
        );
    }
    tables
        .iter()
        .filter_map(|table| output(table, (sources, lists), environment, &mut ids, found))
        .collect()
}

fn output(
    table: &OutputTable,
    (sources, lists): (&[Checked], &Lists),
    environment: &Environment,
    ids: &mut Ids,
    found: &mut Found<'_>,
) -> Option<OutputPlan> {
    let id = free_id(table, ids, found);
    check_keys(table, found);
    let selected = selected(table, sources, found);
    let written_rule = WrittenRule {
        include: table.include.as_ref(),
        exclude: table.exclude.as_ref(),
        fields: table.fields.as_ref(),
        condition: table.condition.as_ref(),
        lists,
    };
    let (rule, rule_text) = written_rule.compile(found);
    let token = token(table, environment, found);
    let title_format = title_format(table, found);
    let face = face(table, found);
    let id = id?;
    let output = Output {
        title: title(table).unwrap_or(id.as_str()).to_owned(),
        id,
        max_entries: max_entries(table),
        max_bytes: table
            .max_bytes
            .as_ref()
            .and_then(|size| NonZeroU64::new(size.0)),
        max_age: table.max_age.as_ref().map(|age| age.0),
        duplicates: table
            .duplicates
            .as_ref()
            .map_or(Duplicates::Near, |word| word.0),
        updates: table
            .updates
            .as_ref()
            .map_or(Updates::Replace, |word| word.0),
        withdrawals: table
            .withdrawals
            .as_ref()
            .map_or(WithdrawalRule::Report, |word| word.0),
        content: table
            .content
            .as_ref()
            .map_or(ContentForm::Full, |word| word.0),
        title_format,
        also_in: table.also_in.as_ref().is_some_and(|also_in| also_in.value),
        show_changes: table.show_changes.as_ref().is_some_and(|shown| shown.value),
        max_per_source: table.max_per_source.as_ref().map(|count| count.value),
        face,
    };
    Some(OutputPlan {
        output,
        sources: selected,
        rule,
        rule_text,
        rule_written: written_rule.as_written(),
        token,
    })
}

fn max_entries(table: &OutputTable) -> NonZeroU32 {
    let written = table.max_entries.as_ref().map(|count| count.value);
    written.unwrap_or(NonZeroU32::new(MAX_ENTRIES).expect("not zero"))
}

/// The title, where one is written.
fn title(table: &OutputTable) -> Option<&str> {
    let title = table.title.as_ref()?.trim();
    (!title.is_empty()).then_some(title)
}

/// An id that is neither taken nor served otherwise.
fn free_id(table: &OutputTable, ids: &mut Ids, found: &mut Found<'_>) -> Option<OutputId> {
    let here = At {
        value: (),
        span: table.span.clone(),
    };
    let id = id(table.id.as_ref(), &here, |id| OutputId::new(id).ok(), found);
    if let Some(written) = table
        .id
        .as_ref()
        .filter(|id| RESERVED.contains(&id.as_str()))
    {
        found.error(
            &written.span,
            format!(
                "the id {:?} is the address of something else",
                written.value
            ),
            format!("take any but {}", RESERVED.join(", ")),
        );
    }
    let unique = table
        .id
        .as_ref()
        .is_none_or(|written| ids.claim(written, found));
    id.filter(|_| unique)
}

/// Keys that stand for themselves.
fn check_keys(table: &OutputTable, found: &mut Found<'_>) {
    if let Some(size) = table.max_bytes.as_ref().filter(|size| size.0 == 0) {
        found.error(
            &size.span,
            "`max_bytes` of nothing leaves no room for a document",
            "write a size such as \"4MiB\", or remove it",
        );
    }
    if let Some(age) = table.max_age.as_ref().filter(|age| age.0.is_zero()) {
        found.error(
            &age.span,
            "`max_age` of nothing shows nothing",
            "write a duration such as \"30d\"",
        );
    }
    let content = table
        .content
        .as_ref()
        .map_or(ContentForm::Full, |word| word.0);
    let shows = table.show_changes.as_ref().filter(|shows| shows.value);
    if let Some(shows) = shows.filter(|_| content != ContentForm::Full) {
        found.warning(
            &shows.span,
            "`show_changes` shows nothing: the output's items have no full content to stand under",
            "remove it, or `content`; what corrections changed is in the output's changes.atom, too",
        );
    }
}

/// The enabled sources that an output sees.
fn selected(table: &OutputTable, sources: &[Checked], found: &mut Found<'_>) -> BTreeSet<SourceId> {
    let enabled = |wanted: &dyn Fn(&Checked) -> bool| -> BTreeSet<SourceId> {
        sources
            .iter()
            .filter(|checked| checked.enabled && wanted(checked))
            .map(|checked| checked.source().id.clone())
            .collect()
    };
    let Some(written) = &table.sources else {
        return enabled(&|_| true);
    };
    let mut selected = BTreeSet::new();
    for selector in &written.value {
        let tag = selector.strip_prefix("tag:");
        let matches = |checked: &Checked| match tag {
            Some(tag) => checked.source().tags.iter().any(|own| own == tag),
            None => checked.source().id.as_str() == selector.value,
        };
        if !sources.iter().any(matches) && !found.is_broken {
            let (what, hint) = match tag {
                Some(tag) => {
                    let tags = sources
                        .iter()
                        .flat_map(|checked| checked.source().tags.iter().map(String::as_str));
                    (
                        format!("no source has the tag {tag:?}"),
                        nearest_hint(tag, tags),
                    )
                }
                None => {
                    let ids = sources.iter().map(|checked| checked.source().id.as_str());
                    (
                        format!("there is no source {:?}", selector.value),
                        nearest_hint(selector, ids),
                    )
                }
            };
            found.error(&selector.span, what, hint);
        }
        selected.extend(enabled(&matches));
    }
    if selected.is_empty() && !sources.is_empty() && !found.is_broken {
        found.warning(
            &written.span,
            "none of these sources is enabled: the output stays empty",
            "name other sources, or leave `sources` out for all of them",
        );
    }
    selected
}

/// What the documents say of themselves.
fn face(table: &OutputTable, found: &mut Found<'_>) -> Face {
    if let Some(written) = table.language.as_ref().filter(|tag| !is_language(tag)) {
        found.error(
            &written.span,
            format!("{:?} is no language tag", written.value),
            "write one of BCP 47, such as \"en\" or \"pt-BR\"",
        );
    }
    let url = |written: &Option<At<String>>, found: &mut Found<'_>| {
        written
            .as_ref()
            .and_then(|written| http_url(written, found))
    };
    let text = |written: &Option<At<String>>| {
        let text = written.as_ref().map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty())
    };
    let hub = url(&table.hub, found);
    check_hub(table, hub.as_ref(), found);
    Face {
        language: text(&table.language),
        icon: url(&table.icon, found),
        author: text(&table.author),
        hub,
    }
}

/// A hub that everybody may know, and that can do what it is for.
fn check_hub(table: &OutputTable, hub: Option<&Url>, found: &mut Found<'_>) {
    let (Some(written), Some(hub)) = (&table.hub, hub) else {
        return;
    };
    if !hub.username().is_empty() || hub.password().is_some() {
        found.error(
            &written.span,
            "`hub` carries credentials, and every reader of the documents would see them",
            "write the hub's address without them",
        );
    }
    let keys = [
        ("token", table.token.is_some()),
        ("token_file", table.token_file.is_some()),
    ];
    if let Some((key, _)) = keys.iter().find(|(_, is_written)| *is_written) {
        found.error(
            &written.span,
            format!(
                "`hub` and `{key}` exclude each other: a hub asks for the documents without a token"
            ),
            "keep one of the two",
        );
    }
}

/// Without a `public_url` what a hub is told of is an address of this machine.
pub(super) fn tell_unreachable(tables: &[OutputTable], public_url: &Url, found: &mut Found<'_>) {
    for written in tables.iter().filter_map(|table| table.hub.as_ref()) {
        found.warning(
            &written.span,
            format!("the hub is told of documents under {public_url}, which others cannot ask"),
            "write where they are served to others as `public_url` in [server]",
        );
    }
}

/// Who may read it, by `token` or, as it was called first, `token_file`.
fn token(table: &OutputTable, environment: &Environment, found: &mut Found<'_>) -> Option<Secret> {
    let file = table.token_file.as_ref().map(|file| At {
        value: TokenText::Secret(SecretPlace::File(SecretFile {
            file: file.value.clone(),
        })),
        span: file.span.clone(),
    });
    if let (Some(_), Some(file)) = (&table.token, &file) {
        found.error(
            &file.span,
            "`token` and `token_file` exclude each other",
            "keep `token`",
        );
    }
    let written = table.token.as_ref().or(file.as_ref());
    secret::token(written, "`token` in [[output]]", environment, found)
}

/// `{title}` and `{source}`, nothing else in braces.
fn title_format(table: &OutputTable, found: &mut Found<'_>) -> String {
    let Some(written) = &table.title_format else {
        return "{title}".to_owned();
    };
    let rest = written.replace("{title}", "").replace("{source}", "");
    if rest.contains(['{', '}']) {
        found.error(
            &written.span,
            "`title_format` knows {title} and {source}, nothing else in braces",
            "write \"{title} ({source})\", for example",
        );
    }
    written.value.clone()
}
