//! What is answered under which path.

use std::sync::Arc;

use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use super::credentials::{REST, in_address, refused};
use super::precondition::{Selected, Verdict, evaluate};
use super::request::names_its_host;
use super::site::{Content, Served, Site};
use super::{archive, document, head};
use crate::publish::{Coding, DocumentFormat, Medium};
use crate::store::Store;
use crate::telemetry::Metrics;

pub(super) fn routes(site: Site, archives: Arc<dyn Store>, metrics: Metrics) -> Router {
    Router::new()
        .route("/healthz", any(|| async { "alive\n" }))
        .route("/readyz", any(readyz))
        .route("/sources.opml", any(sources_opml))
        .route("/health.atom", any(health))
        .route("/{document}", any(output))
        .merge(archive::routes(site.clone(), archives))
        .fallback(|| async { not_found() })
        .layer(from_fn_with_state(metrics, guard))
        .with_state(site)
}

/// What a reader within a web page may send along (a preflight of the Fetch standard asks).
const SENT_ALONG: &str = "Authorization, If-None-Match, If-Modified-Since, A-IM";
/// Refuses what is no GET or HEAD and what does not name its host; adds headers that keep a browser from running anything, and
/// that let readers within web pages read; notes what was answered.
pub(super) async fn guard(
    State(metrics): State<Metrics>,
    request: Request,
    next: Next,
) -> Response {
    let is_head = request.method() == Method::HEAD;
    let mut response = match *request.method() {
        _ if !names_its_host(request.version(), request.headers()) => {
            let why = "an HTTP/1.1 request has one Host header, with a host in it\n";
            (StatusCode::BAD_REQUEST, why).into_response()
        }
        Method::GET | Method::HEAD => next.run(request).await,
        Method::OPTIONS => preflight(),
        _ => {
            let allow = [(
                header::ALLOW,
                HeaderValue::from_static("GET, HEAD, OPTIONS"),
            )];
            (
                StatusCode::METHOD_NOT_ALLOWED,
                allow,
                "only GET and HEAD are served here\n",
            )
                .into_response()
        }
    };
    head::guard(response.headers_mut());
    note(&metrics, &response, is_head);
    response
}

pub(super) fn note(metrics: &Metrics, response: &Response, is_head: bool) {
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

fn preflight() -> Response {
    let headers = [
        (header::ALLOW, "GET, HEAD, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, SENT_ALONG),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

async fn readyz(State(site): State<Site>) -> Response {
    match site.0.load().why_not_ready() {
        None => "ready\n".into_response(),
        Some(why) => later(&format!("not ready: {why}\n")),
    }
}

async fn sources_opml(State(site): State<Site>, request: Request) -> Response {
    let content = site.0.load_full();
    if let Some(refused) = refused(content.token.as_ref(), REST, &request) {
        return refused;
    }
    // The list has no validators; only `*` matches what has no entity tag.
    let list = Selected {
        etag: None,
        is_current: |_: &str| false,
        modified: None,
    };
    match evaluate(request.headers(), &list) {
        Verdict::Answer => {}
        Verdict::NotModified => return StatusCode::NOT_MODIFIED.into_response(),
        Verdict::Failed => return document::failed(),
    }
    let headers = [
        (header::CONTENT_TYPE, "text/x-opml; charset=utf-8"),
        (header::CACHE_CONTROL, content.caching()),
    ];
    (headers, content.sources_opml.clone()).into_response()
}

async fn health(State(site): State<Site>, request: Request) -> Response {
    let content = site.0.load_full();
    if let Some(refused) = refused(content.token.as_ref(), REST, &request) {
        return refused;
    }
    match &content.health {
        None => later("the sources are still being examined\n"),
        Some(published) => document::answer(published, request.headers()).await,
    }
}

async fn output(
    State(site): State<Site>,
    document: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    // No document has a name that is no text.
    let Ok(Path(document)) = document else {
        return not_found();
    };
    let content = site.0.load_full();
    let Some((id, served, medium)) = named(&content, &document) else {
        return not_found();
    };
    if let Some(refused) = refused(served.token.as_ref(), id, &request) {
        return refused;
    }
    let token = served.token.as_ref();
    let published = match token.and_then(|token| in_address(token, &request)) {
        Some(token) if medium == Medium::Page => served.passing(&token),
        _ => served.published.get(&medium).map(Arc::as_ref),
    };
    match published {
        None => later(FIRST_PASS),
        Some(published) => document::answer(published, request.headers()).await,
    }
}

/// The output that a document's name names, under its id, and which of its documents it is.
pub(super) fn named<'c, 'd>(
    content: &'c Content,
    document: &'d str,
) -> Option<(&'d str, &'c Served, Medium)> {
    // No id has a full stop.
    let (id, medium) = match document.rsplit_once('.') {
        None => (document, Medium::Page),
        Some((id, ending)) => {
            let mut formats = DocumentFormat::ALL.into_iter();
            let format = formats.find(|format| format.as_str() == ending)?;
            (id, format.into())
        }
    };
    Some((id, content.outputs.get(id)?, medium))
}

pub(super) const FIRST_PASS: &str = "the first pass over the sources is still running\n";

/// The answer where all places are taken.
pub(super) fn no_place() -> Response {
    let mut response = later("all places are taken: too many connections are open\n");
    head::guard(response.headers_mut());
    response
}

pub(super) fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "not found\n").into_response()
}

pub(super) fn later(why: &str) -> Response {
    let retry = [
        (header::RETRY_AFTER, HeaderValue::from_static("5")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, retry, why.to_owned()).into_response()
}
