//! `mainstem parse`: one feed, normalized.

use std::fs::File;
use std::io::{Read, Write};

use anyhow::{Context, bail};
use ipnet::IpNet;
use url::{Host, Url};

use super::args::ParseArguments;
use crate::clock::{Clock, SystemClock};
use crate::fetch::{self, FetchOutcome, Fetcher, Request, SourceSettings, in_between};
use crate::model::{FailureClass, Feed, Location, SourceState, plain_address};
use crate::parse::{Input, ParseError, parse as read};
use crate::publish::parsed_as_json;
use crate::refresh::{Search, Verdict};

/// What was read, from wherever.
struct Document {
    bytes: Vec<u8>,
    content_type: Option<String>,
    url: Option<Url>,
    links: Vec<String>,
    /// [`Fresh::challenge`](crate::fetch::Fresh::challenge)
    challenge: Option<&'static str>,
    /// In words, where it was not packed as its labels say.
    recovered: Vec<String>,
}

pub(super) async fn parse(arguments: &ParseArguments) -> anyhow::Result<()> {
    let typed = || arguments.input.clone();
    let (name, feed) = match Url::parse(&plain_address(&arguments.input)) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            let web = Web::at(url);
            let first = web.ask(None).await;
            let first = read_as(arguments, &document(&web.location, first)?);
            let read = match first {
                Err(page) if !page.leads.is_empty() => web.follow(page).await,
                read => read,
            };
            // Without the password that may have been typed with it.
            (web.location.to_string(), read)
        }
        _ if arguments.input == "-" => {
            let document = bounded(std::io::stdin().lock())?;
            (typed(), read_as(arguments, &document))
        }
        _ => {
            let document = File::open(&arguments.input)
                .map_err(anyhow::Error::from)
                .and_then(bounded)
                .with_context(typed)?;
            (typed(), read_as(arguments, &document))
        }
    };
    let feed = feed.context(name)?;
    super::output::print(parsed_as_json(&feed).as_bytes())
}

/// Reads what was typed as its arguments say.
fn read_as(arguments: &ParseArguments, document: &Document) -> Result<Feed, ParseError> {
    let content_type = arguments.content_type.as_deref();
    read_at(
        document,
        content_type.or(document.content_type.as_deref()),
        arguments.base_url.as_ref().or(document.url.as_ref()),
    )
}

fn read_at(
    document: &Document,
    content_type: Option<&str>,
    base: Option<&Url>,
) -> Result<Feed, ParseError> {
    let read = read(Input {
        bytes: &document.bytes,
        content_type,
        base,
    });
    let mut feed = read.map_err(|error| {
        let error = error.with_links(&document.links, document.url.as_ref());
        let error = match document.challenge {
            Some(_) => error.without_guesses(),
            None => error,
        };
        ParseError {
            message: in_between(error.message, document.challenge),
            ..error
        }
    })?;
    feed.recovered.splice(0..0, document.recovered.clone());
    Ok(feed)
}

/// A document from a file, a pipe or a device, no larger than a source's may be, packed and unpacked. A pipe and a device do
/// not say beforehand how much they have, so it is counted.
fn bounded(input: impl Read) -> anyhow::Result<Document> {
    let max = SourceSettings::default().max_body;
    let mut bytes = Vec::new();
    input.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    let refused = |class, message| ParseError {
        class,
        message,
        leads: Vec::new(),
    };
    if bytes.len() as u64 > max {
        let what = format!("the body is larger than max_body allows ({max} bytes)");
        return Err(refused(FailureClass::TooLarge, what).into());
    }
    let (bytes, recovered) =
        fetch::unpacked(bytes, max).map_err(|failure| refused(failure.class, failure.message))?;
    Ok(Document {
        bytes,
        content_type: None,
        url: None,
        challenge: None,
        links: Vec::new(),
        recovered,
    })
}

/// Asks an address that was typed, and those that it leads to.
struct Web {
    fetcher: Fetcher,
    location: Location,
    settings: SourceSettings,
}

