//! The addresses by which a reader subscribes to an output.

use maud::{Markup, html};
use url::Url;

use crate::model::Output;
use crate::publish::DocumentFormat;

/// Links in the head of a page, by which a browser or a reader finds the output's documents. `root`: how the root of the site is
/// reached; `query`: carries the output's token, where the visitor brought it.
pub(in crate::pages) fn feed_links(
    output: &Output,
    formats: &[DocumentFormat],
    (root, query): (&str, &str),
) -> Markup {
    html! {
        @for format in formats {
            link rel="alternate" type=(format.essence())
                title={ (output.title) " (" (format.name()) ")" } href=(beside(output, *format, root, query));
        }
    }
}

/// The addresses to be copied. A link leads to its document by whatever address the page was reached, also where nobody has
/// written a `public_url`; its text is the address as others know it.
pub(in crate::pages) fn addresses(
    output: &Output,
    public_url: &Url,
    (root, query): (&str, &str),
) -> Markup {
    html! {
        dl {
            @for format in DocumentFormat::ALL {
                dt { (format.name()) }
                dd {
                    a href=(beside(output, format, root, query)) type=(format.essence()) {
                        code { (public_url) (output.id) "." (format.as_str()) (query) }
                    }
                }
            }
            dt { "Corrections" }
            dd {
                a href={ (root) (output.id) "/changes.atom" (query) } type=(DocumentFormat::Atom.essence()) {
                    code { (public_url) (output.id) "/changes.atom" (query) }
                }
            }
        }
    }
}

fn beside(output: &Output, format: DocumentFormat, root: &str, query: &str) -> String {
    format!("{root}{}.{}{query}", output.id, format.as_str())
}
