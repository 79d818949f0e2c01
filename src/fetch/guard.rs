//! The egress guard: which addresses may be asked.
//!
//! Denied by default: everything that is not plainly public, after the IANA
//! special-purpose registries. A name is judged by every address it resolves
//! to, at the moment of connecting; a literal address by itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, LazyLock};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;
use url::{Host, Url};

use super::Failure;
use super::shortage::Shortage;
use crate::model::FailureClass;

/// Why a name is not connected to. A type of its own, so that it is known again behind the client's own error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refusal(String);

/// Names that mean this machine or network, whatever they resolve to.
const LOCAL_NAMES: &[&str] = &["localhost", "local", "internal"];

/// IPv4 blocks that are not public (RFC 6890 and its registry).
static DENIED_V4: LazyLock<Vec<Ipv4Net>> = LazyLock::new(|| {
    [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ]
    .iter()
    .map(|block| block.parse().expect("a block of the table"))
    .collect()
});

/// The one IPv6 block that is public, and what in it is not.
static PUBLIC_V6: LazyLock<Ipv6Net> = LazyLock::new(|| "2000::/3".parse().expect("a block"));
static DENIED_V6: LazyLock<Vec<Ipv6Net>> = LazyLock::new(|| {
    [
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
    ]
    .iter()
    .map(|block| block.parse().expect("a block of the table"))
    .collect()
});

/// Names that one fetcher looks up at once.
const MOST_LOOKUPS: usize = 64;

/// Ports that feeds are served at; others only where a source names them itself.
const PORTS: &[u16] = &[80, 443, 8080, 8443];

/// What may be asked: public addresses, and what a source was allowed beyond them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct EgressPolicy {
    allowed: Arc<Vec<IpNet>>,
    /// Whether nothing but these blocks may be asked.
    only_allowed: bool,
    /// The configured proxy's name: the operator's own word, resolved as it is.
    proxy: Option<String>,
}

impl EgressPolicy {
    /// Public addresses and these blocks.
    #[must_use]
    pub fn new(allowed: &[IpNet]) -> Self {
        let mut allowed = allowed.to_vec();
        allowed.sort_unstable();
        allowed.dedup();
        Self {
            allowed: Arc::new(allowed),
            only_allowed: false,
            proxy: None,
        }
    }

    /// And this proxy, wherever it is. Behind it names are resolved by the proxy: what they mean is then for it to judge.
    pub(super) fn with_proxy(mut self, proxy: Option<&Url>) -> Self {
        self.proxy = proxy.and_then(|proxy| proxy.host_str().map(str::to_owned));
        self
    }

    /// Whether an address may be asked. An IPv4 address inside an IPv6 one is judged as itself: mapped (RFC 4291
    /// §2.5.5.2), and where translated ones (RFC 6052) are allowed at all, these too.
    #[must_use]
    pub fn permits(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(v4) => self.is_allowed(address) || (!self.only_allowed && is_public_v4(v4)),
            IpAddr::V6(v6) => match (v6.to_ipv4_mapped(), translated(v6)) {
                (Some(v4), _) => self.permits(v4.into()),
                (None, Some(v4)) => self.is_allowed(address) && self.permits(v4.into()),
                (None, None) => {
                    self.is_allowed(address) || (!self.only_allowed && is_public_v6(v6))
                }
            },
        }
    }

    fn is_allowed(&self, address: IpAddr) -> bool {
        self.allowed.iter().any(|block| block.contains(&address))
    }

    /// Judges a URL by its scheme, its host and its port; returns the policy by which the addresses of its host are judged.
    /// An unusual port, or a name of this network, may be asked only at addresses that `allow_addresses` lists: where the
    /// host is a name, that is known when it is resolved. `configured`: the source's own address, whose port it may use
    /// wherever it is led.
    pub(super) fn judge(&self, url: &Url, configured: &Url) -> Result<Self, Failure> {
        if !matches!(url.scheme(), "http" | "https") {
            let what = format!("the address leads to {}:, which is not asked", url.scheme());
            return Err(Failure::new(FailureClass::Redirect, what));
        }
        let port = url.port_or_known_default().unwrap_or_default();
        let is_usual = PORTS.contains(&port) || configured.port_or_known_default() == Some(port);
        let address = match url.host() {
            None => {
                let what = "the address has no host";
                return Err(Failure::new(FailureClass::Redirect, what));
            }
            Some(Host::Ipv4(address)) => IpAddr::from(address),
            Some(Host::Ipv6(address)) => IpAddr::from(address),
            Some(Host::Domain(name)) => {
                return match (is_local_name(name), is_usual) {
                    (false, true) => Ok(self.clone()),
                    (true, _) if !self.may_resolve(url, configured) => {
                        Err(Failure::new(FailureClass::EgressBlocked, refused(name)))
                    }
                    (false, false) if !self.may_resolve(url, configured) => Err(unusual(port)),
                    _ => Ok(self.only_allowed()),
                };
            }
        };
        self.check(address)?;
        if is_usual || self.only_allowed().permits(address) {
            return Ok(self.clone());
        }
        Err(unusual(port))
    }

    /// The same without what is public and not listed.
    fn only_allowed(&self) -> Self {
        Self {
            only_allowed: true,
            ..self.clone()
        }
    }

    /// Whether resolving a name can show that it is allowed. A proxy resolves names by itself: behind it only the source's
    /// own host is believed.
    fn may_resolve(&self, url: &Url, configured: &Url) -> bool {
        let is_own = url.host() == configured.host();
        !self.allowed.is_empty() && (self.proxy.is_none() || is_own)
    }

    /// Judges the address that a connection was made to: a second line, should the first be passed by.
    pub(super) fn check(&self, address: IpAddr) -> Result<(), Failure> {
        if self.permits(address) {
            return Ok(());
        }
        let what = self.refused(&address.to_string());
        Err(Failure::new(FailureClass::EgressBlocked, what))
    }

    /// For a person: why an address is not asked.
    fn refused(&self, what: &str) -> String {
        if self.only_allowed {
            format!(
                "{what} is not in allow_addresses: only what is listed there is asked at unusual ports and by names of this network"
            )
        } else {
            refused(what)
        }
    }
}

