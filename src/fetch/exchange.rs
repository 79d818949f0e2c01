//! One request through all its redirects.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use reqwest::Response;
use url::Url;

use super::body::{Body, Memory};
use super::clients::{Clients, GuardedClient};
use super::deadline::Deadline;
use super::guard::EgressPolicy;
use super::headers::request_headers;
use super::host::{Hosts, Place, Visit};
use super::line::Turn;
use super::network::Network;
use super::redirect::{Chain, bare, host_of};
use super::shortage::Shortage;
use super::throttle::{host_word, named_wait};
use super::way::OldServers;
use super::{
    Failure, FetchOutcome, Fetched, Fresh, Hold, NotModified, Request, body, body_hash, challenge,
    cookies, freshness, refusal, validators, wire,
};
use crate::clock::Clock;
use crate::model::{FailureClass, HostHold, Validators};

/// RFC 3229 §10.5.3: what manipulations of a known instance are understood.
const A_IM: HeaderName = HeaderName::from_static("a-im");
/// RFC 3229 §10.5.2: which were done.
const IM: HeaderName = HeaderName::from_static("im");
/// The instance manipulation that gives the entries which are new, and no others.
const IM_FEED: &str = "feed";

/// What all requests of a process share.
pub(super) struct Shared {
    pub(super) hosts: Hosts,
    pub(super) network: Network,
    pub(super) memory: Memory,
    pub(super) old_servers: OldServers,
    pub(super) clients: Clients,
}

/// One request of one source.
pub(super) struct Exchange<'a> {
    pub(super) shared: &'a Shared,
    pub(super) policy: EgressPolicy,
    pub(super) request: Request<'a>,
    pub(super) configured: &'a Url,
    /// Read when an answer comes: what it says is counted from then, not from before its host's queue.
    pub(super) clock: &'a dyn Clock,
}

enum Hop {
    Answer(Box<FetchOutcome>),
    Redirect,
}

/// What was sent with a request, so that the answer can be judged by it.
#[derive(Clone, Copy)]
struct Asked<'a> {
    /// Validators that went along.
    with: Option<&'a Validators>,
    /// Whether a delta was offered (`A-IM: feed`).
    delta: bool,
}

