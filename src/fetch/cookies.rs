//! Cookies within one chain of redirects (RFC 6265), and no longer; pure.
//!
//! Some sites set a cookie, send everybody on, and give their feed to whoever
//! brings it back. A jar lives as long as one request with all its redirects:
//! nothing of it is stored, logged, or known to the next poll.

use std::time::SystemTime;

use http::{HeaderMap, HeaderValue, header};
use url::{Host, Url};

use crate::model::Timestamp;

/// Cookies kept; sites of this kind set one to three.
const MAX_COOKIES: usize = 20;
/// Name and value of one (RFC 6265 §6.1 has clients keep at least as much).
const MAX_BYTES: usize = 4096;
/// All that go along with one request: servers refuse longer header lines.
const MAX_SENT: usize = 8 * 1024;

/// What the answers of one chain have set.
#[derive(Debug, Default)]
pub(super) struct Cookies {
    /// In the order in which they were first set.
    kept: Vec<Cookie>,
}

/// One cookie (RFC 6265 §5.3).
#[derive(Debug)]
struct Cookie {
    /// `name=value`, as set.
    pair: Vec<u8>,
    /// The bytes of `pair` that are the name.
    name: usize,
    domain: String,
    /// Only the host that set it gets it back.
    is_host_only: bool,
    path: String,
    is_secure: bool,
}

impl Cookie {
    fn name(&self) -> &[u8] {
        &self.pair[..self.name]
    }

    /// RFC 6265 §5.4.
    fn is_for(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let is_host = match self.is_host_only {
            true => host == self.domain,
            false => is_within(host, &self.domain),
        };
        is_host && is_under(url.path(), &self.path) && (!self.is_secure || is_safe(url))
    }
}

impl Cookies {
    /// Takes what the answer from `url` sets, and drops what it ends.
    pub(super) fn take(&mut self, url: &Url, headers: &HeaderMap, now: Timestamp) {
        let now = SystemTime::from(now);
        for value in headers.get_all(header::SET_COOKIE) {
            let Some((cookie, is_over)) = read(value.as_bytes(), url, now) else {
                continue;
            };
            let same = self.kept.iter().position(|kept| {
                (kept.name(), &kept.domain, &kept.path)
                    == (cookie.name(), &cookie.domain, &cookie.path)
            });
            match same {
                Some(nth) if is_over => drop(self.kept.remove(nth)),
                Some(nth) => self.kept[nth] = cookie,
                None if is_over || self.kept.len() == MAX_COOKIES => {}
                None => self.kept.push(cookie),
            }
        }
    }

    /// The `Cookie` header for a request to `url` (RFC 6265 §5.4): longer paths first.
    pub(super) fn header(&self, url: &Url) -> Option<HeaderValue> {
        let mut sent: Vec<&Cookie> = self.kept.iter().filter(|kept| kept.is_for(url)).collect();
        sent.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let mut line = Vec::new();
        for cookie in sent {
            if line.len() + cookie.pair.len() + 2 > MAX_SENT {
                continue;
            }
            if !line.is_empty() {
                line.extend_from_slice(b"; ");
            }
            line.extend_from_slice(&cookie.pair);
        }
        let value = HeaderValue::from_bytes(&line).ok();
        let mut value = value.filter(|_| !line.is_empty())?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// Puts the cookies of the chain on a request, behind those that its operator sends: of two with one name a server takes
/// the first.
pub(super) fn ask(headers: &mut HeaderMap, cookies: Option<HeaderValue>) {
    let Some(cookies) = cookies else {
        return;
    };
    let both = headers
        .get(header::COOKIE)
        .map(|own| [own.as_bytes(), b"; ", cookies.as_bytes()].concat());
    let line = both.and_then(|both| HeaderValue::from_bytes(&both).ok());
    let mut line = line.unwrap_or(cookies);
    line.set_sensitive(true);
    headers.insert(header::COOKIE, line);
}

/// Reads one `Set-Cookie` (RFC 6265 §5.2, §5.3), and whether it only ends a cookie. `None`: there is no cookie in it, or one
/// that this host may not set.
fn read(line: &[u8], url: &Url, now: SystemTime) -> Option<(Cookie, bool)> {
    let mut parts = line.split(|byte| *byte == b';');
    let pair = parts.next()?.trim_ascii();
    let equals = pair.iter().position(|byte| *byte == b'=')?;
    let (name, value) = (pair[..equals].trim_ascii(), pair[equals + 1..].trim_ascii());
    if name.is_empty() || name.len() + value.len() > MAX_BYTES {
        return None;
    }
    let (mut domain, mut path, mut is_secure) = (None, None, false);
    let (mut expires, mut max_age) = (None, None);
    for attribute in parts.filter_map(|part| std::str::from_utf8(part).ok()) {
        let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "domain" => domain = Some(value.trim_start_matches('.').to_ascii_lowercase()),
            "path" => path = Some(value).filter(|path| path.starts_with('/')),
            "secure" => is_secure = true,
            "expires" => expires = date(value).or(expires),
            "max-age" => max_age = value.parse::<i64>().ok().or(max_age),
            _ => {}
        }
    }
    // Who cannot be sure of the channel must not set what only a safe one may carry.
    if is_secure && !is_safe(url) {
        return None;
    }
    let (domain, is_host_only) = scope(domain.filter(|domain| !domain.is_empty()), url)?;
    let is_over = max_age.map_or_else(
        || expires.is_some_and(|expires| expires <= now),
        |seconds| seconds <= 0,
    );
    let cookie = Cookie {
        pair: [name, b"=", value].concat(),
        name: name.len(),
        domain,
        is_host_only,
        path: path.map_or_else(|| default_path(url), str::to_owned),
        is_secure,
    };
    Some((cookie, is_over))
}

/// The domain that a cookie is for, and whether for this host alone. `None`: the host names one that is not its own, or a
/// public suffix, under which everybody could have a host (RFC 6265 §5.3, steps 5 and 6).
fn scope(named: Option<String>, url: &Url) -> Option<(String, bool)> {
    let host = url.host_str()?;
    let Some(domain) = named.filter(|domain| domain != host) else {
        return Some((host.to_owned(), true));
    };
    let is_name = matches!(url.host(), Some(Host::Domain(_)));
    let is_own = is_name && is_within(host, &domain) && psl::domain_str(&domain).is_some();
    is_own.then_some((domain, false))
}

/// RFC 6265 §5.1.3: the domain itself, or a host under it.
fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// RFC 6265 §5.1.4.
fn is_under(path: &str, of: &str) -> bool {
    path.strip_prefix(of)
        .is_some_and(|rest| rest.is_empty() || of.ends_with('/') || rest.starts_with('/'))
}

/// RFC 6265 §5.1.4: the directory of what was asked.
fn default_path(url: &Url) -> String {
    let path = url.path();
    match path.rfind('/') {
        Some(0) | None => "/".to_owned(),
        Some(last) => path[..last].to_owned(),
    }
}

fn is_safe(url: &Url) -> bool {
    url.scheme() == "https"
}

/// A date as servers write it here: as in other headers, or with dashes.
fn date(value: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(value)
        .or_else(|_| httpdate::parse_http_date(&value.replace('-', " ")))
        .ok()
}
