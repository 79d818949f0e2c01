//! The front door: every request comes through it, on every listener and whatever it asks for.
//!
//! It refuses a request that does not name its host (RFC 9112 §3.2) and every method but GET, HEAD and a browser's OPTIONS. The
//! resources behind it answer the rest. Every answer is counted in the metrics.

use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, Version, header};
use hyper::body::{Body as _, Incoming};

use super::answer::{Answer, Response, fixed, later, response, text};
use crate::publish::Coding;
use crate::telemetry::Metrics;

/// The methods that are served.
const ALLOWED: &str = "GET, HEAD, OPTIONS";
/// What a reader within a web page may send along (a preflight of the Fetch standard asks).
const SENT_ALONG: &str = "Authorization, If-None-Match, If-Modified-Since, A-IM";

/// What a listener serves.
pub(super) trait Resources: Clone + Send + Sync + 'static {
    /// Answers a GET or a HEAD; hyper leaves the body out of the answer to a HEAD.
    fn get(&self, target: &Uri, asked: HeaderMap) -> Answer;

    /// Whether this path is answered even where all places are taken.
    fn is_probe(&self, path: &str) -> bool;
}

/// The door in front of a listener's resources. Cheap to clone.
#[derive(Clone)]
pub(super) struct Front<R> {
    resources: R,
    metrics: Metrics,
}

impl<R: Resources> Front<R> {
    /// Counts what is answered in `metrics`.
    pub(super) fn new(resources: R, metrics: Metrics) -> Self {
        Self { resources, metrics }
    }

    /// Answers a request. Its body is not read.
    pub(super) fn answer(&self, request: Request<Incoming>) -> Answer {
        let (request, _) = request.into_parts();
        let is_head = request.method == Method::HEAD;
        let answer = match refused(&request) {
            Some(response) => Answer::Ready(response),
            None => self.resources.get(&request.uri, request.headers),
        };
        match answer {
            Answer::Ready(response) => {
                note(&self.metrics, &response, is_head);
                Answer::Ready(response)
            }
            Answer::Pending(making) => {
                let metrics = self.metrics.clone();
                Answer::pending(async move {
                    let response = making.await;
                    note(&metrics, &response, is_head);
                    response
                })
            }
        }
    }

    /// Whether this path is answered even where all places are taken.
    pub(super) fn is_probe(&self, path: &str) -> bool {
        self.resources.is_probe(path)
    }

    /// The answer where all places are taken.
    pub(super) fn no_place(&self) -> Response {
        let response = later("all places are taken: too many connections are open\n");
        note(&self.metrics, &response, false);
        response
    }
}

fn note(metrics: &Metrics, response: &Response, is_head: bool) {
    let coded = response.headers().get(header::CONTENT_ENCODING);
    let is_named = |coding: &Coding| coded.is_some_and(|coded| coded == coding.as_str());
    let coding = Coding::ALL.into_iter().find(is_named);
    let length = response.body().size_hint().exact().filter(|_| !is_head);
    metrics.served(
        response.status().as_u16(),
        coding.unwrap_or(Coding::Identity),
        length.unwrap_or(0),
    );
}

/// The answer to a request that is none for the resources.
fn refused(request: &Parts) -> Option<Response> {
    if !names_its_host(request.version, &request.headers) {
        let why = "an HTTP/1.1 request has one Host header, with a host in it\n";
        return Some(text(StatusCode::BAD_REQUEST, [], why));
    }
    match request.method {
        Method::GET | Method::HEAD => None,
        Method::OPTIONS => Some(preflight()),
        _ => {
            let why = "only GET and HEAD are served here\n";
            let allow = fixed(header::ALLOW, ALLOWED);
            Some(text(StatusCode::METHOD_NOT_ALLOWED, [allow], why))
        }
    }
}

/// The answer to a browser that asks what a web page may do here.
fn preflight() -> Response {
    let headers = [
        fixed(header::ALLOW, ALLOWED),
        fixed(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
        fixed(header::ACCESS_CONTROL_ALLOW_HEADERS, SENT_ALONG),
        fixed(header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    response(StatusCode::NO_CONTENT, headers, "")
}

/// Whether a request names its host as RFC 9112 §3.2 wants: HTTP/1.1 exactly once, HTTP/1.0 at most once, and with a value
/// that is a host. An empty value is one: the target may have no authority.
fn names_its_host(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(host), None) => is_plain_host(host) || is_host(host),
        (Some(_), Some(_)) => false,
    }
}

/// Whether a value is empty, or a name or an IPv4 address, with a port or without: what nearly every request has, told without
/// taking it apart.
fn is_plain_host(value: &HeaderValue) -> bool {
    let mut parts = value.as_bytes().splitn(2, |byte| *byte == b':');
    let (host, port) = (parts.next().unwrap_or_default(), parts.next());
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let is_port = |port: &[u8]| port.iter().all(u8::is_ascii_digit);
    host.iter().all(is_name) && port.is_none_or(|port| !host.is_empty() && is_port(port))
}

/// `uri-host [ ":" port ]` (RFC 9110 §7.2), which has no user information.
fn is_host(value: &HeaderValue) -> bool {
    let authority = Authority::try_from(value.as_bytes());
    authority.is_ok_and(|authority| {
        let behind = authority.as_str().strip_prefix(authority.host());
        let port =
            behind.and_then(|behind| behind.strip_prefix(':').or(behind.is_empty().then_some("")));
        port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
    })
}
