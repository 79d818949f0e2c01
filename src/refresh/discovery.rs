//! From a web page to the feed that it leads to: which address is asked next, and what is said of it; pure.

use std::collections::VecDeque;

use url::Url;

use crate::fetch::{Failure, Fault, FetchOutcome};
use crate::model::{FailureClass, Feed, Location, SourceState};
use crate::parse::{Lead, LeadBy, ParseError, site_of};

/// Requests that one page leads to in one pass. Pages name their feed first, or behind one or two dead ones; whoever names more
/// is not to be asked all of it in a row.
const MOST_REQUESTS: usize = 5;
/// Addresses looked at, those that may not be asked included.
const MOST_LOOKED_AT: usize = 16;
/// Misses that a message names.
const MOST_TOLD: usize = 5;

/// The search for the feed of one page.
pub struct Search {
    site: Option<String>,
    waiting: VecDeque<Lead>,
    looked_at: Vec<Url>,
    requests: usize,
    missed: Vec<Missed>,
    /// A page was followed to another one; that is done once.
    has_followed: bool,
    /// An address failed in a way that may pass.
    is_in_doubt: bool,
}

/// An address that gave no feed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Missed {
    to: Url,
    why: String,
}

/// What an answer means for the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the feed.
    Found,
    /// It is none: the next address is asked.
    Missed,
    /// It is another page of the site, whose addresses are asked next.
    Followed,
    /// Nothing more is asked now, for a host wants to be left alone, or we are in trouble ourselves.
    Ended,
}

/// How a feed was come by, or missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// What was asked last, or what counts where all was in vain.
    last: Lead,
    missed: Vec<Missed>,
    /// More could have been asked.
    is_ended: bool,
}

impl Search {
    /// The search that begins with the page at `page`. `may_guess`: an address that the page does not name may be asked.
    #[must_use]
    pub fn new(leads: &[Lead], page: Option<&Url>, may_guess: bool) -> Self {
        let leads = leads.iter();
        let leads = leads.filter(|lead| may_guess || lead.by != LeadBy::Guess);
        Self {
            site: page.map(|page| site_of(page).to_owned()),
            waiting: leads.cloned().collect(),
            looked_at: Vec::new(),
            requests: 0,
            missed: Vec::new(),
            has_followed: false,
            is_in_doubt: false,
        }
    }

    /// The address to be asked next. A feed of comments is not taken in place of one that may be back at the next turn: it would
    /// be kept.
    pub fn next_lead(&mut self) -> Option<Lead> {
        while let Some(lead) = self.waiting.pop_front() {
            if self.requests >= MOST_REQUESTS || self.looked_at.len() >= MOST_LOOKED_AT {
                return None;
            }
            let is_known = self.looked_at.contains(&lead.to);
            if is_known || (self.is_in_doubt && lead.by == LeadBy::Comments) {
                continue;
            }
            self.requests += 1;
            self.looked_at.push(lead.to.clone());
            return Some(lead);
        }
        None
    }

    /// Takes what came of asking there. `read`: of a body, what was read.
    pub fn hear(
        &mut self,
        lead: &Lead,
        fetched: &FetchOutcome,
        read: Option<&Result<Feed, ParseError>>,
    ) -> Verdict {
        let why = match (fetched, read) {
            (FetchOutcome::Fresh(_) | FetchOutcome::Moved(_), Some(Ok(_))) => {
                return Verdict::Found;
            }
            (FetchOutcome::Fresh(_) | FetchOutcome::Moved(_), Some(Err(error))) => {
                if self.follows(lead, fetched, error) {
                    return Verdict::Followed;
                }
                error.message.clone()
            }
            (FetchOutcome::Throttled { .. } | FetchOutcome::Held { .. }, _) => {
                return Verdict::Ended;
            }
            (FetchOutcome::Failed(failure), _) if failure.fault != Fault::Source => {
                return Verdict::Ended;
            }
            (FetchOutcome::Failed(failure), _) => {
                self.is_in_doubt |= may_pass(failure);
                // Nobody was asked.
                if failure.class == FailureClass::EgressBlocked {
                    self.requests -= 1;
                }
                failure.message.clone()
            }
            (FetchOutcome::Gone { status }, _) => format!("the server answered {status}"),
            (_, _) => "nothing came".to_owned(),
        };
        self.missed.push(Missed {
            to: lead.to.clone(),
            why,
        });
        Verdict::Missed
    }

