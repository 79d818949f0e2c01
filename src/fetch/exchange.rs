//! One request through all its redirects.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use percent_encoding::percent_decode_str;
use reqwest::{Client, Response};
use url::Url;

use super::client::{same_origin, user_agent};
use super::failure::classify;
use super::guard::EgressPolicy;
use super::{
    Failure, FetchOutcome, Fetcher, Fresh, Moved, NotModified, Request, body, body_hash, freshness,
    validators,
};
use crate::model::{FailureClass, Timestamp, Validators};
use crate::schedule::duration_in_words;

/// Hops followed (RFC 9110 §15.4 leaves the number to us).
const MAX_HOPS: usize = 10;

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
                      application/xml;q=0.8, application/json;q=0.7, text/xml;q=0.7, */*;q=0.1";

/// One request of one source.
pub(super) struct Exchange<'a> {
    pub(super) fetcher: &'a Fetcher,
    pub(super) client: Client,
    pub(super) policy: EgressPolicy,
    pub(super) request: Request<'a>,
    pub(super) configured: &'a Url,
    pub(super) now: Timestamp,
}

/// Where a chain of redirects stands.
struct Chain {
    url: Url,
    seen: Vec<Url>,
    /// The end of its permanent prefix.
    permanent: Option<Url>,
    /// Whether every hop so far was permanent.
    only_permanent: bool,
    /// What is left of the deadline; waiting for a host's turn does not count.
    left: Duration,
}

enum Hop {
    Answer(Box<FetchOutcome>),
    Redirect,
}

impl Exchange<'_> {
    /// Runs the request to its outcome.
    pub(super) async fn run(&self) -> FetchOutcome {
        let mut start = self
            .request
            .state
            .moved_to
            .clone()
            .unwrap_or_else(|| self.configured.clone());
        start.set_fragment(None);
        let mut chain = Chain {
            url: start,
            seen: Vec::new(),
            permanent: None,
            only_permanent: true,
            left: self.request.settings.timeout,
        };
        while chain.seen.len() <= MAX_HOPS {
            match self.hop(&mut chain).await {
                Ok(Hop::Answer(outcome)) => return moved(*outcome, chain.permanent),
                Ok(Hop::Redirect) => {}
                Err(failure) => return failure.into(),
            }
        }
        Failure::new(
            FailureClass::Loop,
            format!("more than {MAX_HOPS} redirects"),
        )
        .into()
    }

    async fn hop(&self, chain: &mut Chain) -> Result<Hop, Failure> {
        self.policy.check_url(&chain.url)?;
        let host = chain.url.host_str().unwrap_or_default().to_owned();
        // The host's turn comes first: who waits for a slow host must not hold a place that others could use.
        let closed = || Failure::new(FailureClass::Connect, "the fetcher is closed");
        let _turn = self
            .fetcher
            .hosts
            .turn(&host, self.request.settings)
            .await
            .ok_or_else(closed)?;
        let _place = self.fetcher.turns.acquire().await.map_err(|_| closed())?;
        let began = Instant::now();
        let answered = tokio::time::timeout(chain.left, self.ask(chain)).await;
        chain.left = chain.left.saturating_sub(began.elapsed());
        answered.unwrap_or_else(|_| {
            let timeout = duration_in_words(self.request.settings.timeout);
            Err(Failure::new(
                FailureClass::Timeout,
                format!("no complete answer within {timeout}"),
            ))
        })
    }

    async fn ask(&self, chain: &mut Chain) -> Result<Hop, Failure> {
        let mut headers = self.headers(&chain.url);
        let known = self
            .request
            .state
            .validators
            .as_ref()
            .filter(|_| !self.request.unconditional);
        let conditional = validators::ask(&mut headers, &chain.url, known);
        let response = self
            .client
            .get(bare(&chain.url))
            .headers(headers)
            .send()
            .await
            .map_err(classify)?;
        if let Some(address) = response
            .remote_addr()
            .filter(|_| self.request.settings.proxy.is_none())
        {
            self.policy.check(address.ip())?;
        }
        let status = response.status();
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            return redirect(chain, &response)
                .map(|()| Hop::Redirect)
                .map_err(|failure| failure.with_status(status.as_u16()));
        }
        let known = known.filter(|_| conditional);
        self.answer(&chain.url, response, known)
            .await
            .map(|outcome| Hop::Answer(Box::new(outcome)))
            .map_err(|failure| failure.with_status(status.as_u16()))
    }

    /// Constant but for what belongs to the source's own origin.
    fn headers(&self, url: &Url) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if same_origin(url, self.configured) {
            if let Some(basic) = basic_credentials(self.configured) {
                headers.insert(header::AUTHORIZATION, basic);
            }
            headers.extend(self.request.settings.headers.iter().cloned());
        }
        headers.insert(
            header::USER_AGENT,
            user_agent(self.request.settings.contact.as_deref()),
        );
        headers.insert(header::ACCEPT, HeaderValue::from_static(ACCEPT));
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static(body::ACCEPT_ENCODING),
        );
        headers
    }

    async fn answer(
        &self,
        url: &Url,
        response: Response,
        asked_with: Option<&Validators>,
    ) -> Result<FetchOutcome, Failure> {
        let status = response.status();
        let code = status.as_u16();
        let retry_after = freshness::retry_after(response.headers(), self.now);
        let fresh_until = freshness::fresh_until(response.headers(), self.now);
        match status {
            StatusCode::OK => self.fresh(url, response).await,
            StatusCode::NOT_MODIFIED if asked_with.is_some() => {
                let validators = validators::renewed(response.headers(), asked_with);
                Ok(FetchOutcome::NotModified(NotModified {
                    status: Some(code),
                    validators,
                    fresh_until,
                }))
            }
            StatusCode::NOT_MODIFIED => Err(Failure::new(
                FailureClass::Status,
                "304 without having been asked for it",
            )),
            StatusCode::GONE => Ok(FetchOutcome::Gone { status: code }),
            StatusCode::TOO_MANY_REQUESTS => Ok(FetchOutcome::Throttled {
                status: code,
                retry_after,
            }),
            StatusCode::SERVICE_UNAVAILABLE if retry_after.is_some() => {
                Ok(FetchOutcome::Throttled {
                    status: code,
                    retry_after,
                })
            }
            _ => {
                let what = format!(
                    "the server answered {code} {}",
                    status.canonical_reason().unwrap_or_default()
                );
                Err(Failure {
                    retry_after,
                    ..Failure::new(FailureClass::Status, what.trim_end())
                })
            }
        }
    }

    async fn fresh(&self, url: &Url, response: Response) -> Result<FetchOutcome, Failure> {
        let status = Some(response.status().as_u16());
        let given = validators::given(response.headers(), url);
        let fresh_until = freshness::fresh_until(response.headers(), self.now);
        let content_type = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = body::read(response, self.request.settings.max_body).await?;
        if body.is_empty() {
            return Err(Failure::new(
                FailureClass::NotAFeed,
                "the document is empty",
            ));
        }
        let hash = body_hash(&body);
        if self.request.state.body_hash == Some(hash) && !self.request.unconditional {
            return Ok(FetchOutcome::NotModified(NotModified {
                status,
                validators: given,
                fresh_until,
            }));
        }
        let url = Some(bare(url));
        Ok(FetchOutcome::Fresh(Fresh {
            body,
            body_hash: hash,
            content_type,
            url,
            status,
            validators: given,
            fresh_until,
        }))
    }
}

/// Takes the next hop, or says why not.
fn redirect(chain: &mut Chain, response: &Response) -> Result<(), Failure> {
    let refuse = |why: &str| Err(Failure::new(FailureClass::Redirect, why.to_owned()));
    let Some(location) = response
        .headers()
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok())
    else {
        return refuse("a redirect without a readable Location");
    };
    let Ok(mut next) = chain.url.join(location) else {
        return refuse("a redirect to what is no address");
    };
    next.set_fragment(None);
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return refuse("a status of the 300s that names no single place");
    }
    chain.only_permanent &= matches!(response.status().as_u16(), 301 | 308);
    chain.seen.push(std::mem::replace(&mut chain.url, next));
    if chain.seen.contains(&chain.url) {
        return Err(Failure::new(
            FailureClass::Loop,
            "the redirects lead back to where they came from",
        ));
    }
    if chain.only_permanent {
        chain.permanent = Some(chain.url.clone());
    }
    Ok(())
}

/// A fresh body at the end of a permanent redirect is one that has moved.
fn moved(outcome: FetchOutcome, permanent: Option<Url>) -> FetchOutcome {
    match (outcome, permanent) {
        (FetchOutcome::Fresh(fresh), Some(to)) => FetchOutcome::Moved(Moved { to, fresh }),
        (outcome, _) => outcome,
    }
}

/// RFC 7617: the user info of the configured URL.
fn basic_credentials(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let decoded = |part: &str| percent_decode_str(part).collect::<Vec<u8>>();
    let pair = [
        decoded(url.username()),
        b":".to_vec(),
        decoded(url.password().unwrap_or_default()),
    ]
    .concat();
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The URL without user info: that goes into a header, to its own origin only.
fn bare(url: &Url) -> Url {
    let mut bare = url.clone();
    // Neither call fails for http and https, which `check_url` has made sure of.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare
}
