//! What addresses, dates, types and texts look like. Written down apart from the code under test.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDateTime};
use regex::Regex;

use super::Broken;
use super::tree::Element;

macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($pattern).expect("a pattern of ours"));
    };
}

// RFC 3986: a scheme, perhaps a host, and what may stand behind it; RFC 3987 lets letters of any script in.
pattern!(
    URI,
    r"^[A-Za-z][A-Za-z0-9+.-]*:(//([^/?#\[\]]*@)?(\[[0-9A-Fa-f:.]+\])?)?([A-Za-z0-9;/?:@&=+$.\-_!~*'(),#]|%[0-9A-Fa-f]{2})*$"
);
pattern!(
    IRI,
    r#"^[A-Za-z][A-Za-z0-9+.-]*:(//(\[[0-9A-Fa-f:.]+\])?)?([A-Za-z0-9;/?:@&=+$.\-_!~*'(),#]|%[0-9A-Fa-f]{2}|[^\x00-\x{A0}\s])*$"#
);
pattern!(
    TAG,
    r"^tag:([A-Za-z0-9._-]+@)?[A-Za-z0-9.-]+,\d{4}(-\d{2}(-\d{2})?)?:[A-Za-z0-9;/?:@&=+$.\-_!~*'(),%#]*$"
);
pattern!(
    UUID,
    r"(?i)^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
);
pattern!(
    URN,
    r"(?i)^urn:[a-z0-9][a-z0-9-]{0,30}[a-z0-9]:[A-Za-z0-9;/?:@&=+$.\-_!~*'(),%#]+$"
);
pattern!(HTTP, r"(?i)^https?://[^/?#]");
pattern!(OWN, r"(?i)^((https?|ftps?)://[^/?#]|magnet:\?.)");
pattern!(RFC3339, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$");
pattern!(
    MEDIA_TYPE,
    r#"^[^\s()<>,;:\\"/\[\]?=]+/[^\s()<>,;:\\"/\[\]?=]+(\s*;\s*[^\s()<>,;:\\"/\[\]?=]+=("[^"]*"|[^\s()<>,;:\\"/\[\]?=]+))*$"#
);
pattern!(LANGUAGE, r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$");
pattern!(
    EMAIL,
    r"^[^\s@<>(),;:]+@[^\s@<>(),;:.]+(\.[^\s@<>(),;:.]+)*$"
);

/// An address to go to.
pub(super) fn url(broken: &mut Broken, at: &str, value: &str) {
    let holds = URI.is_match(value) && HTTP.is_match(value) && is_one(value);
    broken.check(&format!("InvalidLink {at}"), holds, value);
}

/// The page of the output that the document is of: beside it, without an ending.
pub(super) fn page(broken: &mut Broken, at: &str, value: &str) {
    url(broken, at, value);
    let output = broken.document.split(['.', '/']).next().unwrap_or_default();
    let holds = value == format!("https://news.example.org/{output}");
    broken.check(&format!("page {at}"), holds, value);
}

/// An item's own address, or that of a file: besides those of the web a torrent, or a file on another server.
pub(super) fn own_url(broken: &mut Broken, at: &str, value: &str) {
    let holds = URI.is_match(value) && OWN.is_match(value) && is_one(value);
    broken.check(&format!("InvalidLink {at}"), holds, value);
}

/// What names something everywhere.
pub(super) fn iri(broken: &mut Broken, at: &str, value: &str) {
    let lower = value.to_ascii_lowercase();
    let holds = match lower.split(':').next() {
        Some("tag") => TAG.is_match(value),
        Some("urn") if lower.starts_with("urn:uuid:") => UUID.is_match(value),
        Some("urn") => URN.is_match(value),
        Some("http" | "https") => HTTP.is_match(value) && IRI.is_match(value),
        _ => IRI.is_match(value),
    };
    broken.check(&format!("InvalidIRI {at}"), holds && is_one(value), value);
}

/// With one fragment at most.
fn is_one(value: &str) -> bool {
    value.matches('#').count() <= 1
}

pub(super) fn rfc3339(broken: &mut Broken, value: &str) {
    let holds = RFC3339.is_match(value) && DateTime::parse_from_rfc3339(value).is_ok();
    broken.check("InvalidRFC3339Date", holds, value);
}

/// With the right day of the week, which chrono checks.
pub(super) fn rfc822(broken: &mut Broken, value: &str) {
    let holds = NaiveDateTime::parse_from_str(value, "%a, %d %b %Y %H:%M:%S GMT").is_ok();
    broken.check("InvalidRFC2822Date", holds && value.len() == 29, value);
}

pub(super) fn media_type(broken: &mut Broken, value: &str) {
    broken.check("InvalidMIMEType", MEDIA_TYPE.is_match(value), value);
}

pub(super) fn language(broken: &mut Broken, value: &str) {
    broken.check("InvalidLanguage", LANGUAGE.is_match(value), value);
}

pub(super) fn email(broken: &mut Broken, value: &str) {
    broken.check("InvalidContact", EMAIL.is_match(value), value);
}

/// Plain text: not blank, and nothing in it that could be taken for escaped markup.
pub(super) fn plain(broken: &mut Broken, element: &Element) {
    let name = element.name.as_str();
    broken.check("NotBlank", !element.text.trim().is_empty(), name);
    let escaped = element.raw.contains("&lt;") || element.raw.contains("&amp;");
    broken.check("CharacterData", !escaped, &element.raw);
}

/// Links in HTML: absolute.
pub(super) fn html(broken: &mut Broken, html: &str) {
    for attribute in [" href=\"", " src=\""] {
        for (at, _) in html.match_indices(attribute) {
            let value = &html[at + attribute.len()..];
            let scheme = value.split(['"', '/', '?', '#']).next().unwrap_or_default();
            broken.check("ContainsRelRef", scheme.contains(':'), value);
        }
    }
    let is_control = |c: char| matches!(c, '\0'..='\u{8}' | '\u{B}'..='\u{1F}');
    broken.check("BadCharacters", !html.contains(is_control), html);
}