/// The IPv4 address inside one of `64:ff9b::/96` (RFC 6052 §2.1).
fn translated(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = address.segments() else {
        return None;
    };
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Some(Ipv4Addr::new(a, b, c, d))
}

/// Whether a name means this machine or network, whatever it resolves to.
fn is_local_name(name: &str) -> bool {
    let last = name.trim_end_matches('.').rsplit('.').next();
    last.is_some_and(|last| LOCAL_NAMES.contains(&last))
}

fn refused(what: &str) -> String {
    format!("{what} is not a public address; to ask it all the same, list it in allow_addresses")
}

fn unusual(port: u16) -> Failure {
    let message = format!("the address leads to port {port}, which no feed is served at");
    Failure::new(FailureClass::EgressBlocked, message)
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !DENIED_V4.iter().any(|block| block.contains(&address))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    PUBLIC_V6.contains(&address) && !DENIED_V6.iter().any(|block| block.contains(&address))
}

/// The looking up of names, a bounded number of them at once.
pub(super) struct Lookups(Arc<Semaphore>);

impl Default for Lookups {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST_LOOKUPS)))
    }
}

impl Lookups {
    /// A resolver that gives what a policy permits.
    pub(super) fn resolver(&self, policy: EgressPolicy) -> GuardedResolver {
        GuardedResolver {
            lookups: self.0.clone(),
            policy,
        }
    }
}

/// The system's resolver, without what is not permitted.
pub(super) struct GuardedResolver {
    lookups: Arc<Semaphore>,
    policy: EgressPolicy,
}

impl Resolve for GuardedResolver {
    /// The system's answer without what is not permitted; an error when nothing is left.
    fn resolve(&self, name: Name) -> Resolving {
        let (lookups, policy) = (self.lookups.clone(), self.policy.clone());
        Box::pin(async move {
            // A name that hangs must not take the threads that the store and the parser work on.
            let _turn = lookups.acquire().await?;
            let found: Vec<SocketAddr> = match tokio::net::lookup_host((name.as_str(), 0)).await {
                Ok(found) => found.collect(),
                Err(error) => {
                    return match Shortage::in_lookup(&error) {
                        Some(shortage) => Err(shortage.into()),
                        None => Err(format!("dns error: {}: {error}", name.as_str()).into()),
                    };
                }
            };
            if policy.proxy.as_deref() == Some(name.as_str()) {
                return Ok(Box::new(found.into_iter()) as Addrs);
            }
            let permitted: Vec<SocketAddr> = found
                .iter()
                .copied()
                .filter(|address| policy.permits(address.ip()))
                .collect();
            match (permitted.is_empty(), found.first()) {
                (false, _) => Ok(Box::new(permitted.into_iter()) as Addrs),
                (true, Some(address)) => {
                    let what = format!("{} ({})", name.as_str(), address.ip());
                    Err(Refusal(policy.refused(&what)).into())
                }
                (true, None) => Err(format!("dns error: {} has no address", name.as_str()).into()),
            }
        })
    }
}
