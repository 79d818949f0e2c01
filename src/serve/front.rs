//! What most readers ask for, most of the time, is answered at once: a document that is at hand, or that it has not changed.
//! Everything else goes to the routes.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::Site;
use super::connection::Answers;
use super::document::at_hand;
use super::request::names_its_host;
use super::routes::{named, no_place, note};
use crate::telemetry::Metrics;

/// Stands before the routes. Cheap to clone.
#[derive(Clone)]
pub(super) struct Front {
    site: Site,
    metrics: Metrics,
    routes: TowerToHyperService<Router>,
}

impl Front {
    pub(super) fn new(site: Site, metrics: Metrics, routes: Router) -> Self {
        Self {
            site,
            metrics,
            routes: TowerToHyperService::new(routes),
        }
    }

    fn at_once(&self, request: &Request<Incoming>) -> Option<Response<Body>> {
        let is_head = match *request.method() {
            Method::GET => false,
            Method::HEAD => true,
            _ => return None,
        };
        let content = self.site.0.load();
        // A request that is refused, and whether a token is right, are not decided in two places.
        if !names_its_host(request.version(), request.headers()) {
            return None;
        }
        let (_, served, medium) = named(&content, request.uri().path().strip_prefix('/')?)?;
        if served.token.is_some() {
            return None;
        }
        let response = at_hand(served.published.get(&medium)?, request.headers())?;
        note(&self.metrics, &response, is_head);
        Some(response)
    }
}

impl Answers for Front {
    type Answering = Answering;

    fn answer(&self, request: Request<Incoming>) -> Answering {
        match self.at_once(&request) {
            Some(response) => Answering::AtOnce(Some(response)),
            None => Answering::Routed(Box::pin(self.routes.call(request))),
        }
    }

    fn is_probe(&self, path: &str) -> bool {
        matches!(path, "/healthz" | "/readyz")
    }

    fn no_place(&self) -> Response<Body> {
        let response = no_place();
        note(&self.metrics, &response, false);
        response
    }
}

/// An answer on its way.
pub(super) enum Answering {
    AtOnce(Option<Response<Body>>),
    Routed(Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>),
}

impl Future for Answering {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::AtOnce(response) => match response.take() {
                Some(response) => Poll::Ready(Ok(response)),
                None => Poll::Pending,
            },
            Self::Routed(routed) => routed.as_mut().poll(cx),
        }
    }
}
