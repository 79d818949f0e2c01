//! Where one answer leads on: from a web page to its feed, and at first contact from page to page of a feed.
//!
//! Each request that comes of it is one like any other: with its host's turn and gap, the guard, the deadline and the caps.

use url::Url;

use super::discovery::{Search, Verdict};
use super::further::{Pages, wanted};
use super::settle::Heard;
use super::watch::Watch;
use super::{Occasion, Poll, Refresher, Target};
use crate::fetch::{FetchOutcome, Moved};
use crate::model::{Location, SourceState, Timestamp};
use crate::parse::{LeadBy, site_of};
use crate::telemetry::Waiting;

/// A request that was answered, and may lead on.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) target: &'a Target,
    pub(super) state: &'a SourceState,
    pub(super) occasion: Occasion,
    pub(super) due: Timestamp,
}

impl Refresher {
    /// Follows a web page in place of a feed to the feed that it leads to, if it may. `heard`: what the page's address gave.
    pub(super) async fn follow(&self, asked: Asked<'_>, heard: Heard) -> Heard {
        let Some(Err(page)) = &heard.parsed else {
            return heard;
        };
        if page.leads.is_empty() || !may_lead(asked.target, asked.state, &heard) {
            return heard;
        }
        // A page that names nothing is not asked for more at every turn.
        let may_guess = asked.occasion != Occasion::Due || asked.state.history.errors == 0;
        let at = match &heard.fetched {
            FetchOutcome::Fresh(fresh) => fresh.url.as_ref(),
            FetchOutcome::Moved(moved) => moved.fresh.url.as_ref(),
            _ => None,
        };
        let mut search = Search::new(&page.leads, at, may_guess);
        let (mut hosts, mut first) = (heard.hosts.clone(), None);
        while self.store.condition().borrow().is_well()
            && let Some(lead) = search.next_lead()
        {
            let mut found = self.ask_at(asked, lead.to.clone()).await;
            hosts.append(&mut found.hosts);
            let verdict = search.hear(&lead, &found.fetched, found.parsed.as_ref());
            match verdict {
                Verdict::Found => found.fetched = as_moved(found.fetched, lead.to.clone()),
                Verdict::Ended => {}
                Verdict::Missed if lead.by != LeadBy::Guess => {
                    first.get_or_insert((found, lead));
                    continue;
                }
                Verdict::Missed | Verdict::Followed => continue,
            }
            let trail = Some(search.trail(lead, verdict));
            return Heard {
                trail,
                hosts,
                ..found
            };
        }
        match first {
            Some((missed, lead)) => Heard {
                trail: Some(search.trail(lead, Verdict::Missed)),
                hosts,
                ..missed
            },
            None => Heard {
                hosts,
                ..in_vain(heard, &search)
            },
        }
    }

    /// Reads further pages of a feed of which nothing is stored so far, as far as its sources ask. While the store is in trouble
    /// nobody is asked.
    pub(super) async fn read_on(
        &self,
        poll: &Poll,
        states: &[SourceState],
        asked: Asked<'_>,
        mut heard: Heard,
    ) -> Heard {
        let (Some(wanted), Some(Ok(first))) = (wanted(poll.targets(), states), &heard.parsed)
        else {
            return heard;
        };
        let fresh = match &heard.fetched {
            FetchOutcome::Fresh(fresh) => fresh,
            FetchOutcome::Moved(moved) => &moved.fresh,
            _ => return heard,
        };
        let Some(mut pages) = Pages::of(first, fresh, asked.target, wanted) else {
            return heard;
        };
        while self.store.condition().borrow().is_well()
            && let Some(next) = pages.next_page()
        {
            let mut page = self.ask_at(asked, next).await;
            heard.hosts.append(&mut page.hosts);
            pages.hear(&page.fetched, page.parsed);
        }
        heard.further = pages.end();
        heard
    }

    /// Asks another address for the same source: without validators, which belong to the address that gave them.
    async fn ask_at(&self, asked: Asked<'_>, to: Url) -> Heard {
        let state = SourceState {
            moved_to: Some(to),
            validators: None,
            body_hash: None,
            ..asked.state.clone()
        };
        let watch = Watch::new(&self.metrics, Waiting::default());
        self.ask(asked.target, &state, asked.occasion, asked.due, &watch)
            .await
    }
}

/// Whether a page may say where the source's feed is: at first contact with the configured address, found at its own host. A
/// page that stands for a while where a feed was (maintenance, a login on the way, a parked domain) may not.
fn may_lead(target: &Target, state: &SourceState, heard: &Heard) -> bool {
    let FetchOutcome::Fresh(page) = &heard.fetched else {
        return matches!(heard.fetched, FetchOutcome::Moved(_)) && state.body_hash.is_none();
    };
    let configured = match &target.source.location {
        Location::Url(url) => Some(site_of(url)),
        Location::File(_) => None,
    };
    state.moved_to.is_none()
        && state.body_hash.is_none()
        && page.url.as_ref().map(site_of) == configured
}

/// A feed that was found behind a page is at another address than the one that was asked.
fn as_moved(fetched: FetchOutcome, to: Url) -> FetchOutcome {
    match fetched {
        FetchOutcome::Fresh(fresh) => FetchOutcome::Moved(Moved { to, fresh }),
        other => other,
    }
}

/// The page's own answer, with what was asked in vain beside it.
fn in_vain(mut page: Heard, search: &Search) -> Heard {
    if let (Some(Err(error)), Some(asked)) = (&mut page.parsed, search.in_vain()) {
        error.message = format!("{}; asked in vain: {asked}", error.message);
    }
    page
}
