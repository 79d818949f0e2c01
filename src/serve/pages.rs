//! Answers with pages that are made for the request, and the files they are shown with: validators, packing, and headers that keep a
//! browser from running anything.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::answer::{
    Header, Response, fixed, later, not_found, precondition_failed, response, text,
};
use super::credentials::{REST, challenge, visitor};
use super::negotiate::accepts_gzip;
use super::precondition::{Selected, Verdict, evaluate};
use crate::pages::{Asset, MadePage, NoPage, Pages, Visitor, Wanted};
use crate::publish::gzip;

/// What a page may do: show its text in our style, and send its forms to us. Not in a sandbox, which keeps a browser from opening
/// a link in another tab.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Below this many bytes a packet is saved by no packing.
const WORTH_PACKING: usize = 1400;
/// Bytes of the longest query.
const MAX_QUERY: usize = 8 * 1024;
/// The same of a preview, with a rule of hundreds of words in any script, each of whose letters takes six or nine bytes.
const MAX_RULE: usize = 32 * 1024;

/// Who asks for a page, and the query of its address.
pub(super) struct PageQuery {
    visitor: Visitor,
    query: String,
}

impl PageQuery {
    /// As the request says. `Err`: the query is too long to be that of a page, or of a preview.
    pub(super) fn of(
        query: Option<&str>,
        asked: &HeaderMap,
        is_preview: bool,
    ) -> Result<Self, Box<Response>> {
        let written = query.unwrap_or_default();
        let (most, why) = match is_preview {
            false => (
                MAX_QUERY,
                "the query of a page has at most 8 KiB: ask with a shorter one\n",
            ),
            true => (
                MAX_RULE,
                "the query of a preview has at most 32 KiB: try so long a rule with `mainstem preview`\n",
            ),
        };
        if written.len() > most {
            return Err(Box::new(text(StatusCode::URI_TOO_LONG, [], why)));
        }
        Ok(Self {
            visitor: visitor(query, asked),
            query: written.to_owned(),
        })
    }
}

/// Answers with the page that a path names.
pub(super) async fn answer(
    pages: Pages,
    wanted: Wanted,
    query: PageQuery,
    asked: HeaderMap,
) -> Response {
    match pages.make(wanted, query.visitor, query.query).await {
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
    // A browser asks each time whether the page is another: which files it names follows from our version.
    let (caching, vary) = if page.is_private {
        ("private, no-cache", "Accept-Encoding, Authorization")
    } else {
        ("no-cache", "Accept-Encoding")
    };
    let headers = vec![
        fixed(header::CONTENT_SECURITY_POLICY, POLICY),
        fixed(header::CACHE_CONTROL, caching),
        fixed(header::VARY, vary),
    ];
    let kind = "text/html; charset=utf-8";
    whole(page.html.into(), kind, headers, asked).await
}

/// Answers with a file that pages are shown with. It is another under another name once it changes.
pub(super) async fn asset(asset: &'static Asset, asked: HeaderMap) -> Response {
    let headers = vec![
        fixed(header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        fixed(header::VARY, "Accept-Encoding"),
    ];
    let bytes = Bytes::from_static(asset.text.as_bytes());
    whole(bytes, asset.media_type, headers, &asked).await
}

/// Answers with all of these bytes, packed if the client takes that, with 304 where it has them, or with 412.
async fn whole(
    bytes: Bytes,
    kind: &'static str,
    mut headers: Vec<Header>,
    asked: &HeaderMap,
) -> Response {
    let hash = blake3::hash(&bytes).to_hex();
    let is_packed = bytes.len() >= WORTH_PACKING && accepts_gzip(asked);
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
    headers.push((header::ETAG, etag));
    let mut body = Bytes::new();
    if status == StatusCode::OK {
        headers.push(fixed(header::CONTENT_TYPE, kind));
        body = bytes;
        if is_packed {
            headers.push(fixed(header::CONTENT_ENCODING, "gzip"));
            let plain = body.clone();
            let packing = tokio::task::spawn_blocking(move || gzip(&plain));
            body = packing.await.unwrap_or_else(|_| gzip(&body));
        }
    }
    response(status, headers, body)
}
