//! A window of the store as an outbound feed; pure.

use url::Url;

use crate::model::{FeedFields, Location, SourceId, public_url};
use crate::publish::{CopyView, Item, OutboundFeed, SourceView, fit};
use crate::store::WindowItem;

use super::plan::{OutputPlan, Plan};

/// Names sources, and leaves out the copies of sources that the output does not see.
pub(super) fn outbound_feed(
    plan: &Plan,
    output: &OutputPlan,
    window: Vec<WindowItem>,
    prev_archive: u32,
) -> OutboundFeed {
    OutboundFeed {
        output: output.output.clone(),
        public_url: plan.public_url.clone(),
        items: window
            .into_iter()
            .map(|item| outbound_item(plan, output, item))
            .collect(),
        prev_archive,
    }
}

fn outbound_item(plan: &Plan, output: &OutputPlan, item: WindowItem) -> Item {
    let source = SourceView {
        id: item.shown.source.clone(),
        title: source_title(plan, &item.shown.source, item.feed.title.as_deref()),
        feed_url: plan.sources.get(&item.shown.source).and_then(|seen| {
            match &seen.source.location {
                Location::Url(url) => Some(public_url(url).into()),
                // A path of this machine is nobody else's business.
                Location::File(_) => None,
            }
        }),
        feed: without_secrets(item.feed),
    };
    let copies = item
        .copies
        .into_iter()
        .filter(|copy| output.sources.contains(&copy.source));
    fit(Item {
        id: item.item_id,
        story: item.story,
        updated: item.updated,
        ordered_at: item.ordered_at,
        entry: item.shown.entry,
        source,
        copies: copies
            .map(|copy| CopyView {
                source_title: source_title(plan, &copy.source, copy.feed_title.as_deref()),
                copy,
            })
            .collect(),
    })
}

/// A private feed names itself with the key that it was asked with.
fn without_secrets(feed: FeedFields) -> FeedFields {
    let public = |text: Option<String>| {
        text.map(|text| match Url::parse(&text) {
            // Left as it is written unless something had to go: an id is compared byte for byte.
            Ok(url) if public_url(&url) != url => public_url(&url).into(),
            _ => text,
        })
    };
    FeedFields {
        id: public(feed.id),
        self_url: public(feed.self_url),
        ..feed
    }
}

/// The configured title, else the feed's own, else the id.
fn source_title(plan: &Plan, id: &SourceId, own: Option<&str>) -> String {
    let configured = plan
        .sources
        .get(id)
        .and_then(|seen| seen.source.title.as_deref());
    configured.or(own).unwrap_or(id.as_str()).to_owned()
}
