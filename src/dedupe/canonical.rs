//! The form of a URL that two feeds of the same page share.
//!
//! The form is compared, never fetched or shown: it may drop what a server
//! needs. What it must never do is join two pages; so only parameters known to
//! carry campaigns are dropped, and everything like an id stays.

use url::Url;

/// Parameters that name the way a reader came, not the page. A name ending in `*` stands for all it begins.
const TRACKING: &[&str] = &[
    "utm_*",
    "mtm_*",
    "pk_*",
    "piwik_*",
    "hsa_*",
    "mc_cid",
    "mc_eid",
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "twclid",
    "igshid",
    "igsh",
    "ttclid",
    "li_fat_id",
    "_hsenc",
    "_hsmi",
    "_ga",
    "_gl",
    "mkt_tok",
    "vero_id",
    "oly_anon_id",
    "oly_enc_id",
    "cmpid",
    "cmp",
    "ocid",
    "ncid",
    "cid_source",
    "ref",
    "ref_src",
    "referrer",
    "xtor",
    "wt_mc",
    "wt.mc_id",
    "wt_zmc",
    "at_medium",
    "at_campaign",
    "at_custom*",
    "ns_campaign",
    "ns_source",
    "ns_mchannel",
    "s_cid",
    "spm",
    "share",
    "smid",
    "sr_share",
    "amp",
    "outputtype",
];

/// Parts of a host name that choose a rendering of the same page.
const HOST_PREFIXES: &[&str] = &["www.", "m.", "amp.", "mobile."];

/// The canonical form: no scheme of the web, user info or default port; host without `www.` and its like; path without a trailing slash or
/// `/amp`, with `%` escapes in one form; parameters without tracking, sorted; the fragment, which names an entry of a page with
/// many of them, unless it only says how a reader came.
#[must_use]
pub(super) fn canonical(url: &Url) -> Option<String> {
    if url.scheme() == "magnet" {
        return torrent(url);
    }
    let mut host = url.host_str()?.trim_end_matches('.');
    while let Some(rest) = HOST_PREFIXES
        .iter()
        .find_map(|prefix| host.strip_prefix(prefix))
    {
        // `m.com` and `www.de` are hosts of their own.
        if !rest.contains('.') {
            break;
        }
        host = rest;
    }
    let mut form = match url.scheme() {
        "http" | "https" => String::new(),
        // Another service of the same host has other files.
        scheme => format!("{scheme}:"),
    };
    form.push_str(host);
    if let Some(port) = url.port() {
        form.push_str(&format!(":{port}"));
    }
    let path = unescape(url.path());
    let path = path.trim_end_matches('/');
    form.push_str(path.strip_suffix("/amp").unwrap_or(path));
    let mut parameters: Vec<String> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !is_tracking(pair.split('=').next().unwrap_or_default()))
        .map(unescape)
        .collect();
    parameters.sort_unstable();
    for (nth, parameter) in parameters.iter().enumerate() {
        form.push(if nth == 0 { '?' } else { '&' });
        form.push_str(parameter);
    }
    if let Some(fragment) = url.fragment().and_then(telling_fragment) {
        form.push('#');
        form.push_str(&fragment);
    }
    Some(form)
}

/// A magnet link is what it names (`xt`, BEP 9): its trackers and its display name are ways to it.
fn torrent(url: &Url) -> Option<String> {
    let is_topic = |name: &str| name == "xt" || name.starts_with("xt.");
    let named = url.query_pairs().filter(|(name, _)| is_topic(name));
    // Digits of base 16 and 32 are the same in either case.
    let mut topics: Vec<String> = named.map(|(_, topic)| topic.to_ascii_lowercase()).collect();
    topics.sort_unstable();
    (!topics.is_empty()).then(|| format!("magnet:{}", topics.join("&")))
}

/// What a fragment says about which entry is meant; `None`: nothing. `#top` is the page itself (HTML §7.4.6.4), what stands behind
/// `:~:` is for the browser (WICG, Scroll to Text Fragment), and some sites put their tracking parameters there.
fn telling_fragment(fragment: &str) -> Option<String> {
    let fragment = fragment.split(":~:").next().unwrap_or_default();
    let is_tracked = fragment.split('&').all(|pair| {
        let (name, _) = pair.split_once('=').unwrap_or((pair, ""));
        pair.contains('=') && is_tracking(name)
    });
    let is_page = fragment.is_empty() || fragment.eq_ignore_ascii_case("top") || is_tracked;
    (!is_page).then(|| unescape(fragment))
}

fn is_tracking(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TRACKING.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *known,
    })
}

/// Decodes escapes of unreserved characters and writes the others in upper case (RFC 3986 §6.2.2).
fn unescape(part: &str) -> String {
    let mut form = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(at) = rest.find('%') {
        form.push_str(&rest[..at]);
        let escape = rest.get(at..at + 3).unwrap_or_default();
        match u8::from_str_radix(escape.get(1..).unwrap_or_default(), 16) {
            Ok(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                form.push(char::from(byte));
            }
            Ok(_) => form.push_str(&escape.to_ascii_uppercase()),
            Err(_) => {
                form.push('%');
                rest = &rest[at + 1..];
                continue;
            }
        }
        rest = &rest[at + 3..];
    }
    form.push_str(rest);
    form
}
