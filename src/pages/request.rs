//! What a page is made from.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::listing::{Listed, Listing};
use super::made::NoPage;
use super::turns::Turn;
use super::visitor::Visitor;
use crate::model::{Output, OutputId, Secret, Source, SourceId, StoryId, Timestamp};
use crate::publish::{Document, ListedFeed};
use crate::refresh::Target;
use crate::republish::{OutputPlan, Plan};
use crate::select::Lists;
use crate::store::{Store, StoreError};

/// The page that a path names, with what is served at this moment and it shows.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// `/`; of the outputs that have documents, what these show.
    Front(BTreeMap<OutputId, ShownFeed>),
    /// `/OUTPUT`.
    Output(OutputId, ShownFeed),
    /// `/OUTPUT/archive/N`.
    Archive(OutputId, ArchivedPart),
    /// `/story/ID`.
    Story(StoryId),
    /// `/sources`.
    Sources,
    /// `/source/ID`.
    Source(SourceId),
    /// `/OUTPUT/preview`.
    Preview(OutputId),
}

/// What the documents of an output show.
#[derive(Debug, Clone)]
pub struct ShownFeed {
    /// Their items.
    pub listing: ListedFeed,
    /// When they last changed.
    pub changed_at: Timestamp,
}

/// An archive document of an output.
#[derive(Debug, Clone)]
pub struct ArchivedPart {
    /// The output.
    pub output: Arc<Output>,
    /// Its number, from 1.
    pub number: u32,
    /// The number of the newest one.
    pub newest: u32,
    /// The document.
    pub document: Document,
}

/// What pages need of the configuration. Cheap to clone.
#[derive(Clone)]
pub struct PageSettings {
    /// What is published, and from which sources.
    pub plan: Arc<Plan>,
    /// What readers of everything that is no output must bring; `None`: nothing.
    pub server_token: Option<Secret>,
    /// How far apart copies of a release may be published.
    pub dedupe_window: Duration,
    /// The enabled sources as they are polled, in configured order.
    pub targets: Arc<[Target]>,
    /// The sources that are switched off, in configured order.
    pub disabled: Arc<[Arc<Source>]>,
    /// Lists of words that rules share.
    pub words: Arc<Lists>,
}

/// A request for a page, and what it is answered from.
pub(super) struct PageRequest {
    pub(super) store: Arc<dyn Store>,
    pub(super) now: Timestamp,
    pub(super) settings: PageSettings,
    pub(super) listing: Arc<Listing>,
    pub(super) visitor: Visitor,
    /// Of the address, without `?`.
    pub(super) query: String,
    /// Held as long as anything works for it.
    pub(super) turn: Option<Turn>,
    /// What [`Self::own_query`] has found: a page asks often, and there may be a thousand tokens.
    pub(super) found_query: OnceLock<String>,
}

impl PageRequest {
    /// Refuses a visitor who does not bring `[server] token`, where there is one.
    pub(super) fn refuse_strangers(&self) -> Result<(), NoPage> {
        match self.is_stranger() {
            true => Err(NoPage::Forbidden(None)),
            false => Ok(()),
        }
    }

    /// Whether the visitor lacks `[server] token`.
    pub(super) fn is_stranger(&self) -> bool {
        let token = self.settings.server_token.as_ref();
        !self.visitor.may_read(token)
    }

    /// An output, for a visitor who may read it.
    pub(super) fn output(&self, id: &OutputId) -> Result<&OutputPlan, NoPage> {
        let plan = self.settings.plan.output(id).ok_or(NoPage::Missing)?;
        if self.visitor.may_read(plan.token.as_ref()) {
            Ok(plan)
        } else {
            Err(NoPage::Forbidden(Some(id.clone())))
        }
    }

    /// What links to all pages carry that are not of one output: `?token=…` of the token that opens something and was brought in the
    /// address, or nothing.
    pub(super) fn own_query(&self) -> String {
        let find = || {
            let queries = self
                .tokens()
                .map(|token| self.visitor.query_for(Some(token)));
            let mut brought = queries.filter(|query| !query.is_empty());
            brought.next().unwrap_or_default()
        };
        self.found_query.get_or_init(find).clone()
    }

    /// Whether there are tokens at all: then what is shown depends on who asks.
    pub(super) fn is_private(&self) -> bool {
        self.tokens().next().is_some()
    }

    fn tokens(&self) -> impl Iterator<Item = &Secret> {
        let outputs = self.settings.plan.outputs.iter();
        let of_outputs = outputs.filter_map(|plan| plan.token.as_ref());
        self.settings.server_token.iter().chain(of_outputs)
    }

    /// Works beside the async threads. The request keeps its turn until that is done, though nobody may wait for it any more.
    /// `what` names the work where it fails.
    pub(super) async fn beside<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NoPage> {
        let turn = self.turn.clone();
        let working = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        let worked = working.await;
        worked.map_err(|ended| StoreError::of_task(what, &ended).into())
    }

    /// The outputs that the visitor may read, in configured order.
    pub(super) fn readable(&self) -> impl Iterator<Item = &OutputPlan> {
        let outputs = self.settings.plan.outputs.iter();
        outputs.filter(|plan| self.visitor.may_read(plan.token.as_ref()))
    }

    /// All enabled sources and how they are doing, as of a moment ago.
    pub(super) async fn sources(&self) -> Result<Arc<Listed>, NoPage> {
        let targets = &self.settings.targets;
        self.listing.read(&self.store, targets, self.now).await
    }

    /// The values of a parameter of the query, decoded, in their order.
    pub(super) fn values(&self, name: &str) -> Vec<String> {
        let pairs = url::form_urlencoded::parse(self.query.as_bytes());
        let named = pairs.filter(|(other, _)| other == name);
        named.map(|(_, value)| value.into_owned()).collect()
    }
}
