//! `[server]`.

use std::net::SocketAddr;

use url::Url;

use super::super::LISTEN;
use super::super::file::ServerTable;
use super::super::problem::Found;
use super::http_url;

/// The address to listen at, and the base of every self link.
pub(super) fn server(table: Option<&ServerTable>, found: &mut Found<'_>) -> (SocketAddr, Url) {
    let mut listen = LISTEN.parse().expect("the default is an address");
    if let Some(written) = table.and_then(|table| table.listen.as_ref()) {
        match written.parse() {
            Ok(address) => listen = address,
            Err(_) => found.error(
                &written.span,
                format!("{:?} is not an address with a port", written.value),
                "write \"127.0.0.1:8480\", \"[::1]:8480\", or \"0.0.0.0:8480\" for every network of this machine",
            ),
        }
    }
    let fallback = Url::parse(&format!("http://{listen}/")).expect("an address is a host");
    let Some(written) = table.and_then(|table| table.public_url.as_ref()) else {
        return (listen, fallback);
    };
    let public_url = http_url(written, found).and_then(|url| base(url, written, found));
    (listen, public_url.unwrap_or(fallback))
}

/// A base that ids can be put behind: its path ends in a slash.
fn base(mut url: Url, written: &super::At<String>, found: &mut Found<'_>) -> Option<Url> {
    if url.query().is_some() || !url.username().is_empty() || url.password().is_some() {
        found.error(
            &written.span,
            "public_url carries a query or credentials",
            "write only scheme, host and path: \"https://news.example.org/\"",
        );
        return None;
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Some(url)
}
