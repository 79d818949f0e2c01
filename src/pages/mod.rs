//! Pages for a browser: what is published, why, and what a rule would do. No page changes anything.
//!
//! Goes in: what a path names, and who asks. Comes out: HTML without a script. Every page is a file or a directory here that loads
//! a view of the store, within bounds, and writes it; `layout` is the frame around each. Text of publishers stands in pages as
//! text, never as their HTML.
//!
//! - `visitor`: the tokens that a request carried, and what they open
//! - `request`: what a page is made from; `made`: a page, or why there is none
//! - `layout` (with `style.css`): the frame of every page
//! - `access`: which stories a visitor may see; `elements`: what several pages have
//! - `front`: `/`; `output`: `/OUTPUT` and its older items; `story`: `/story/ID`; `sources`, `source`; `preview`

mod access;
mod elements;
mod front;
mod layout;
mod made;
mod output;
mod preview;
mod request;
mod source;
mod sources;
mod story;
mod visitor;

use std::sync::Arc;

use tokio::sync::watch;

pub use layout::{STYLE, STYLE_PATH};
pub use made::{MadePage, NoPage};
pub use request::{PageSettings, Wanted};
pub use visitor::Visitor;

use crate::clock::Clock;
use crate::store::Store;
use request::PageRequest;

/// Makes pages from what the store has at the moment of a request. Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    settings: watch::Receiver<PageSettings>,
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
            store,
            clock,
            settings,
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
            visitor,
            query,
        };
        match wanted {
            Wanted::Front => front::make(&request).await,
            Wanted::Output(output) => output::make(&request, &output, None).await,
            Wanted::Archive(output, number) => output::make(&request, &output, Some(number)).await,
            Wanted::Story(story) => story::make(&request, story).await,
            Wanted::Sources => sources::make(&request).await,
            Wanted::Source(source) => source::make(&request, &source).await,
            Wanted::Preview(output) => preview::make(&request, &output).await,
        }
    }
}
