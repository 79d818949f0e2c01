//! What a rule would change.

use maud::{Markup, html};

use super::super::elements::{counted, headline, name_of, time};
use super::toml;
use super::typed::Typed;
use crate::republish::{Difference, OutputPlan, Plan, Preview, Previewed};
use crate::select::RuleText;

/// What came of a rule, and what is needed to tell it.
pub(super) struct RuleAnswer<'a> {
    pub(super) typed: &'a Typed,
    pub(super) plan: &'a OutputPlan,
    pub(super) sources: &'a Plan,
    pub(super) difference: &'a Preview,
    /// For links to stories.
    pub(super) query: &'a str,
}

/// The difference to the present rule, and how the new one is put into the configuration.
pub(super) fn answer(answer: &RuleAnswer<'_>) -> Markup {
    let RuleAnswer {
        typed,
        plan,
        difference,
        ..
    } = answer;
    let Preview {
        appears,
        goes,
        stays,
    } = difference;
    let written = typed.written();
    let is_present = RuleText {
        fields: plan.rule_written.fields.clone(),
        ..written.clone()
    } == plan.rule_written;
    html! {
        h2 { "What would change" }
        @if is_present { p { "This is the present rule." } }
        ul {
            li {
                strong { (counted(appears.count, "item", "items")) } " would appear"
                @if appears.count > 0 { ", " (appears.in_documents) " of them in the documents" }
                "."
            }
            li {
                strong { (counted(goes.count, "item", "items")) } " would go"
                @if goes.count > 0 { ", " (goes.in_documents) " of them from the documents" }
                "."
            }
            li { strong { (counted(*stays, "item", "items")) } " would stay." }
        }
        p.muted { "All that is stored was judged; only stories that you may read are counted." }
        @if appears.count > 0 {
            h2 { "Would appear" }
            (items(answer, appears, "Not there today: "))
        }
        @if goes.count > 0 {
            h2 { "Would go" }
            (items(answer, goes, "Would go: "))
        }
        h2 { "To keep this rule" }
        (to_paste(plan, &written))
    }
}

fn items(answer: &RuleAnswer<'_>, difference: &Difference, why: &str) -> Markup {
    let more = difference.count.saturating_sub(difference.items.len());
    html! {
        ol.items {
            @for item in &difference.items { li { (item_told(answer, item, why)) } }
        }
        @if more > 0 {
            p { "These are the newest " (difference.items.len()) "; there are " (more) " more." }
        }
    }
}

fn item_told(answer: &RuleAnswer<'_>, item: &Previewed, why: &str) -> Markup {
    html! {
        a href={ "../story/" (item.story) (answer.query) } dir="auto" { (headline(&item.title)) }
        br;
        span.muted { span dir="auto" { (name_of(answer.sources, &item.source)) } ", " (time(item.ordered_at)) }
        br;
        (why) span dir="auto" { (item.because) }
    }
}

fn to_paste(plan: &OutputPlan, written: &RuleText) -> Markup {
    let id = plan.output.id.as_str();
    let lines = toml::lines(written);
    html! {
        @if lines.is_empty() {
            p {
                "It keeps everything: take " code { "include" } ", " code { "exclude" } " and " code { "where" }
                " out of the " code { "[[output]]" } " table of " code { (id) } ", and reload."
            }
        } @else {
            p {
                "Write this into the " code { "[[output]]" } " table of " code { (id) } " in place of its present "
                code { "include" } ", " code { "exclude" } " and " code { "where" } ", and reload:"
            }
            div.scroll tabindex="0" role="region" aria-label="Lines for the configuration" {
                pre { code { (lines.join("\n")) } }
            }
        }
    }
}
