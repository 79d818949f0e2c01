//! An item of the store as an item of an outbound feed; pure.

use url::Url;

use crate::model::{
    Copy, Entry, FeedFields, Location, Origin, SourceId, WithdrawalRule, public_url,
};
use crate::publish::{CopyView, Item, SourceView, fit};
use crate::store::WindowItem;

use super::plan::{OutputPlan, Plan};
use super::slots::{Kin, Slots};

/// Which of an item's copies the output names: those that the item stands for, of sources that the output sees.
pub(super) fn named_copies(output: &OutputPlan, item: &WindowItem) -> Vec<bool> {
    let copies = item.copies.iter();
    let members = copies
        .clone()
        .map(Kin::from)
        .chain([Kin::from(&item.shown)]);
    let slots = Slots::new(&output.output, item.began_at, members);
    let is_named = |copy: &Copy| {
        let stands_here = || slots.of(Kin::from(copy)) == item.slot;
        let is_taken_back =
            copy.is_retracted && output.output.withdrawals == WithdrawalRule::Follow;
        let may_show = !copy.held && !is_taken_back && output.sources.contains(&copy.source);
        may_show && stands_here()
    };
    copies.map(is_named).collect()
}

/// Names sources and copies.
pub(super) fn outbound_item(plan: &Plan, output: &OutputPlan, item: WindowItem) -> Item {
    let named = named_copies(output, &item);
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
        .zip(named)
        .filter_map(|(copy, is_named)| is_named.then_some(copy));
    fit(Item {
        id: item.item_id,
        story: item.story,
        updated: item.updated,
        ordered_at: item.ordered_at,
        entry: Entry {
            origin: item.shown.entry.origin.map(without_keys),
            ..item.shown.entry
        },
        source,
        corrections: item.corrections,
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
    FeedFields {
        id: feed.id.map(public_text),
        self_url: feed.self_url.map(public_text),
        ..feed
    }
}

/// It may do so in each of its entries, too.
fn without_keys(origin: Origin) -> Origin {
    Origin {
        id: origin.id.map(public_text),
        url: origin.url.as_ref().map(public_url),
        feed_url: origin.feed_url.as_ref().map(public_url),
        ..origin
    }
}

/// Left as it is written unless something has to go: an id is compared byte for byte.
fn public_text(text: String) -> String {
    match Url::parse(&text) {
        Ok(url) if public_url(&url) != url => public_url(&url).into(),
        _ => text,
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
