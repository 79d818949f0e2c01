//! What the answers about one document say beside its bytes, written once per change and not per request.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::model::Timestamp;
use crate::publish::{Coding, Document};

/// `stale-while-revalidate` as a multiple of `max-age`: how long a cache may answer with an old document while it asks for a new one.
const STALE_FACTOR: u32 = 10;
/// What a reader within a web page may see of an answer.
const SHOWN: &str = "ETag, Last-Modified, IM, Link, Retry-After";

/// How long a cache may do with an answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Freshness {
    For(Duration),
    /// An archive document is the same until something in it is withdrawn, and then nobody should go on showing it.
    Archived,
}

/// Who may read a document, and what its answers name.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    /// Whether it needs a token.
    pub(super) private: bool,
    /// RFC 8288.
    pub(super) links: Arc<[HeaderValue]>,
}

/// The heads of a document's answers.
#[derive(Debug)]
pub(super) struct Heads {
    /// `Last-Modified`.
    pub(super) modified: SystemTime,
    /// Of a 200 and of a 304, in each coding.
    by_coding: [(HeaderMap, HeaderMap); Coding::ALL.len()],
}

impl Heads {
    pub(super) fn of(
        document: &Document,
        changed_at: Timestamp,
        freshness: Freshness,
        reach: &Reach,
    ) -> Self {
        let modified = SystemTime::from(changed_at);
        let by_coding = Coding::ALL.map(|coding| {
            let mut known = shared(modified, freshness, reach);
            put(&mut known, header::ETAG, &document.etag(coding));
            let mut whole = known.clone();
            let media_type = document.format().media_type();
            put(&mut whole, header::CONTENT_TYPE, media_type);
            if coding != Coding::Identity {
                put(&mut whole, header::CONTENT_ENCODING, coding.as_str());
            }
            (whole, known)
        });
        Self {
            modified,
            by_coding,
        }
    }

    /// Of a 200.
    pub(super) fn whole(&self, coding: Coding) -> HeaderMap {
        self.in_coding(coding).0.clone()
    }

    /// Of a 304.
    pub(super) fn unchanged(&self, coding: Coding) -> HeaderMap {
        self.in_coding(coding).1.clone()
    }

    /// The entity tag of the document in this coding.
    pub(super) fn etag(&self, coding: Coding) -> Option<&HeaderValue> {
        self.in_coding(coding).1.get(header::ETAG)
    }

    /// Of a 226, which is one of the document as written.
    pub(super) fn difference(&self) -> HeaderMap {
        let mut headers = self.whole(Coding::Identity);
        put(&mut headers, HeaderName::from_static("im"), "feed");
        // A cache that does not know the status must not take it for the whole (RFC 3229 §10.4.1).
        put(&mut headers, header::CACHE_CONTROL, "no-store, im");
        headers
    }

    fn in_coding(&self, coding: Coding) -> &(HeaderMap, HeaderMap) {
        let mut codings = Coding::ALL.iter();
        let at = codings.position(|other| *other == coding);
        &self.by_coding[at.unwrap_or_default()]
    }
}

/// What does not depend on the coding.
fn shared(modified: SystemTime, freshness: Freshness, reach: &Reach) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let whom = if reach.private { "private" } else { "public" };
    let caching = match freshness {
        Freshness::For(fresh) => {
            let (fresh_for, stale_for) = (fresh.as_secs(), (fresh * STALE_FACTOR).as_secs());
            format!("{whom}, max-age={fresh_for}, stale-while-revalidate={stale_for}")
        }
        Freshness::Archived => format!("{whom}, max-age=3600, must-revalidate"),
    };
    let vary = if reach.private {
        "Accept-Encoding, Authorization"
    } else {
        "Accept-Encoding"
    };
    let modified = httpdate::fmt_http_date(modified);
    put(&mut headers, header::LAST_MODIFIED, &modified);
    put(&mut headers, header::CACHE_CONTROL, &caching);
    put(&mut headers, header::VARY, vary);
    for link in reach.links.iter() {
        headers.append(header::LINK, link.clone());
    }
    guard(&mut headers);
    headers
}

/// Headers that keep a browser from running anything, and that let readers within web pages read.
pub(super) fn guard(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // A page's address may carry a token.
        (header::REFERRER_POLICY, "no-referrer"),
        // Without credentials of the browser's: a token is in the request, where there is one.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, SHOWN),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What may do more than nothing has said so before.
    let policy = headers.entry(header::CONTENT_SECURITY_POLICY);
    policy.or_insert(HeaderValue::from_static("default-src 'none'; sandbox"));
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
