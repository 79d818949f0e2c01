//! What stands between us and a server, as far as an answer's head says so for certain; pure.

use http::{HeaderMap, HeaderValue};

/// A header, the value that it must have (`None`: any), and what it says. Only headers that their makers document, or that name
/// their sender.
const SIGNS: &[(&str, Option<&str>, &str)] = &[
    (
        "cf-mitigated",
        Some("challenge"),
        "a bot check of Cloudflare's (cf-mitigated: challenge)",
    ),
    (
        "x-amzn-waf-action",
        Some("challenge"),
        "a bot check of AWS WAF's (x-amzn-waf-action: challenge)",
    ),
    (
        "x-amzn-waf-action",
        Some("captcha"),
        "a bot check of AWS WAF's (x-amzn-waf-action: captcha)",
    ),
    (
        "x-vercel-mitigated",
        Some("challenge"),
        "a bot check of Vercel's (x-vercel-mitigated: challenge)",
    ),
    (
        "x-vercel-mitigated",
        Some("deny"),
        "the firewall of Vercel (x-vercel-mitigated: deny)",
    ),
    ("x-datadome", None, "DataDome (x-datadome)"),
    (
        "x-sucuri-block",
        None,
        "the firewall of Sucuri (x-sucuri-block)",
    ),
    (
        "server",
        Some("ddos-guard"),
        "DDoS-Guard (server: ddos-guard)",
    ),
];

/// Why a body is no feed, with what stands in between, if the answer's head says so ([`super::Fresh::challenge`]).
#[must_use]
pub fn in_between(why: String, challenge: Option<&str>) -> String {
    match challenge {
        Some(challenge) => format!("{why}; {challenge} stands in between"),
        None => why,
    }
}

/// What stands in between; `None`: the head does not say. A server may stand behind one of these and answer by itself: that it is to
/// blame is only said of an answer that is no feed.
pub(super) fn named(headers: &HeaderMap) -> Option<&'static str> {
    let says = |value: &HeaderValue, wanted: Option<&str>| {
        wanted.is_none_or(|wanted| {
            value
                .as_bytes()
                .trim_ascii()
                .eq_ignore_ascii_case(wanted.as_bytes())
        })
    };
    SIGNS.iter().find_map(|(name, wanted, what)| {
        let mut values = headers.get_all(*name).iter();
        values.any(|value| says(value, *wanted)).then_some(*what)
    })
}
