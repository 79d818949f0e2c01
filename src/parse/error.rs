//! Why a document gives no feed, and what leads from it to one.

use url::Url;

use super::autodiscovery::{leads_of, leads_of_headers};
use super::leads::{Lead, LeadBy};
use super::title::title_of;
use crate::model::FailureClass;

/// What ends the message where nothing leads on.
const NOTHING_NAMED: &str = ": give the address of the feed itself";

/// Why a document gives no feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// `NotAFeed`, `Parse`, `TooDeep` or `Panic`.
    pub class: FailureClass,
    /// What it is instead, or what is wrong with it, in one line.
    pub message: String,
    /// What leads from a document that is no feed to one, in the order in which it is to be tried.
    pub leads: Vec<Lead>,
}

impl ParseError {
    pub(super) fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            leads: Vec::new(),
        }
    }

    /// A web page stands where the feed should be. It is no feed, but it may lead to one. `base`: where it was found.
    pub(super) fn of_page(page: &str, base: Option<&Url>) -> Self {
        let leads = leads_of(page, base);
        let first = leads.iter().find(|lead| lead.by != LeadBy::Guess);
        let led = first.map(|first| format!("; it {}", first.by.in_words(first.to.as_str())));
        // Anybody may have written its title, so it is escaped.
        let what = title_of(page).map_or_else(
            || "an HTML page, no feed".to_owned(),
            |title| format!("an HTML page titled {title:?}, no feed"),
        );
        let what = format!("{what}{}", led.as_deref().unwrap_or(NOTHING_NAMED));
        Self {
            leads,
            ..Self::new(FailureClass::NotAFeed, what)
        }
    }

    /// The same without guesses: whoever stands in front of a site and asks who comes would be asked again and again.
    #[must_use]
    pub fn without_guesses(mut self) -> Self {
        self.leads.retain(|lead| lead.by != LeadBy::Guess);
        self
    }

    /// The same with what the `Link` headers lead to that came with the document from `page` (RFC 8288).
    #[must_use]
    pub fn with_links(mut self, headers: &[String], page: Option<&Url>) -> Self {
        if self.class != FailureClass::NotAFeed || headers.is_empty() {
            return self;
        }
        let leads = leads_of_headers(headers, page);
        let Some(first) = leads.first() else {
            return self;
        };
        self = self.without_guesses();
        if self.leads.is_empty() {
            let what = self.message.strip_suffix(NOTHING_NAMED);
            let what = what.unwrap_or(&self.message);
            self.message = format!("{what}; it {}", first.by.in_words(first.to.as_str()));
        }
        for lead in leads {
            if self.leads.iter().all(|known| known.to != lead.to) {
                self.leads.push(lead);
            }
        }
        self.leads.sort_by_key(|lead| lead.by);
        self
    }
}
