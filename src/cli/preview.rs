//! `preview`: what a changed rule would show and hide, before it is written into the configuration.

use std::fmt::Write;
use std::sync::Arc;

use anyhow::bail;
use serde_json::{Value, json};

use super::args::PreviewArguments;
use super::exit::UsageError;
use super::stored::{known_output, open_to_show, work_on};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::republish::{Difference, KeptBack, Preview, Previewed, Trial, preview as judge_both};
use crate::select::{Lists, RuleError, RulePart, RuleText, expand_lists};

/// Prints what would appear and what would go.
pub(super) async fn preview(config: Config, wanted: &PreviewArguments) -> anyhow::Result<()> {
    let output = known_output(&config, &wanted.output)?;
    let Some(plan) = config.plan.output(&output) else {
        bail!("there is no output {output}");
    };
    let text = wanted.rule(&plan.rule_text, &config.words)?;
    let changed = config.plan.with_rule(&output, text.clone());
    let changed = Arc::new(changed.map_err(|errors| describe(&errors, &text))?);
    let readable = open_to_show(&config)?;
    let limit = match wanted.limit {
        0 => usize::MAX,
        limit => limit,
    };
    let difference = work_on(&readable.store, async |store| {
        let trial = Trial {
            before: config.plan.clone(),
            after: changed,
            output,
            limit,
            now: SystemClock.now(),
            kept_back: KeptBack::default(),
        };
        Ok(judge_both(store.as_ref(), trial, ()).await?)
    })
    .await?;
    let text = match wanted.json {
        true => format!("{:#}\n", as_json(&difference)),
        false => as_text(&difference),
    };
    super::output::print(text.as_bytes())
}

impl PreviewArguments {
    /// The rule with the parts that were given in place of the output's own; an empty word leaves a part out, and `list:NAME` is
    /// a list of the configuration.
    fn rule(&self, own: &RuleText, lists: &Lists) -> Result<RuleText, UsageError> {
        let words = |given: &[String], own: &[String]| match given {
            [] => Ok(own.to_vec()),
            given => match expand_lists(given, lists) {
                Ok(expanded) => Ok(expanded.words),
                Err(unknown) => Err(UsageError(unknown.to_string())),
            },
        };
        Ok(RuleText {
            include: words(&self.include, &own.include)?,
            exclude: words(&self.exclude, &own.exclude)?,
            condition: match &self.condition {
                None => own.condition.clone(),
                Some(given) => Some(given.clone()).filter(|given| !given.is_empty()),
            },
            fields: own.fields.clone(),
        })
    }
}

/// Everything that is wrong with the rule, each with its place and what to write instead.
fn describe(errors: &[RuleError], text: &RuleText) -> UsageError {
    let lines: Vec<String> = errors
        .iter()
        .map(|error| {
            let (option, written) = match error.part {
                RulePart::Include(nth) => ("--include", text.include.get(nth).cloned()),
                RulePart::Exclude(nth) => ("--exclude", text.exclude.get(nth).cloned()),
                RulePart::Where => ("--where", text.condition.clone()),
            };
            let written = written.unwrap_or_default();
            let column = error
                .offset
                .map(|offset| {
                    format!(
                        ":{}",
                        written
                            .get(..offset)
                            .map_or(0, |before| before.chars().count())
                            + 1
                    )
                })
                .unwrap_or_default();
            let hint = error
                .hint
                .as_ref()
                .map(|hint| format!(" ({hint})"))
                .unwrap_or_default();
            format!("{option}{column}: {}{hint}", error.message)
        })
        .collect();
    UsageError(lines.join("\n"))
}

fn as_text(preview: &Preview) -> String {
    let mut text = String::new();
    for (sign, difference) in [('+', &preview.appears), ('-', &preview.goes)] {
        for item in &difference.items {
            let Previewed {
                ordered_at,
                entry,
                source,
                title,
                because,
                story: _,
            } = item;
            let _ = writeln!(
                text,
                "{sign} {}  {source}  {title}\n    entry {entry}; {}: {because}",
                ordered_at.format("%Y-%m-%d %H:%M"),
                if sign == '+' { "now" } else { "then" },
            );
        }
        if difference.count > difference.items.len() {
            let _ = writeln!(
                text,
                "{sign} … {} more",
                difference.count - difference.items.len()
            );
        }
    }
    let _ = writeln!(
        text,
        "{} would appear ({} in the documents), {} would go ({} from the documents), {} stay",
        preview.appears.count,
        preview.appears.in_documents,
        preview.goes.count,
        preview.goes.in_documents,
        preview.stays
    );
    text
}

fn as_json(preview: &Preview) -> Value {
    let difference = |difference: &Difference| {
        let items = difference.items.iter().map(|item| {
            json!({
                "entry": item.entry.0,
                "source": item.source.as_str(),
                "title": item.title,
                "at": item.ordered_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                "because": item.because,
            })
        });
        json!({
            "count": difference.count,
            "in_documents": difference.in_documents,
            "items": items.collect::<Vec<_>>(),
        })
    };
    json!({
        "appears": difference(&preview.appears),
        "goes": difference(&preview.goes),
        "stays": preview.stays,
    })
}
