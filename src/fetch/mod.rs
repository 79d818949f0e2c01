//! One conditional request for one source; the only HTTP client.
//!
//! Goes in: a place, and what is known of it. Comes out: a [`FetchOutcome`].
//! Reads no feed, keeps no state of a source, retries nothing but what a dead
//! connection took along: the schedule does that.

use std::num::NonZeroUsize;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use ipnet::IpNet;
use url::Url;

use crate::model::{
    FailureClass, Freshness, Hash, HostChange, HostHold, Location, SourceState, Timestamp,
    Validators,
};

mod attempt;
mod authorities;
mod body;
mod certificate;
mod challenge;
mod clients;
mod coding;
mod connection;
mod cookies;
mod deadline;
mod decoders;
mod exchange;
mod extent;
mod failure;
mod fetcher;
mod file;
mod freshness;
mod guard;
mod headers;
mod hold;
mod holds;
mod host;
mod hub;
mod line;
mod network;
mod redirect;
mod refusal;
mod shortage;
mod throttle;
mod validators;
mod way;
mod wire;

pub use authorities::{Authorities, NO_AUTHORITIES, has_authorities};
pub use body::unpacked;
pub use challenge::in_between;
pub use fetcher::Fetcher;
pub use guard::EgressPolicy;
pub use hold::Hold;
pub use holds::HostHolds;
pub use redirect::host_of;
pub use shortage::Shortage;

/// How all sources together are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Requests in flight at one host.
    pub per_host: NonZeroUsize,
    /// Least time between the starts of two requests to one host.
    pub host_gap: Duration,
    /// Requests in flight at all hosts together.
    pub concurrency: NonZeroUsize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            per_host: NonZeroUsize::new(2).expect("not zero"),
            host_gap: Duration::from_secs(1),
            concurrency: NonZeroUsize::new(64).expect("not zero"),
        }
    }
}

/// The version of HTTP that a source is asked over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum HttpVersion {
    /// HTTP/2 where the server offers it over TLS, else HTTP/1.1.
    #[default]
    Auto,
    /// HTTP/1.1, whatever the server offers.
    Http11,
}

impl HttpVersion {
    /// As it is written in a configuration: "auto" or "1.1".
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "auto" => Some(Self::Auto),
            "1.1" => Some(Self::Http11),
            _ => None,
        }
    }
}

/// How one source is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceSettings {
    /// One whole request, redirects included; waiting for a host's turn is not.
    pub timeout: Duration,
    /// Cap on the decoded body, bytes.
    pub max_body: u64,
    /// Requests in flight at this source's host; the smallest of a host's sources wins.
    pub per_host: Option<NonZeroUsize>,
    /// Least time between the starts of two requests to this source's host; the largest of a host's sources wins.
    pub host_gap: Option<Duration>,
    /// Where a publisher learns who asks; goes into the User-Agent.
    pub contact: Option<String>,
    /// A proxy for every request; never the environment's.
    pub proxy: Option<Url>,
    /// Certificates that are trusted besides the machine's authorities.
    pub ca_file: Option<Authorities>,
    /// Whoever answers is taken for the server: certificates are not looked at.
    pub insecure: bool,
    /// Whether validators are sent, if the server has given any.
    pub validators: bool,
    /// The version of HTTP that it is asked over.
    pub http: HttpVersion,
    /// Private, loopback and link-local addresses that may be asked all the same.
    pub allow_addresses: Vec<IpNet>,
    /// Headers of the source's own. One that is marked as sensitive goes to the source's own origin only; the others say who asks
    /// and follow redirects.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Default for SourceSettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            max_body: 8 * 1024 * 1024,
            per_host: None,
            host_gap: None,
            contact: None,
            proxy: None,
            ca_file: None,
            insecure: false,
            validators: true,
            http: HttpVersion::Auto,
            allow_addresses: Vec::new(),
            headers: Vec::new(),
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Where.
    pub location: &'a Location,
    /// How.
    pub settings: &'a SourceSettings,
    /// What is known of it: validators, body hash, where it moved to.
    pub state: &'a SourceState,
    /// Without validators, and unchanged bytes count as fresh.
    pub unconditional: bool,
    /// Since when it is due: of those that wait for one host, the first to be due is asked first.
    pub due: Timestamp,
    /// Even while its host wants to be left alone.
    pub insists: bool,
    /// Hears of it while it is under way.
    pub observer: &'a dyn Observer,
}

