//! Where one answer leads on: from a web page to its feed, and at first contact from page to page of a feed.
//!
//! Each request that comes of it is one like any other: with its host's turn and gap, the guard, the deadline and the caps.

use std::sync::Arc;

use url::Url;

use super::ask::Asker;
use super::discovery::{Search, Verdict, may_lead};
use super::further::{Pages, wanted};
use super::heard::Heard;
use super::question::Question;
use super::target::Target;
use crate::fetch::{FetchOutcome, Moved};
use crate::model::SourceState;
use crate::parse::LeadBy;
use crate::schedule::Occasion;

/// Follows a web page in place of a feed to the feed that it leads to, if it may. `heard`: what the page's address gave.
pub(super) async fn follow(asker: &Asker, question: &Question<'_>, heard: Heard) -> Heard {
    let Some(Err(page)) = &heard.parsed else {
        return heard;
    };
    if page.leads.is_empty()
        || !may_lead(
            &question.target.source.location,
            &question.state,
            &heard.fetched,
        )
    {
        return heard;
    }
    // A page that names nothing is not asked for more at every turn.
    let may_guess = question.occasion != Occasion::Due || question.state.history.errors == 0;
    let at = match &heard.fetched {
        FetchOutcome::Fresh(fresh) => fresh.url.as_ref(),
        FetchOutcome::Moved(moved) => moved.fresh.url.as_ref(),
        _ => None,
    };
    let mut search = Search::new(&page.leads, at, may_guess);
    let (mut hosts, mut first) = (heard.hosts.clone(), None);
    while asker.may_ask_on()
        && let Some(lead) = search.next_lead()
    {
        let mut found = asker.ask_on(&question.at(lead.to.clone()), true).await;
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
/// nobody is asked. `states`: of `targets`, in their order.
pub(super) async fn read_on(
    asker: &Asker,
    question: &Question<'_>,
    targets: &[Target],
    states: &[Arc<SourceState>],
    mut heard: Heard,
) -> Heard {
    let (Some(wanted), Some(Ok(first))) = (wanted(targets, states), &heard.parsed) else {
        return heard;
    };
    let fresh = match &heard.fetched {
        FetchOutcome::Fresh(fresh) => fresh,
        FetchOutcome::Moved(moved) => &moved.fresh,
        _ => return heard,
    };
    let Some(mut pages) = Pages::of(first, fresh, question.target, wanted) else {
        return heard;
    };
    // Further pages need a place among all requests, and requests that have one may be waiting for room: holding room here could
    // block both for ever.
    let size = std::mem::take(&mut heard.room).give_back();
    while asker.may_ask_on()
        && let Some(next) = pages.next_page()
    {
        let mut page = asker.ask_on(&question.at(next), false).await;
        heard.hosts.append(&mut page.hosts);
        pages.hear(&page.fetched, page.parsed);
    }
    heard.further = pages.end();
    heard.room = asker.room.take_again(size).await;
    heard
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
