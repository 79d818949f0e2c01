//! `/OUTPUT/preview`: a form for the rule of an output, and what another rule would show and hide. Nothing is changed by it.
//!
//! A preview reads all that is stored, so there is one at a time, for at most [`LIMIT`]. What it asks of the processor it asks beside the
//! async threads, and it ends with the story in hand once nobody waits for it. Rules come from anybody who may read the output, and are
//! refused where they cost more than a rule may (`select::check_untrusted`).
//!
//! - `typed`: the rule as it was typed, and what is wrong with it; `form`: the form
//! - `toml`: the rule as it is written in a configuration; `answer`: what would change

mod answer;
mod form;
mod toml;
mod typed;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use maud::html;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::access::Access;
use super::layout::Frame;
use super::made::{MadePage, NoPage};
use super::request::PageRequest;
use crate::model::{OutputId, Story};
use crate::republish::{IsKeptBack, KeptBack, OutputPlan, Plan, Preview, Trial, preview};
use crate::store::StoreError;
use answer::{RuleAnswer, answer};
use form::form;
use typed::{FormSlip, Typed};

/// How long a preview may take, a little less than any page, so that it can say what to do instead.
const LIMIT: Duration = Duration::from_millis(1800);
/// Items of each difference that are named.
const NAMED: usize = 20;

/// One preview at a time in the whole process.
static TURN: Semaphore = Semaphore::const_new(1);

/// What came of a rule that was asked about.
enum Tried {
    /// Something in it is wrong, and nothing was evaluated.
    Wrong(Vec<FormSlip>),
    /// The difference to the present rule.
    Compared(Preview),
}

pub(super) async fn make(request: &PageRequest, output: &OutputId) -> Result<MadePage, NoPage> {
    let plan = request.output(output)?;
    let typed = Typed::read(request, &plan.rule_written);
    let access = Access::of(request);
    let tried = match typed.is_asked {
        true => Some(attempt(request, plan, &typed, &access).await?),
        false => None,
    };
    let query = request.own_query();
    let own_page = request.visitor.query_for(plan.token.as_ref());
    let slips: &[FormSlip] = match &tried {
        Some(Tried::Wrong(slips)) => slips,
        Some(Tried::Compared(_)) | None => &[],
    };
    let content = html! {
        h1 { "Preview of " span dir="auto" { (plan.output.title) } }
        p {
            "Try a rule on everything that is stored. Nothing is changed by it. "
            a href={ "../" (output) (own_page) } { "Back to the feed" }
        }
        (form(&typed, slips, &query))
        @if let Some(Tried::Compared(difference)) = &tried {
            (answer(&RuleAnswer { typed: &typed, plan, sources: &request.settings.plan, difference, query: &query }))
        }
    };
    let title = format!("Preview of {}", plan.output.title);
    let frame = Frame {
        title: &title,
        root: "../",
        request,
        head: html! {},
        leads_on: !request.is_stranger(),
    };
    Ok(MadePage {
        html: frame.around(&content),
        is_private: request.is_private(),
    })
}

/// Tries a rule on what is stored, if it is its turn.
async fn attempt(
    request: &PageRequest,
    plan: &OutputPlan,
    typed: &Typed,
    access: &Access,
) -> Result<Tried, NoPage> {
    // Not waited for: whoever waits would keep other pages from being made.
    let turn = TURN.try_acquire().map_err(|_| {
        NoPage::Busy(
            "another preview is being made; there is one at a time: try again in a moment\n",
        )
    })?;
    let turn = Arc::new(turn);
    let trying = async {
        let changed = match compiled(request, plan, typed, turn.clone()).await? {
            Ok(changed) => changed,
            Err(slips) => return Ok(Tried::Wrong(slips)),
        };
        let trial = Trial {
            before: request.settings.plan.clone(),
            after: Arc::new(changed),
            output: plan.output.id.clone(),
            limit: NAMED,
            now: request.now,
            kept_back: kept_back(access, plan),
        };
        let difference = preview(request.store.as_ref(), trial, turn.clone()).await?;
        Ok(Tried::Compared(difference))
    };
    let tried = tokio::time::timeout(LIMIT, trying).await;
    tried.unwrap_or(Err(NoPage::Busy(
        "the preview takes longer than 2 seconds; `mainstem preview` takes the time it needs\n",
    )))
}

/// The configuration with the rule that was typed, or what is wrong with it.
async fn compiled(
    request: &PageRequest,
    plan: &OutputPlan,
    typed: &Typed,
    turn: Arc<SemaphorePermit<'static>>,
) -> Result<Result<Plan, Vec<FormSlip>>, NoPage> {
    let (all, typed) = (request.settings.plan.clone(), typed.clone());
    let (lists, plan) = (request.settings.words.clone(), plan.clone());
    let compiling = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        typed.compile(&all, &plan, &lists)
    });
    let compiled = compiling.await;
    compiled.map_err(|ended| StoreError::of_task("compile a rule", &ended).into())
}

/// The stories that count for nothing: those that the visitor may not see.
fn kept_back(access: &Access, output: &OutputPlan) -> KeptBack {
    if access.is_whole() {
        return KeptBack::default();
    }
    let (access, output) = (access.clone(), output.clone());
    let is_kept_back = move |story: &Story, holders: &BTreeSet<OutputId>| {
        !access.opens_in(&output, story, holders)
    };
    KeptBack::by(Arc::new(is_kept_back) as Arc<IsKeptBack>)
}
