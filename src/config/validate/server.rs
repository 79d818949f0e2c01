//! `[server]` and `[metrics]`.

use std::net::SocketAddr;

use url::Url;

use super::super::LISTEN;
use super::super::file::{MetricsTable, ServerTable};
use super::super::problem::Found;
use super::http_url;

/// The address to listen at, and the base of every self link.
pub(super) fn server(table: Option<&ServerTable>, found: &mut Found<'_>) -> (SocketAddr, Url) {
    let mut listen = LISTEN.parse().expect("the default is an address");
    if let Some(written) = table.and_then(|table| table.listen.as_ref()) {
        listen = address(written, 8480, found).unwrap_or(listen);
    }
    let fallback = Url::parse(&format!("http://{listen}/")).expect("an address is a host");
    let Some(written) = table.and_then(|table| table.public_url.as_ref()) else {
        return (listen, fallback);
    };
    let public_url = http_url(written, found).and_then(|url| base(url, written, found));
    (listen, public_url.unwrap_or(fallback))
}

/// Without a `public_url`, documents name the address that is listened at; one that stands for every network leads nowhere.
pub(super) fn tell_wildcard(
    table: Option<&ServerTable>,
    listen: &[SocketAddr],
    found: &mut Found<'_>,
) {
    let written = table.and_then(|table| table.listen.as_ref());
    let is_wildcard = |address: &&SocketAddr| address.ip().to_canonical().is_unspecified();
    if let (Some(written), Some(address)) = (written, listen.iter().find(is_wildcard)) {
        found.warning(
            &written.span,
            format!("without a `public_url` the documents name themselves by {address}, which leads nowhere"),
            "write the address that readers use as public_url in [server], such as \"https://news.example.org/\"",
        );
    }
}

/// The address that metrics are served at; `None`: nowhere.
pub(super) fn metrics(
    table: Option<&MetricsTable>,
    server: SocketAddr,
    found: &mut Found<'_>,
) -> Option<SocketAddr> {
    let table = table?;
    let Some(written) = &table.listen else {
        found.error(
            &table.span,
            "[metrics] without a `listen`",
            "write listen = \"127.0.0.1:9480\", or remove the table: metrics are then served nowhere",
        );
        return None;
    };
    let listen = address(written, 9480, found)?;
    // Port 0 is any that is free.
    if listen == server && listen.port() != 0 {
        found.error(
            &written.span,
            format!("{listen} is where the outputs are served"),
            "give the metrics another port, such as \"127.0.0.1:9480\"",
        );
        return None;
    }
    Some(listen)
}

fn address(written: &super::At<String>, port: u16, found: &mut Found<'_>) -> Option<SocketAddr> {
    let address = written.parse().ok();
    if address.is_none() {
        found.error(
            &written.span,
            format!("{:?} is not an address with a port", written.value),
            format!("write \"127.0.0.1:{port}\", \"[::1]:{port}\", or \"0.0.0.0:{port}\" for every network of this machine"),
        );
    }
    address
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
