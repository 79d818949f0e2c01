//! What is served at one moment, swapped in whole.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use http::HeaderValue;
use url::Url;

use super::head::Reach;
use super::published::Published;
use crate::model::{OutputId, Secret, Timestamp};
use crate::pages::ShownFeed;
use crate::publish::{Document, DocumentFormat, Documents};
use crate::websub::{discovery_links, topic};

/// What is wrong with a source is looked at a few times an hour.
const HEALTH_FRESH_FOR: Duration = Duration::from_secs(300);

/// What is served at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    pub(super) outputs: BTreeMap<String, Arc<Served>>,
    pub(super) sources_opml: String,
    /// What readers of everything that is no output must bring; `None`: nothing.
    pub(super) token: Option<Secret>,
    /// `None` until the sources were first examined.
    pub(super) health: Option<Arc<Published>>,
    /// Why it is not ready, if so.
    pub(super) not_ready: Option<String>,
    /// What is wrong with the store; whatever is served, it is then not ready.
    pub(super) store_trouble: Option<String>,
}

impl Content {
    /// Why it is not ready; `None`: it is.
    pub(super) fn why_not_ready(&self) -> Option<&str> {
        self.store_trouble.as_deref().or(self.not_ready.as_deref())
    }
}

impl Content {
    /// What the documents of all outputs show, where there are any.
    pub(super) fn shown(&self) -> BTreeMap<OutputId, ShownFeed> {
        let shown = self
            .outputs
            .values()
            .filter_map(|served| served.shown.as_ref());
        shown
            .map(|shown| (shown.listing.output.id.clone(), shown.clone()))
            .collect()
    }

    /// Who may keep what is no output.
    fn reach(&self) -> Reach {
        Reach {
            private: self.token.is_some(),
            ..Reach::default()
        }
    }

    /// `Cache-Control` of what is no document.
    pub(super) fn caching(&self) -> &'static str {
        if self.token.is_some() {
            "private, no-cache"
        } else {
            "no-cache"
        }
    }
}

/// An output as it is served.
#[derive(Debug, Clone)]
pub struct Outlet {
    /// Its path.
    pub id: OutputId,
    /// Who may read it; `None`: everyone.
    pub token: Option<Secret>,
    /// The hub that is told of its news, named in every answer.
    pub hub: Option<Url>,
}

