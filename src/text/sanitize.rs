//! Safe HTML.

use url::Url;

/// Safe HTML with absolute links.
#[must_use]
pub fn sanitize(html: &str, _base: Option<&Url>) -> String {
    html.to_owned()
}
