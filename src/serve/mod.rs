//! The HTTP surface: documents rendered in advance, nothing computed per request.
//!
//! Errors are plain text and echo nothing that was asked. Building a link never
//! uses the request's `Host`.

use std::future::Future;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::publish::{Coding, DocumentFormat};
use crate::store::Store;
use crate::telemetry::Metrics;

mod archive;
mod connection;
mod document;
mod front;
mod head;
mod metrics;
mod negotiate;
mod published;
mod site;

use front::Front;
pub use metrics::{Exposition, serve_metrics};
use site::{Content, Served};
pub use site::{Outlet, Site};

/// Connections served at once; who comes later waits to be accepted. With what else is open it stays below the 1024
/// files that a process may have where nobody has said otherwise.
const AT_ONCE: usize = 512;
/// How long to wait when the system has no connection to give.
const AFTER_REFUSAL: Duration = Duration::from_secs(1);

/// Serves the site, and the archive documents that stand in a store, until `shutdown` ends and every open request is answered; connections that ask nothing then are closed. What was
/// answered is noted in `metrics`.
pub async fn serve(
    listener: TcpListener,
    site: Site,
    archives: Arc<dyn Store>,
    metrics: Metrics,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let routes = routes(site.clone(), archives, metrics.clone());
    let front = Front::new(site, metrics, routes);
    answer_all(listener, front, AT_ONCE, shutdown).await;
}

/// Answers by this service, so many connections at once.
async fn answer_all<S>(
    listener: TcpListener,
    service: S,
    at_once: usize,
    shutdown: impl Future<Output = ()> + Send + 'static,
) where
    S: connection::Answers,
{
    let places = Arc::new(Semaphore::new(at_once));
    let (stop, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            (stream, place) = accept(&listener, &places) => {
                let mut stopped = stopped.clone();
                let told = async move { let _ = stopped.wait_for(|stopped| *stopped).await; };
                connections.spawn(connection::answer(stream, service.clone(), place, told));
            }
        }
    }
    drop(listener);
    let _ = stop.send(true);
    while connections.join_next().await.is_some() {}
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    let place = places.clone().acquire_owned().await;
    let place = place.expect("nobody closes the semaphore");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            // It was given up before we came to it.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(AFTER_REFUSAL).await;
            }
        }
    }
}

fn routes(site: Site, archives: Arc<dyn Store>, metrics: Metrics) -> Router {
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
/// GET and HEAD only, headers that keep a browser from running anything, and that let readers within web pages read. What was
/// answered is noted.
async fn guard(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let is_head = request.method() == Method::HEAD;
    let mut response = match *request.method() {
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
    match &site.0.load().not_ready {
        None => "ready\n".into_response(),
        Some(why) => later(&format!("not ready: {why}\n")),
    }
}

async fn sources_opml(State(site): State<Site>) -> Response {
    (
        [(header::CONTENT_TYPE, "text/x-opml; charset=utf-8")],
        site.0.load().sources_opml.clone(),
    )
        .into_response()
}

async fn health(State(site): State<Site>, request: Request) -> Response {
    match &site.0.load_full().health {
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
    let Some((served, format)) = named(&content, &document) else {
        return not_found();
    };
    if let Some(refused) = refused(served, &request) {
        return refused;
    }
    match served.published.get(&format) {
        None => later(FIRST_PASS),
        Some(published) => document::answer(published, request.headers()).await,
    }
}

/// The output and the format that a document's name names.
fn named<'c>(content: &'c Content, document: &str) -> Option<(&'c Served, DocumentFormat)> {
    let (id, ending) = document.rsplit_once('.')?;
    let mut formats = DocumentFormat::ALL.into_iter();
    let format = formats.find(|format| format.as_str() == ending)?;
    Some((content.outputs.get(id)?, format))
}

const FIRST_PASS: &str = "the first pass over the sources is still running\n";

/// The answer to who may not read an output.
fn refused(served: &Served, request: &Request) -> Option<Response> {
    let token = served.token.as_ref()?;
    if document::may_read(token, request) {
        return None;
    }
    let challenge = [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))];
    let why = "this feed needs a token: ?token=… or a bearer token\n";
    Some((StatusCode::UNAUTHORIZED, challenge, why).into_response())
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "not found\n").into_response()
}

fn later(why: &str) -> Response {
    let retry = [
        (header::RETRY_AFTER, HeaderValue::from_static("5")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, retry, why.to_owned()).into_response()
}
