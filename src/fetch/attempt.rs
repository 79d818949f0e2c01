//! One request sent, and when it is sent once more.
//!
//! Two things are no fault of a source. A kept connection may have died unnoticed,
//! which shows only when something is sent over it: a GET may be repeated (RFC
//! 9110 §9.2.2, RFC 9112 §9.3.1). And a server may want HTTP/1.1 for what it was
//! asked over HTTP/2 (RFC 9113 §7). Each is done once at most, within the same
//! deadline and the same turn at the host.

use std::error::Error;
use std::io;

use http::HeaderMap;
use reqwest::Response;
use url::Url;

use super::clients::GuardedClient;
use super::connection::is_reused;
use super::deadline::Deadline;
use super::exchange::Exchange;
use super::failure::classify;
use super::line::Turn;
use super::redirect::{bare, host_of};
use super::way::Way;
use super::{Failure, Fault, HttpVersion, wire};
use crate::model::FailureClass;

impl Exchange<'_> {
    /// Sends one request and waits for the head of the answer. If the server cannot be reached, the failure says whether our own
    /// network seems to be down instead.
    pub(super) async fn send(
        &self,
        url: &Url,
        client: &GuardedClient,
        headers: HeaderMap,
        turn: &Turn,
        deadline: &mut Deadline,
    ) -> Result<Response, Failure> {
        let network = &self.shared.network;
        let open = network.open();
        let hop = wire::Hop::begin(url, &headers);
        let failure = match self.attempts(url, client, headers, turn, deadline).await {
            Ok(response) => {
                hop.answered(&response);
                network.answered(&host_of(url));
                let direct = self.request.settings.proxy.is_none();
                if let Some(address) = response.remote_addr().filter(|_| direct) {
                    client.policy.check(address.ip())?;
                }
                return Ok(response);
            }
            Err(failure) => failure,
        };
        hop.failed(&failure);
        if failure.fault != Fault::Source {
            return Err(failure);
        }
        let silent = matches!(
            failure.class,
            FailureClass::Dns | FailureClass::Connect | FailureClass::Timeout
        );
        let is_news = self.request.state.history.errors == 0;
        let is_down = silent && network.is_down(&host_of(url), is_news, open).await;
        let fault = if is_down {
            Fault::Network
        } else {
            Fault::Source
        };
        Err(Failure { fault, ..failure })
    }

    /// Sends until there is an answer, or a failure after which nothing is sent again.
    async fn attempts(
        &self,
        url: &Url,
        client: &GuardedClient,
        headers: HeaderMap,
        turn: &Turn,
        deadline: &mut Deadline,
    ) -> Result<Response, Failure> {
        // Others have asked this server while the request waited for its turn.
        let mut way = self.shared.old_servers.way(url, self.request.settings);
        let client = |way| match way == client.way {
            true => Ok(client.http.clone()),
            false => {
                let made =
                    self.shared
                        .clients
                        .get(client.policy.clone(), self.request.settings, way);
                made.map(|made| made.http)
            }
        };
        loop {
            let request = client(way)?.get(bare(url)).headers(headers.clone());
            let (sent, was_reused) = is_reused(deadline.run(request.send())).await;
            let error = match sent? {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            // While the client connects, the connection of another request may become free, and the client uses that one without
            // telling us.
            let may_be_old = was_reused || !turn.is_alone();
            let Some(next) = once_more(way, &error, may_be_old) else {
                return Err(classify(error));
            };
            wire::again(url, next.http);
            if next.http != way.http {
                self.shared.old_servers.remember(url);
            }
            way = next;
        }
    }
}

/// The way to ask once more after this failure; `None`: not again. Each step leaves one way less to go.
fn once_more(way: Way, error: &reqwest::Error, may_be_old: bool) -> Option<Way> {
    let (from_2, dead) = (way.http == HttpVersion::Auto, way.may_reuse && may_be_old);
    match () {
        () if from_2 && wants_http_1(error) => Some(Way {
            http: HttpVersion::Http11,
            ..way
        }),
        () if dead && closed_unanswered(error) => Some(Way {
            may_reuse: false,
            ..way
        }),
        () => None,
    }
}

/// The errors behind an error, the deepest last.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// RFC 9113 §7: the server wants this asked over HTTP/1.1.
fn wants_http_1(error: &reqwest::Error) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<h2::Error>())
        .any(|cause| cause.is_remote() && cause.reason() == Some(h2::Reason::HTTP_1_1_REQUIRED))
}

/// The connection ended before there was a whole head of an answer. hyper does not tell whether some of it had come; to ask
/// again is right in either case, since nothing of the answer was used (RFC 9110 §9.2.2).
fn closed_unanswered(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| {
        let ended = cause.downcast_ref::<hyper::Error>();
        let broken = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        ended.is_some_and(hyper::Error::is_incomplete_message)
            || matches!(
                broken,
                Some(
                    io::ErrorKind::BrokenPipe
                        | io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::UnexpectedEof
                )
            )
    })
}