/// Hears of a request while it is under way.
pub trait Observer: std::fmt::Debug + Sync {
    /// A request goes out, or a file is read: its host's turn and a place among all requests have come. Once for every hop.
    fn sent(&self) {}

    /// So many bytes of a body came over the wire.
    fn received(&self, _wire: usize) {}

    /// A whole body has so many bytes, its content coding undone.
    fn decoded(&self, _bytes: usize) {}
}

/// Hears nothing.
impl Observer for () {}

/// What came of a request, and what its answers say of hosts.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// What came of it.
    pub outcome: FetchOutcome,
    /// What changed for the hosts that were asked, redirects included; mostly nothing.
    pub hosts: Vec<HostChange>,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum FetchOutcome {
    /// A complete body that was not known before.
    Fresh(Fresh),
    /// 304, or the bytes that are known already.
    NotModified(NotModified),
    /// A complete body, found through permanent redirects.
    Moved(Moved),
    /// 410: the publisher ended the feed.
    Gone {
        /// The status.
        status: u16,
    },
    /// 429; or 503 or a redirect with `Retry-After`.
    Throttled {
        /// The status.
        status: u16,
        /// Not before then.
        retry_after: Option<Timestamp>,
        /// RFC 9111 §4.2, of the refusal.
        freshness: Option<Freshness>,
        /// What stands in between, where the answer shows it.
        message: Option<String>,
    },
    /// The host, or one that redirects led to, wants to be left alone: it was not asked.
    Held {
        /// Until when, and why.
        hold: HostHold,
        /// The status of the redirect that led there; `None`: nobody was asked.
        redirect: Option<u16>,
    },
    /// Anything else.
    Failed(Failure),
}

/// A complete body, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Fresh {
    /// Decoded.
    pub body: Bytes,
    /// Of the decoded body.
    pub body_hash: Hash,
    /// As sent.
    pub content_type: Option<String>,
    /// The last URL: base of relative links; `None` for a file.
    pub url: Option<Url>,
    /// Its `Link` headers, as sent.
    pub links: Vec<String>,
    /// `None` for a file.
    pub status: Option<u16>,
    /// To be stored together with what the body holds.
    pub validators: Option<Validators>,
    /// RFC 9111 §4.2.
    pub freshness: Option<Freshness>,
    /// What stands between us and the server, if the answer's head says so; a feed may come all the same.
    pub challenge: Option<&'static str>,
    /// In words, where the body was not packed as its labels say.
    pub recovered: Vec<String>,
    /// What the body takes of what all requests share.
    pub hold: Hold,
}

impl Fresh {
    /// Lets the body go, once it was read, and with it what it held.
    pub fn release(&mut self) {
        self.body = Bytes::new();
        self.hold = Hold::default();
    }
}

/// Nothing new.
#[derive(Debug, Clone, PartialEq)]
pub struct NotModified {
    /// `None` for a file.
    pub status: Option<u16>,
    /// As they stand from now on.
    pub validators: Option<Validators>,
    /// RFC 9111 §4.2; where a 304 says nothing of it, as it stood.
    pub freshness: Option<Freshness>,
    /// Where permanent redirects led to it.
    pub moved_to: Option<Url>,
}

/// A body found through permanent redirects.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// The last URL of the permanent prefix of the chain.
    pub to: Url,
    /// What was found.
    pub fresh: Fresh,
}

/// Why a request failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The kind.
    pub class: FailureClass,
    /// The HTTP status, where it came that far.
    pub status: Option<u16>,
    /// What, where and what to do; no secret in it.
    pub message: String,
    /// Not before then.
    pub retry_after: Option<Timestamp>,
    /// Whose it is.
    pub fault: Fault,
}

/// Whose fault a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The source's, or its server's.
    Source,
    /// Our own network's: it is down.
    Network,
    /// Our own machine's: it is short of something.
    Machine(Shortage),
}

/// Of a decoded body, with a version.
fn body_hash(body: &[u8]) -> Hash {
    /// Raised when bodies are hashed in another way: everything is then parsed once more.
    const VERSION: u8 = 1;
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[VERSION]);
    hasher.update(body);
    let mut hash = Hash::default();
    hasher.finalize_xof().fill(&mut hash);
    hash
}