impl Web {
    fn at(url: Url) -> Self {
        Self {
            fetcher: Fetcher::new(&fetch::Settings::default()),
            settings: SourceSettings {
                allow_addresses: typed_addresses(&url),
                ..SourceSettings::default()
            },
            location: Location::Url(url),
        }
    }

    /// Asks what was typed, or another address in its place.
    async fn ask(&self, instead: Option<&Url>) -> FetchOutcome {
        let state = SourceState {
            moved_to: instead.cloned(),
            ..SourceState::default()
        };
        let request = Request {
            location: &self.location,
            settings: &self.settings,
            state: &state,
            unconditional: true,
            due: SystemClock.now(),
            insists: true,
            observer: &(),
        };
        self.fetcher.fetch(request, &SystemClock).await.outcome
    }

    /// Reads the feed that a page leads to, as a refresh would, and says which one it is.
    async fn follow(&self, page: ParseError) -> Result<Feed, ParseError> {
        let Location::Url(typed) = &self.location else {
            return Err(page);
        };
        let mut search = Search::new(&page.leads, Some(typed), true);
        while let Some(lead) = search.next_lead() {
            let fetched = self.ask(Some(&lead.to)).await;
            let document = document(&Location::Url(lead.to.clone()), fetched.clone());
            let read = document.map(|document| {
                let content_type = document.content_type.as_deref();
                read_at(&document, content_type, document.url.as_ref())
            });
            match (search.hear(&lead, &fetched, read.as_ref().ok()), read) {
                (Verdict::Found, Ok(feed)) => {
                    let trail = search.trail(lead.clone(), Verdict::Found);
                    let told = trail.found(lead.to.as_str(), "this is that feed");
                    tell(&format!("{}: {told}", self.location));
                    return feed;
                }
                (Verdict::Ended, Err(why)) => {
                    tell(&format!(
                        "{}: a web page that leads to {why}",
                        self.location
                    ));
                    break;
                }
                (_, _) => {}
            }
        }
        if let Some(missed) = search.in_vain() {
            tell(&format!("{}: asked in vain: {missed}", self.location));
        }
        Err(page)
    }
}

fn tell(what: &str) {
    let _ = writeln!(std::io::stderr(), "mainstem: {what}");
}

fn document(location: &Location, fetched: FetchOutcome) -> anyhow::Result<Document> {
    let fresh = match fetched {
        FetchOutcome::Fresh(fresh) => fresh,
        FetchOutcome::Moved(moved) => moved.fresh,
        FetchOutcome::Failed(failure) => {
            bail!("{location}: {}: {}", failure.class, failure.message)
        }
        FetchOutcome::Throttled {
            status,
            message: Some(message),
            ..
        } => bail!("{location}: the server answered {status}: {message}"),
        FetchOutcome::Gone { status } | FetchOutcome::Throttled { status, .. } => {
            bail!("{location}: the server answered {status}")
        }
        FetchOutcome::Held { hold, .. } => bail!("{location}: {}", hold.because()),
        FetchOutcome::NotModified(_) => bail!("{location}: nothing came"),
    };
    Ok(Document {
        bytes: fresh.body.to_vec(),
        content_type: fresh.content_type,
        url: fresh.url,
        challenge: fresh.challenge,
        links: fresh.links,
        recovered: fresh.recovered,
    })
}

/// Who types the address of a private machine means it; where that machine leads to is judged as ever.
fn typed_addresses(url: &Url) -> Vec<IpNet> {
    match url.host() {
        Some(Host::Ipv4(address)) => vec![IpNet::from(std::net::IpAddr::V4(address))],
        Some(Host::Ipv6(address)) => vec![IpNet::from(std::net::IpAddr::V6(address))],
        Some(Host::Domain("localhost")) => [
            std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
            std::net::IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
        ]
        .map(IpNet::from)
        .into(),
        _ => Vec::new(),
    }
}
