//! `mainstem parse`: one feed, normalized.

use std::fs::File;
use std::io::Read;

use anyhow::{Context, bail};
use ipnet::IpNet;
use url::{Host, Url};

use super::args::ParseArguments;
use crate::clock::{Clock, SystemClock};
use crate::fetch::{self, FetchOutcome, Fetcher, Request, SourceSettings, in_between};
use crate::model::{FailureClass, Location, SourceState, plain_address};
use crate::parse::{Input, ParseError, parse as read};
use crate::publish::parsed_as_json;

/// What was read, from wherever.
struct Document {
    bytes: Vec<u8>,
    content_type: Option<String>,
    url: Option<Url>,
    /// [`Fresh::challenge`](crate::fetch::Fresh::challenge)
    challenge: Option<&'static str>,
}

pub(super) async fn parse(arguments: &ParseArguments) -> anyhow::Result<()> {
    let address = plain_address(&arguments.input);
    let document = match Url::parse(&address) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => fetched(url).await?,
        _ if arguments.input == "-" => bounded(std::io::stdin().lock())?,
        _ => File::open(&arguments.input)
            .map_err(anyhow::Error::from)
            .and_then(bounded)
            .with_context(|| arguments.input.clone())?,
    };
    let content_type = arguments
        .content_type
        .as_deref()
        .or(document.content_type.as_deref());
    let base = arguments.base_url.as_ref().or(document.url.as_ref());
    let feed = read(Input {
        bytes: &document.bytes,
        content_type,
        base,
    })
    .map_err(|error| ParseError {
        message: in_between(error.message, document.challenge),
        ..error
    })
    .with_context(|| arguments.input.clone())?;
    super::print(parsed_as_json(&feed).as_bytes())
}

/// A document from a file, a pipe or a device, no larger than a source's may be. A pipe and a device do not say beforehand how
/// much they have, so it is counted.
fn bounded(input: impl Read) -> anyhow::Result<Document> {
    let max = SourceSettings::default().max_body;
    let mut bytes = Vec::new();
    input.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        return Err(ParseError {
            class: FailureClass::TooLarge,
            message: format!("the body is larger than max_body allows ({max} bytes)"),
            feed: None,
        }
        .into());
    }
    Ok(Document {
        bytes,
        content_type: None,
        url: None,
        challenge: None,
    })
}

async fn fetched(url: Url) -> anyhow::Result<Document> {
    let settings = SourceSettings {
        allow_addresses: typed_addresses(&url),
        ..SourceSettings::default()
    };
    let location = Location::Url(url);
    let state = SourceState::default();
    let request = Request {
        location: &location,
        settings: &settings,
        state: &state,
        unconditional: true,
        due: SystemClock.now(),
        insists: true,
        observer: &(),
    };
    let fetched = Fetcher::new(&fetch::Settings::default())
        .fetch(request, &SystemClock)
        .await;
    let fresh = match fetched.outcome {
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
