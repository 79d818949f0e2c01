//! Addresses and identifiers in the characters that RFC 3986 and RFC 3987 know.

use std::borrow::Cow;

use url::Url;

/// Neither stands in a URI as it is (RFC 3986 §2), nor in an IRI.
const NEVER: &str = "<>\"{}|\\^`";

/// A URL as a document may hold it. Browsers leave a few characters as they are which no URI has, and there are readers
/// and validators that refuse the document for one.
pub(super) fn address(url: &str) -> Cow<'_, str> {
    // Only a host in brackets has any (RFC 3986 §3.2.2).
    let has_host = url.find(':').filter(|at| url[*at..].starts_with("://"));
    let host_end = has_host.map_or(0, |at| {
        let rest = &url[at + 3..];
        at + 3 + rest.find(['/', '?', '#']).unwrap_or(rest.len())
    });
    let (host, rest) = url.split_at(host_end);
    if rest.chars().all(is_uri) && has_whole_escapes(rest) && has_one_fragment(rest) {
        return Cow::Borrowed(url);
    }
    let fragment = rest.find('#');
    let mut written = host.to_owned();
    for (at, c) in rest.char_indices() {
        let fits = match c {
            '%' => is_escape(&rest[at..]),
            '#' => fragment == Some(at),
            c => is_uri(c),
        };
        if fits {
            written.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                written.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    Cow::Owned(written)
}

/// Whether an address is one of the web, which may be a page. Torrents and files on other servers are none.
pub(super) fn is_web(url: &str) -> bool {
    url.starts_with("https:") || url.starts_with("http:")
}

/// Whether a text is an IRI, and what its scheme asks of it besides: a tag (RFC 4151), a URN (RFC 8141), a UUID (RFC 9562).
pub(super) fn is_iri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let is_bracketed = |c| matches!(c, '[' | ']');
    let fits = match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => {
            let authority = rest.strip_prefix("//").unwrap_or_default();
            authority.starts_with(|c| !matches!(c, '/' | '?' | '#')) && Url::parse(text).is_ok()
        }
        "tag" => !rest.contains(is_bracketed) && is_tag(rest),
        "urn" => !rest.contains(is_bracketed) && is_urn(rest),
        _ => !rest.is_empty() && Url::parse(text).is_ok(),
    };
    let after_host = rest.strip_prefix("//").map_or(rest, |rest| {
        &rest[rest.find(['/', '?', '#']).unwrap_or(rest.len())..]
    });
    let is_legal = |c: char| !c.is_whitespace() && !c.is_control() && !NEVER.contains(c);
    fits && text.chars().all(is_legal)
        && !text.contains(['\u{FFFE}', '\u{FFFF}'])
        && !after_host.contains(is_bracketed)
        && has_whole_escapes(text)
        && has_one_fragment(text)
}

/// What follows `tag:`: who, a comma, since when, a colon, and something in the characters of a URI.
fn is_tag(rest: &str) -> bool {
    let Some((authority, specific)) = rest.split_once(':') else {
        return false;
    };
    let Some((name, date)) = authority.rsplit_once(',') else {
        return false;
    };
    let is_part = |part: &str, extra: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
    };
    let is_name = match name.split_once('@') {
        Some((local, host)) => is_part(local, "-._") && is_part(host, "-."),
        None => is_part(name, "-."),
    };
    let mut date = date.split('-');
    let is_number = |part: &str, digits: usize| {
        part.len() == digits && part.bytes().all(|b| b.is_ascii_digit())
    };
    let is_date = date.next().is_some_and(|year| is_number(year, 4))
        && date.clone().count() <= 2
        && date.all(|part| is_number(part, 2));
    is_name && is_date && specific.chars().all(is_uri)
}

/// What follows `urn:`: a namespace, a colon, and a name in it.
fn is_urn(rest: &str) -> bool {
    let Some((namespace, name)) = rest.split_once(':') else {
        return false;
    };
    let is_namespace = (2..=32).contains(&namespace.len())
        && !namespace.starts_with('-')
        && !namespace.ends_with('-')
        && namespace
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_name = match namespace.eq_ignore_ascii_case("uuid") {
        true => is_uuid(name),
        false => !name.is_empty() && !name.starts_with('/') && name.chars().all(is_uri),
    };
    is_namespace && is_name
}

fn is_uuid(name: &str) -> bool {
    name.len() == 36
        && name.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// What stands in a URI behind its host.
fn is_uri(c: char) -> bool {
    c.is_ascii_alphanumeric() || ";/?:@&=+$.-_!~*'()%,#".contains(c)
}

fn has_whole_escapes(text: &str) -> bool {
    text.match_indices('%')
        .all(|(at, _)| is_escape(&text[at..]))
}

fn has_one_fragment(text: &str) -> bool {
    text.matches('#').count() <= 1
}

/// `%` and two hexadecimal digits.
fn is_escape(text: &str) -> bool {
    let digits = text.as_bytes().get(1..3);
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}
