//! Addresses as they stand in the file: URLs, and blocks of IP addresses.

use ipnet::IpNet;
use url::Url;

use super::super::problem::Found;
use super::super::table::At;

/// An http or https URL with a host, without fragment.
pub(super) fn http_url(written: &At<String>, found: &mut Found<'_>) -> Option<Url> {
    let example = "write a whole address such as \"https://agency.example/rss\"";
    match Url::parse(written.trim()) {
        Ok(mut url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            url.set_fragment(None);
            Some(url)
        }
        Ok(url) => {
            found.error(
                &written.span,
                format!("{}: is not an http or https address", url.scheme()),
                example,
            );
            None
        }
        Err(error) => {
            found.error(
                &written.span,
                format!("{:?} is no address: {error}", written.value),
                example,
            );
            None
        }
    }
}

/// The blocks of a list; a single address is a block of one.
pub(super) fn address_blocks(
    written: Option<&At<Vec<At<String>>>>,
    found: &mut Found<'_>,
) -> Option<Vec<IpNet>> {
    let mut blocks = Vec::new();
    for text in &written?.value {
        match text
            .parse::<IpNet>()
            .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
        {
            Ok(block) => blocks.push(block),
            Err(_) => found.error(
                &text.span,
                format!("{:?} is no block of addresses", text.value),
                "write \"127.0.0.1/32\", \"10.0.0.0/8\" or \"fd00::/8\"",
            ),
        }
    }
    Some(blocks)
}
