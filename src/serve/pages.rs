//! Answers with pages that are made for the request: validators, packing, and headers that keep a browser from running anything.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::answer::{Header, Response, fixed, later, not_found, precondition_failed, response};
use super::credentials::{REST, challenge};
use super::negotiate::accepts_gzip;
use super::precondition::{Selected, Verdict, evaluate};
use crate::pages::{MadePage, NoPage, Pages, Visitor, Wanted};
use crate::publish::gzip;

/// What a page may do: show its text in our style, and send its forms to us.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Below this many bytes a packet is saved by no packing.
const WORTH_PACKING: usize = 1400;

/// Answers with the page that a path names.
pub(super) async fn answer(
    pages: Pages,
    wanted: Wanted,
    visitor: Visitor,
    query: String,
    asked: HeaderMap,
) -> Response {
    match pages.make(wanted, visitor, query).await {
        Ok(page) => found(page, &asked).await,
        Err(NoPage::Missing) => not_found(),
        Err(NoPage::Forbidden(output)) => {
            challenge(output.as_ref().map_or(REST, |output| output.as_str()))
        }
        Err(NoPage::Busy(why)) => later(why),
        Err(NoPage::Store(error)) => {
            // The store's own trouble is told once, by who watches it.
            if !error.is_trouble() {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "a page could not be made");
            }
            later("the store does not answer\n")
        }
    }
}

async fn found(page: MadePage, asked: &HeaderMap) -> Response {
    let hash = blake3::hash(page.html.as_bytes()).to_hex();
    let is_packed = page.html.len() >= WORTH_PACKING && accepts_gzip(asked);
    let ending = if is_packed { "-gzip" } else { "" };
    let etag = HeaderValue::try_from(format!("\"{}{ending}\"", &hash[..32]));
    let etag = etag.expect("hexadecimal digits");
    let selected = Selected {
        is_current: |tag: &str| tag.contains(&hash[..32]),
        etag: Some(&etag),
        modified: None,
    };
    let status = match evaluate(asked, &selected) {
        Verdict::Answer => StatusCode::OK,
        Verdict::NotModified => StatusCode::NOT_MODIFIED,
        Verdict::Failed => return precondition_failed(),
    };
    let mut headers = headers(&page);
    headers.push((header::ETAG, etag));
    let mut body = Bytes::new();
    if status == StatusCode::OK {
        headers.push(fixed(header::CONTENT_TYPE, "text/html; charset=utf-8"));
        body = page.html.into();
        if is_packed {
            headers.push(fixed(header::CONTENT_ENCODING, "gzip"));
            let plain = body.clone();
            let packing = tokio::task::spawn_blocking(move || gzip(&plain));
            body = packing.await.unwrap_or_else(|_| gzip(&body));
        }
    }
    let mut response = response(status, headers, body);
    // A page is for people: scripts of other sites have no business in it.
    response
        .headers_mut()
        .remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    response
        .headers_mut()
        .remove(header::ACCESS_CONTROL_EXPOSE_HEADERS);
    response
}

/// What a page's answers say in every coding.
fn headers(page: &MadePage) -> Vec<Header> {
    let (caching, vary) = if page.is_private {
        ("private, no-cache", "Accept-Encoding, Authorization")
    } else {
        ("no-cache", "Accept-Encoding")
    };
    vec![
        fixed(header::CONTENT_SECURITY_POLICY, POLICY),
        fixed(header::CACHE_CONTROL, caching),
        fixed(header::VARY, vary),
    ]
}
