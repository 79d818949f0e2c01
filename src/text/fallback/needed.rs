//! Whether a text holds anything of this kind at all. Most do not, and are read once less.

use memchr::{memchr, memmem};

/// How elements begin that always do, in lower case.
const ALWAYS: &[&str] = &[
    "noscript", "iframe", "object", "embed", "applet", "param", "math", "amp-", "lite-", "mjx-",
    "nobr", "script",
];
/// Elements that do where a script is to find their address.
const WITH_ADDRESS: &[&str] = &["img", "source", "video", "audio"];
/// What then stands in their tag: attributes for scripts, addresses of nothing.
const SIGNS: &[&str] = &[
    "data-",
    "data:",
    "about:",
    "//:",
    "blank",
    "spacer",
    "placeholder",
    "lazy",
    "loading",
];
/// As much of a tag is looked at.
const MAX_TAG: usize = 4 * 1024;

pub(super) fn is_needed(html: &str) -> bool {
    let bytes = html.as_bytes();
    let mut at = 0;
    while let Some(open) = memchr(b'<', &bytes[at..]) {
        at += open + 1;
        let tag = &bytes[at..];
        let begins = |name: &&&str| {
            tag.get(..name.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
        };
        if ALWAYS.iter().any(|name| begins(&name)) {
            return true;
        }
        if WITH_ADDRESS.iter().any(|name| begins(&name)) {
            let tag = &tag[..tag.len().min(MAX_TAG)];
            let end = memchr(b'>', tag).unwrap_or(tag.len());
            let tag = tag[..end].to_ascii_lowercase();
            let has = |sign: &&str| memmem::find(&tag, sign.as_bytes()).is_some();
            if SIGNS.iter().any(has) || !has(&"src") {
                return true;
            }
        }
    }
    false
}
