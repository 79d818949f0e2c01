//! `/`: the feeds to subscribe to, and how their sources are.
//!
//! - `feeds`: a page of the outputs; `carried`: what one carries, in words
//! - `summary`: how many sources are in which state

mod carried;
mod feeds;
mod summary;

use std::collections::BTreeMap;

use maud::html;

use super::layout::{FEEDS, Frame};
use super::made::{MadePage, NoPage};
use super::request::{PageRequest, ShownFeed};
use crate::model::OutputId;

/// Makes the page. `shown`: what the documents of outputs show.
pub(super) async fn make(
    request: &PageRequest,
    shown: &BTreeMap<OutputId, ShownFeed>,
) -> Result<MadePage, NoPage> {
    request.refuse_strangers()?;
    let sources = request.sources().await?;
    let query = request.own_query();
    let feeds = feeds::page(request, shown);
    let content = html! {
        h1 { (FEEDS) }
        (feeds.content)
        h2 { "Sources" }
        (summary::summary(&sources.sources, request.now, &query))
    };
    let frame = Frame {
        title: FEEDS,
        root: "",
        request,
        head: feeds.head,
        leads_on: true,
    };
    Ok(MadePage {
        html: frame.around(&content),
        // Which outputs are listed depends on the tokens that the visitor has brought.
        is_private: request.is_private(),
    })
}
