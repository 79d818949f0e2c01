//! A chain of redirects: what is followed, and what of it is for good.

use http::{HeaderValue, header};
use percent_encoding::{AsciiSet, percent_encode};
use reqwest::Response;
use url::Url;

use super::cookies::Cookies;
use super::{Failure, FetchOutcome, Moved};
use crate::model::{FailureClass, HostChange, Timestamp};

/// Redirects followed (RFC 9110 §15.4 leaves the number to us).
const MAX_HOPS: usize = 10;
/// What is percent-encoded in a `Location` that is no address as it stands: blanks, and every byte above 127, whatever
/// character set it is of, as curl and browsers do.
const RAW: &AsciiSet = &AsciiSet::EMPTY.add(b' ');

/// Where a chain of redirects stands.
pub(super) struct Chain {
    /// Where the next request goes.
    pub(super) url: Url,
    /// Whether the time that a redirect asked us to wait (`Retry-After`) has passed since the last request.
    pub(super) has_waited: bool,
    /// The status of the last redirect.
    pub(super) redirect: Option<u16>,
    /// What its answers have changed for hosts.
    pub(super) hosts: Vec<HostChange>,
    /// What its answers have set.
    pub(super) cookies: Cookies,
    /// What was asked, and with which cookies.
    seen: Vec<(Url, Option<HeaderValue>)>,
    /// The end of its permanent prefix.
    permanent: Option<Url>,
    /// Whether every hop so far was permanent.
    only_permanent: bool,
}

impl Chain {
    pub(super) fn new(start: &Url, has_waited: bool) -> Self {
        let mut url = start.clone();
        url.set_fragment(None);
        Self {
            url,
            has_waited,
            redirect: None,
            hosts: Vec::new(),
            cookies: Cookies::default(),
            seen: Vec::new(),
            permanent: None,
            only_permanent: true,
        }
    }

    /// Takes the next hop, or says why not.
    pub(super) fn follow(&mut self, response: &Response, now: Timestamp) -> Result<(), Failure> {
        let refuse = |why: &str| Err(Failure::new(FailureClass::Redirect, why.to_owned()));
        let status = response.status().as_u16();
        if !matches!(status, 301 | 302 | 303 | 307 | 308) {
            return refuse("a status of the 300s that names no single place");
        }
        let location = response.headers().get(header::LOCATION);
        let Some(location) = location.and_then(readable) else {
            return refuse("a redirect without a readable Location");
        };
        let Ok(mut next) = self.url.join(&location) else {
            return refuse("a redirect to what is no address");
        };
        next.set_fragment(None);
        // What came without TLS may have been written by anybody on the way: good for now, not for ever.
        let downgrade = self.url.scheme() == "https" && next.scheme() == "http";
        self.only_permanent &= matches!(status, 301 | 308) && !downgrade;
        let with = self.cookies.header(&self.url);
        self.cookies.take(&self.url, response.headers(), now);
        self.seen
            .push((std::mem::replace(&mut self.url, next), with));
        self.redirect = Some(status);
        if self.is_loop() {
            let what = "the redirects lead back to where they came from";
            return Err(Failure::new(FailureClass::Loop, what));
        }
        if self.seen.len() > MAX_HOPS {
            let what = format!("more than {MAX_HOPS} redirects");
            return Err(Failure::new(FailureClass::Loop, what));
        }
        if self.seen.iter().any(|(seen, _)| *seen == self.url) {
            // It leads elsewhere without its cookie: no address that could be asked in place of the first.
            (self.permanent, self.only_permanent) = (None, false);
        }
        if self.only_permanent {
            self.permanent = Some(self.url.clone());
        }
        Ok(())
    }

    /// Whether the next request was made before. One more at an address is another request when a cookie was set since; a
    /// third is a loop all the same.
    fn is_loop(&self) -> bool {
        let with = self.cookies.header(&self.url);
        let before = self.seen.iter().filter(|(seen, _)| *seen == self.url);
        before.clone().any(|(_, sent)| *sent == with) || before.count() > 1
    }

    /// What was found at the end of permanent redirects has moved.
    pub(super) fn end(self, outcome: FetchOutcome) -> FetchOutcome {
        match (outcome, self.permanent) {
            (FetchOutcome::Fresh(fresh), Some(to)) => FetchOutcome::Moved(Moved { to, fresh }),
            (FetchOutcome::NotModified(mut same), Some(to)) => {
                same.moved_to = Some(to);
                FetchOutcome::NotModified(same)
            }
            (outcome, _) => outcome,
        }
    }
}

/// A `Location` as an address, or part of one (RFC 9110 §10.2.2). `None`: there is a control byte in it.
fn readable(location: &HeaderValue) -> Option<String> {
    let bytes = location.as_bytes().trim_ascii();
    let is_plain = !bytes.iter().any(u8::is_ascii_control);
    is_plain.then(|| percent_encode(bytes, RAW).to_string())
}

/// The host that a URL is asked at, in one form, without the port.
#[must_use]
pub fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    host.trim_end_matches('.').to_owned()
}

/// The URL without user info: that goes into a header, to its own origin only.
pub(super) fn bare(url: &Url) -> Url {
    let mut bare = url.clone();
    // Neither call fails for http and https, which `check_url` has made sure of.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare
}

/// `scheme://host:port`: what a source's own headers and credentials are for.
pub(super) fn same_origin(left: &Url, right: &Url) -> bool {
    left.origin() == right.origin()
}