    /// The page that a page of the same site leads to at once is asked in its place: what it names comes next.
    fn follows(&mut self, lead: &Lead, fetched: &FetchOutcome, page: &ParseError) -> bool {
        let fresh = match fetched {
            FetchOutcome::Fresh(fresh) => fresh,
            FetchOutcome::Moved(moved) => &moved.fresh,
            _ => return false,
        };
        let is_at_site = fresh.url.as_ref().map(site_of) == self.site.as_deref();
        let named = page.leads.iter();
        let mut named = named.filter(|named| !matches!(named.by, LeadBy::Refresh | LeadBy::Guess));
        if lead.by != LeadBy::Refresh || self.has_followed || !is_at_site {
            return false;
        }
        self.has_followed = true;
        let before = self.waiting.len();
        self.waiting.extend(named.by_ref().cloned());
        self.waiting.rotate_left(before);
        self.waiting.len() > before
    }

    /// How a feed was come by, or missed, by the lead that was asked last, or that counts where all was in vain.
    #[must_use]
    pub fn trail(&self, last: Lead, verdict: Verdict) -> Trail {
        Trail {
            last,
            missed: self.missed.iter().take(MOST_TOLD).cloned().collect(),
            is_ended: verdict == Verdict::Ended,
        }
    }

    /// What was asked in vain, for a person; `None`: nothing was.
    #[must_use]
    pub fn in_vain(&self) -> Option<String> {
        in_words(self.missed.iter().take(MOST_TOLD))
    }
}

impl Trail {
    /// A page that led to a feed at `to`, for a person, and what to do about it.
    #[must_use]
    pub fn found(&self, to: &str, advice: &str) -> String {
        let led = self.last.by.in_words(to);
        self.behind(format!("a web page that {led}: {advice}"))
    }

    /// A page that led to none. `why`: what came of the request that counts.
    #[must_use]
    pub fn missed(&self, why: &str) -> String {
        let led = self.last.by.in_words(&written(&self.last.to));
        let told = format!("a web page that {led}: {why}");
        match (&self.missed[..], in_words(self.missed.iter())) {
            _ if self.is_ended => self.behind(told),
            ([_, _, ..], Some(all)) => {
                format!("a web page, and none of the feeds that it names can be read: {all}")
            }
            _ => told,
        }
    }

    fn behind(&self, told: String) -> String {
        match in_words(self.missed.iter()) {
            Some(missed) => format!("{told}; tried before it: {missed}"),
            None => told,
        }
    }
}

fn in_words<'m>(missed: impl Iterator<Item = &'m Missed>) -> Option<String> {
    let told: Vec<String> = missed
        .map(|missed| format!("{} ({})", written(&missed.to), missed.why))
        .collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// Whether a page may say where the source's feed is: at first contact with the configured address, found at its own host. A
/// page that stands for a while where a feed was (maintenance, a login on the way, a parked domain) may not. `state`: what was
/// known of the address that was asked.
pub(super) fn may_lead(configured: &Location, state: &SourceState, fetched: &FetchOutcome) -> bool {
    let FetchOutcome::Fresh(page) = fetched else {
        return matches!(fetched, FetchOutcome::Moved(_)) && state.body_hash.is_none();
    };
    let configured = match configured {
        Location::Url(url) => Some(site_of(url)),
        Location::File(_) => None,
    };
    state.moved_to.is_none()
        && state.body_hash.is_none()
        && page.url.as_ref().map(site_of) == configured
}

/// Whether the same address may answer at the next turn.
fn may_pass(failure: &Failure) -> bool {
    use FailureClass as Class;
    match failure.class {
        Class::Dns | Class::Connect | Class::Tls | Class::Timeout => true,
        Class::Truncated | Class::Decode => true,
        Class::Status => failure
            .status
            .is_some_and(|status| status >= 500 || status == 408),
        _ => false,
    }
}

/// Without user info.
fn written(url: &Url) -> String {
    Location::Url(url.clone()).to_string()
}
