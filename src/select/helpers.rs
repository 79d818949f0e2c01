//! Functions that `where` has beyond those of CEL.

use std::sync::Arc;

use cel::Context;
use cel::extractors::This;
use url::Url;

use super::phrase::Phrase;

/// Their names.
pub(super) const NAMES: &[&str] = &["has_word", "host"];

/// Makes them known to an expression.
pub(super) fn add(context: &mut Context<'_, '_>) {
    // Refused only where CEL has a function of that name, and the test of this module would say so.
    let _ = context.add_function("has_word", has_word);
    let _ = context.add_function("host", host);
}

/// `title.has_word("peace talks")`: whether a text has a word or phrase, as `include` has it. Anything that is no phrase is in no
/// text.
#[expect(
    clippy::needless_pass_by_value,
    reason = "what the interpreter hands over"
)]
fn has_word(This(text): This<Arc<String>>, wanted: Arc<String>) -> bool {
    Phrase::read(&wanted).is_ok_and(|wanted| wanted.occurs_in(&text))
}

/// `host(url)`: the host of an address, lower case, without `www.`; empty where there is none.
#[expect(
    clippy::needless_pass_by_value,
    reason = "what the interpreter hands over"
)]
fn host(url: Arc<String>) -> String {
    let host = Url::parse(&url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_default();
    host.strip_prefix("www.")
        .map_or(host.clone(), str::to_owned)
}