impl Outlet {
    /// The `Link` headers of each document (WebSub §4), written once.
    fn links(&self, public_url: &Url) -> BTreeMap<DocumentFormat, Arc<[HeaderValue]>> {
        let Some(hub) = &self.hub else {
            return BTreeMap::new();
        };
        let links = |format: DocumentFormat| {
            let topic = topic(public_url, &self.id, format.as_str());
            let links = discovery_links(hub, &topic).map(HeaderValue::try_from);
            (format, links.into_iter().flatten().collect())
        };
        DocumentFormat::ALL.map(links).into()
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Served {
    pub(super) token: Option<Secret>,
    /// What the answers say of hub and topic, by format; none without a hub.
    pub(super) links: BTreeMap<DocumentFormat, Arc<[HeaderValue]>>,
    /// The documents; empty until the first pass has ended.
    pub(super) published: BTreeMap<DocumentFormat, Arc<Published>>,
    /// The corrections of their items; `None` until the first pass has ended.
    pub(super) changes: Option<Arc<Published>>,
    /// What the page that they name shows; `None` until the first pass has ended.
    pub(super) shown: Option<ShownFeed>,
}

impl Served {
    fn reach(&self, format: DocumentFormat) -> Reach {
        Reach {
            private: self.token.is_some(),
            links: self.links.get(&format).cloned().unwrap_or_default(),
        }
    }

    /// Who may keep the corrections. No hub is told of them.
    fn reach_of_changes(&self) -> Reach {
        Reach {
            private: self.token.is_some(),
            ..Reach::default()
        }
    }

    /// Token or links have become others.
    fn write_heads(&mut self) {
        for (format, published) in std::mem::take(&mut self.published) {
            let next = published.under(self.reach(format));
            self.published.insert(format, Arc::new(next));
        }
        let changes = self.changes.take();
        self.changes = changes.map(|changes| Arc::new(changes.under(self.reach_of_changes())));
    }

    fn publish(&mut self, documents: &Documents, changed_at: Timestamp) {
        for format in DocumentFormat::ALL {
            let document = documents.get(format).clone();
            let before = self.published.get(&format).map(Arc::as_ref);
            let dates = (changed_at, documents.fresh_for);
            let next = Published::after(before, document, dates, self.reach(format));
            self.published.insert(format, Arc::new(next));
        }
        self.changes = Some(Arc::new(Published::after(
            self.changes.as_deref(),
            documents.changes.clone(),
            (changed_at, documents.fresh_for),
            self.reach_of_changes(),
        )));
        self.shown = Some(ShownFeed {
            listing: documents.listing.clone(),
            changed_at,
        });
    }
}

/// Everything that is served. Cheap to clone; changes are swapped in whole, under running readers.
#[derive(Debug, Clone)]
pub struct Site(pub(super) Arc<ArcSwap<Content>>);

impl Default for Site {
    fn default() -> Self {
        let starting = Content {
            not_ready: Some("starting".to_owned()),
            ..Content::default()
        };
        Self(Arc::new(ArcSwap::from_pointee(starting)))
    }
}

impl Site {
    /// Serves these outputs from now on, under this address; the documents of those that stay, stay.
    pub fn replace_outputs(&self, outputs: &[Outlet], public_url: &Url) {
        self.change(|content| {
            let mut before = std::mem::take(&mut content.outputs);
            for outlet in outputs {
                let mut served = before.remove(outlet.id.as_str()).unwrap_or_default();
                let changed = Arc::make_mut(&mut served);
                changed.token.clone_from(&outlet.token);
                changed.links = outlet.links(public_url);
                changed.write_heads();
                content.outputs.insert(outlet.id.to_string(), served);
            }
        });
    }

    /// Serves outputs' new documents, all at once; readers of the last ones can ask for the difference.
    pub fn publish(&self, documents: &[(OutputId, Documents, Timestamp)]) {
        self.change(|content| {
            for (output, documents, changed_at) in documents {
                if let Some(served) = content.outputs.get_mut(output.as_str()) {
                    Arc::make_mut(served).publish(documents, *changed_at);
                }
            }
        });
    }

    /// Asks readers of everything that is no output for this token from now on; `None`: everyone may read.
    pub fn set_token(&self, token: Option<&Secret>) {
        self.change(|content| {
            content.token = token.cloned();
            let reach = content.reach();
            let health = content.health.take();
            content.health = health.map(|health| Arc::new(health.under(reach)));
        });
    }

    /// Serves this list of sources.
    pub fn set_sources_opml(&self, opml: &str) {
        if self.0.load().sources_opml != opml {
            self.change(|content| opml.clone_into(&mut content.sources_opml));
        }
    }

    /// Serves this feed of what is wrong with the sources.
    pub fn show_health(&self, document: Document, now: Timestamp) {
        self.change(|content| {
            let before = content.health.as_deref();
            let dates = (now, HEALTH_FRESH_FOR);
            let next = Published::after(before, document.clone(), dates, content.reach());
            content.health = Some(Arc::new(next));
        });
    }

    /// Whether the service is ready; `Some`: why it is not, in one line.
    pub fn set_not_ready(&self, why: Option<&str>) {
        self.change(|content| content.not_ready = why.map(str::to_owned));
    }

    /// What is wrong with the store, in one line; `None`: nothing.
    pub fn set_store_trouble(&self, why: Option<&str>) {
        self.change(|content| content.store_trouble = why.map(str::to_owned));
    }

    fn change(&self, change: impl Fn(&mut Content)) {
        self.0.rcu(|content| {
            let mut next = Content::clone(content);
            change(&mut next);
            next
        });
    }
}
