//! Pages for a browser: what is published, why, and what a rule would do. No page changes anything.
//!
//! Goes in: what a path names, and who asks. Comes out: HTML without a script. Every page is a file or a directory here that loads
//! a view of the store, within bounds, and writes it; `layout` is the frame around each. Text of publishers stands in pages as
//! text, never as their HTML.
//!
//! - `visitor`: the tokens that a request carried, and what they open
//! - `request`: what a page is made from; `made`: a page, or why there is none
//! - `layout`: the frame of every page; `assets` (with `style.css`, `icon.svg`): the files that it names; `elements`, `paging`: what
//!   several pages have
//! - `turns`: how many pages are made at once, and how long one may take
//! - `listing`: all sources and how they are doing; `snapshot`: what takes long to make, kept for a moment
//! - `access`: which stories a visitor may see
//! - `front`: `/`; `output`: `/OUTPUT` and its older items; `story`: `/story/ID`; `sources`, `source`; `preview`

mod access;
mod assets;
mod elements;
mod front;
mod layout;
mod listing;
mod made;
mod output;
mod paging;
mod preview;
mod request;
mod snapshot;
mod source;
mod sources;
mod story;
mod turns;
mod visitor;

use std::sync::{Arc, OnceLock};

use tokio::sync::watch;

pub use assets::Asset;
pub use made::{MadePage, NoPage};
pub use request::{ArchivedPart, PageSettings, ShownFeed, Wanted};
pub use visitor::Visitor;

use crate::clock::Clock;
use crate::model::{OutputId, Secret};
use crate::store::Store;
use listing::Listing;
use request::PageRequest;
use turns::Turns;

/// Makes pages from what the store has at the moment of a request. Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    settings: watch::Receiver<PageSettings>,
    turns: Turns,
    listing: Arc<Listing>,
}

impl Pages {
    /// Pages of a store, by the settings that were sent last.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        settings: watch::Receiver<PageSettings>,
    ) -> Self {
        Self {
            listing: Arc::new(Listing::new(clock.clone())),
            store,
            clock,
            settings,
            turns: Turns::new(),
        }
    }

    /// The page that a path names, for a visitor. `query` is the query of the address, without `?`.
    ///
    /// # Errors
    /// [`NoPage`] says why there is none.
    pub async fn make(
        &self,
        wanted: Wanted,
        visitor: Visitor,
        query: String,
    ) -> Result<MadePage, NoPage> {
        let settings = self.settings.borrow().clone();
        let request = PageRequest {
            store: self.store.clone(),
            now: self.clock.now(),
            settings,
            listing: self.listing.clone(),
            visitor,
            query,
            turn: None,
            found_query: OnceLock::new(),
        };
        // What documents show is at hand, and made as fast as they are.
        if let Wanted::Output(output, shown) = &wanted {
            let token = token_of(&request, output)?;
            return Ok(output::make_window(&request, shown, token));
        }
        let made = self.turns.take(async move |turn| {
            let turn = Some(turn);
            self.read(&PageRequest { turn, ..request }, wanted).await
        });
        made.await
    }

    /// A page for which something is read first.
    async fn read(&self, request: &PageRequest, wanted: Wanted) -> Result<MadePage, NoPage> {
        match wanted {
            Wanted::Front(shown) => front::make(request, &shown).await,
            Wanted::Output(output, shown) => {
                let token = token_of(request, &output)?;
                Ok(output::make_window(request, &shown, token))
            }
            Wanted::Archive(output, part) => {
                let token = token_of(request, &output)?;
                output::make_archive(request, part, token).await
            }
            Wanted::Story(story) => story::make(request, story).await,
            Wanted::Sources => sources::make(request).await,
            Wanted::Source(source) => source::make(request, &source).await,
            Wanted::Preview(output) => preview::make(request, &output).await,
        }
    }
}

/// The token of an output, which the visitor has brought; `None`: it has none.
fn token_of<'r>(request: &'r PageRequest, output: &OutputId) -> Result<Option<&'r Secret>, NoPage> {
    let plan = request.output(output)?;
    Ok(plan.token.as_ref())
}