impl Exchange<'_> {
    /// Runs the request to its outcome.
    pub(super) async fn run(&self) -> Fetched {
        let state = self.request.state;
        let start = state.moved_to.as_ref().unwrap_or(self.configured);
        let mut chain = Chain::new(start, state.history.retry_after.is_some());
        let mut deadline = Deadline::new(self.request.settings.timeout);
        let outcome = loop {
            match self.hop(&mut chain, &mut deadline).await {
                Ok(Hop::Answer(outcome)) => break *outcome,
                Ok(Hop::Redirect) => {}
                Err(failure) => break failure.into(),
            }
        };
        Fetched {
            hosts: std::mem::take(&mut chain.hosts),
            outcome: chain.end(outcome),
        }
    }

    async fn hop(&self, chain: &mut Chain, deadline: &mut Deadline) -> Result<Hop, Failure> {
        let policy = self.policy.judge(&chain.url, self.configured)?;
        // Made before the turn comes: the first takes its time.
        let settings = self.request.settings;
        let way = self.shared.old_servers.way(&chain.url, settings);
        let client = self.shared.clients.get(policy, settings, way)?;
        if self.shared.clients.cannot_verify(&chain.url, settings) {
            return Err(Shortage::Authorities.failure(FailureClass::Tls));
        }
        let host = host_of(&chain.url);
        let visit = Visit {
            host: &host,
            settings,
            due: self.request.due,
            insists: self.request.insists,
            clock: self.clock,
        };
        let (turn, place) = match self.admitted(&visit).await? {
            Ok(admitted) => admitted,
            Err(hold) => {
                let redirect = chain.redirect;
                let held = FetchOutcome::Held { hold, redirect };
                return Ok(Hop::Answer(Box::new(held)));
            }
        };
        self.request.observer.sent();
        let before = deadline.left();
        let asked = self.ask(chain, deadline, &client, &turn, place).await;
        turn.took(before - deadline.left());
        asked
    }

    /// Waits for the host's turn, and then for a place: who waits for a slow host must not hold a place that others could
    /// use.
    async fn admitted(
        &self,
        visit: &Visit<'_>,
    ) -> Result<Result<(Turn, Place), HostHold>, Failure> {
        let hosts = &self.shared.hosts;
        let mut turn = match hosts.turn(visit).await {
            Ok(turn) => turn,
            Err(hold) => return Ok(Err(hold)),
        };
        let closed = || Failure::new(FailureClass::Connect, "the fetcher is closed");
        let place = hosts.place(&mut turn).await.ok_or_else(closed)?;
        Ok(hosts.see_whether_free(visit).map(|()| (turn, place)))
    }

    async fn ask(
        &self,
        chain: &mut Chain,
        deadline: &mut Deadline,
        client: &GuardedClient,
        turn: &Turn,
        place: Place,
    ) -> Result<Hop, Failure> {
        let mut headers = request_headers(&chain.url, self.configured, self.request.settings);
        cookies::ask(&mut headers, chain.cookies.header(&chain.url));
        let known = self.request.state.validators.as_ref();
        let settings = self.request.settings;
        let known = known.filter(|_| settings.validators && !self.request.unconditional);
        let now = self.clock.now();
        let with = known.filter(|known| validators::ask(&mut headers, &chain.url, known, now));
        let delta = with.is_some_and(|known| known.etag.is_some());
        if delta {
            headers.insert(A_IM, HeaderValue::from_static(IM_FEED));
        }
        let response = self
            .send(&chain.url, client, headers, turn, deadline)
            .await?;
        let (status, now) = (response.status(), self.clock.now());
        let word = host_word(status, response.headers(), now);
        chain.hosts.extend(turn.hear(word, now));
        let failed = |failure: Failure| failure.with_status(status.as_u16());
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            let wait = freshness::retry_after(response.headers(), self.clock.now());
            if let Some(retry_after) = wait.filter(|_| !chain.has_waited) {
                return Ok(Hop::Answer(Box::new(FetchOutcome::Throttled {
                    status: status.as_u16(),
                    retry_after: Some(retry_after),
                    freshness: None,
                    message: None,
                })));
            }
            return chain
                .follow(&response, now)
                .map(|()| Hop::Redirect)
                .map_err(failed);
        }
        self.answer(
            &chain.url,
            response,
            Asked { with, delta },
            deadline,
            Hold::new(place),
        )
        .await
        .map(|outcome| Hop::Answer(Box::new(outcome)))
        .map_err(failed)
    }

    async fn answer(
        &self,
        url: &Url,
        response: Response,
        asked: Asked<'_>,
        deadline: &mut Deadline,
        hold: Hold,
    ) -> Result<FetchOutcome, Failure> {
        let status = response.status();
        let code = status.as_u16();
        let headers = response.headers();
        let freshness = freshness::freshness(headers, self.clock.now());
        match status {
            // RFC 9110 §15.3.4: a 200 that a proxy on the way has changed.
            StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => {
                self.fresh(url, response, deadline, hold).await
            }
            StatusCode::IM_USED if asked.delta && is_delta(headers) => {
                self.fresh(url, response, deadline, hold).await
            }
            StatusCode::IM_USED => Err(Failure::new(
                FailureClass::Status,
                "226 with a change that was not asked for",
            )),
            StatusCode::NOT_MODIFIED if asked.with.is_some() => {
                Ok(FetchOutcome::NotModified(NotModified {
                    status: Some(code),
                    validators: validators::renewed(headers, asked.with, self.clock.now()),
                    // RFC 9111 §4.3.4: what a 304 does not say stays as it was.
                    freshness: freshness.or(self.request.state.history.freshness),
                    moved_to: None,
                }))
            }
            StatusCode::NOT_MODIFIED => Err(Failure::new(
                FailureClass::Status,
                "304 without having been asked for it",
            )),
            StatusCode::GONE => Ok(FetchOutcome::Gone { status: code }),
            _ => self.refused(response, deadline).await,
        }
    }

    /// A status that is no answer, and whatever shows who gave it.
    async fn refused(
        &self,
        response: Response,
        deadline: &Deadline,
    ) -> Result<FetchOutcome, Failure> {
        let (status, now) = (response.status(), self.clock.now());
        let headers = response.headers();
        let retry_after = freshness::retry_after(headers, now);
        let freshness = freshness::freshness(headers, now);
        let wait = match status {
            StatusCode::TOO_MANY_REQUESTS => Some(named_wait(headers, now)),
            StatusCode::SERVICE_UNAVAILABLE if retry_after.is_some() => Some(retry_after),
            _ => None,
        };
        let told = refusal::told(response, deadline, &self.shared.memory).await;
        if let Some(retry_after) = wait {
            return Ok(FetchOutcome::Throttled {
                status: status.as_u16(),
                retry_after,
                freshness,
                message: told,
            });
        }
        let reason = status.canonical_reason().unwrap_or_default();
        let what = format!("the server answered {} {reason}", status.as_u16());
        let what = match told {
            Some(told) => format!("{}: {told}", what.trim_end()),
            None => what.trim_end().to_owned(),
        };
        Err(Failure {
            retry_after,
            ..Failure::new(FailureClass::Status, what)
        })
    }

    async fn fresh(
        &self,
        url: &Url,
        response: Response,
        deadline: &mut Deadline,
        mut hold: Hold,
    ) -> Result<FetchOutcome, Failure> {
        let status = Some(response.status().as_u16());
        let headers = response.headers();
        let validators = validators::given(headers, url, self.clock.now());
        let challenge = challenge::named(headers);
        let freshness = freshness::freshness(headers, self.clock.now());
        let content_type = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let links = headers.get_all(header::LINK).iter();
        let links = links.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let links = links.collect();
        let (max, memory) = (self.request.settings.max_body, &self.shared.memory);
        let observer = self.request.observer;
        let Body {
            bytes: body,
            recovered,
        } = body::read(response, max, deadline, memory, &mut hold, observer).await?;
        observer.decoded(body.len());
        wire::read(url, body.len());
        if body.is_empty() {
            return Err(Failure::new(
                FailureClass::NotAFeed,
                "the document is empty",
            ));
        }
        let body_hash = body_hash(&body);
        if self.request.state.body_hash == Some(body_hash) && !self.request.unconditional {
            return Ok(FetchOutcome::NotModified(NotModified {
                status,
                validators,
                freshness,
                moved_to: None,
            }));
        }
        Ok(FetchOutcome::Fresh(Fresh {
            body,
            body_hash,
            content_type,
            url: Some(bare(url)),
            links,
            status,
            validators,
            freshness,
            challenge,
            recovered,
            hold,
        }))
    }
}

/// RFC 3229 §10.4.1: a 226 says what was done; only the entries that are new, and nothing else, is what we can read.
fn is_delta(headers: &HeaderMap) -> bool {
    let mut done = headers
        .get_all(IM)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|done| done.split(';').next().unwrap_or_default().trim());
    done.next()
        .is_some_and(|done| done.eq_ignore_ascii_case(IM_FEED))
        && done.next().is_none()
}
