//! `[server]` and `[metrics]`.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use url::Url;

use super::super::LISTEN;
use super::super::file::{MetricsTable, ServerTable};
use super::super::problem::Found;
use super::super::table::{At, Value};
use super::super::values::Listens;
use super::addresses::{address_blocks, http_url};
use super::files::relative;
use crate::serve::{Address, Settings};

/// The addresses to listen at, and the base of every self link.
pub(super) fn server(table: Option<&ServerTable>, found: &mut Found<'_>) -> (Vec<Address>, Url) {
    let written = table.and_then(|table| table.listen.as_ref());
    let mut listen = written.map_or_else(Vec::new, |written| addresses(written, found));
    if listen.is_empty() {
        listen.push(Address::Ip(
            LISTEN.parse().expect("the default is an address"),
        ));
    }
    let fallback = fallback(&listen);
    let Some(written) = table.and_then(|table| table.public_url.as_ref()) else {
        return (listen, fallback);
    };
    let public_url = http_url(written, found).and_then(|url| base(url, written, found));
    (listen, public_url.unwrap_or(fallback))
}

/// How readers are served.
pub(super) fn settings(table: Option<&ServerTable>, found: &mut Found<'_>) -> Settings {
    let written = table.and_then(|table| table.proxies.as_ref());
    let proxies = address_blocks(written, found);
    proxies.map_or_else(Settings::default, |proxies| Settings { proxies })
}

/// The base of self links where nobody has said how readers see us: the first address that a reader on this machine can
/// open.
pub(super) fn fallback(listen: &[Address]) -> Url {
    let host = listen.iter().find_map(|address| match address {
        // What stands for every network is no address to be opened.
        Address::Ip(ip) if ip.ip().is_unspecified() => Some(format!("localhost:{}", ip.port())),
        Address::Ip(_) | Address::Localhost(_) => Some(address.to_string()),
        Address::Unix(_) => None,
    });
    let host = host.as_deref().unwrap_or("localhost");
    Url::parse(&format!("http://{host}/")).expect("an address is a host")
}

/// What `listen` names, each once.
fn addresses(written: &At<Listens>, found: &mut Found<'_>) -> Vec<Address> {
    let one;
    let texts = match &written.value {
        Listens::One(text) => {
            one = [At {
                value: text.clone(),
                span: written.span.clone(),
            }];
            &one[..]
        }
        Listens::Several(texts) => texts,
    };
    if texts.is_empty() {
        found.error(
            &written.span,
            "`listen` names no address",
            format!("write {}", <Listens as Value>::FORM),
        );
    }
    let mut addresses = Vec::new();
    for text in texts {
        let Some(address) = server_address(text, found) else {
            continue;
        };
        if addresses.iter().any(|other| clash(other, &address)) {
            found.error(
                &text.span,
                format!("{address} is listened at already"),
                "name each address once; localhost stands for 127.0.0.1 and [::1], 0.0.0.0 and [::] for every network",
            );
        }
        addresses.push(address);
    }
    addresses
}

fn server_address(written: &At<String>, found: &mut Found<'_>) -> Option<Address> {
    if let Some(path) = written.strip_prefix("unix:") {
        if path.is_empty() {
            found.error(
                &written.span,
                "a Unix socket without a path",
                "write \"unix:/run/mainstem/http.sock\"",
            );
            return None;
        }
        return Some(Address::Unix(relative(found.file, path)));
    }
    let port = |text: &str| text.parse().ok();
    if let Some(port) = written.strip_prefix("localhost:").and_then(port) {
        return Some(Address::Localhost(port));
    }
    address(written, 8480, found).map(Address::Ip)
}

/// Whether two addresses cannot be listened at together. Port 0 is any that is free, another one each time.
fn clash(one: &Address, other: &Address) -> bool {
    let port = |address: &Address| match address {
        Address::Ip(ip) => Some(ip.port()),
        Address::Localhost(port) => Some(*port),
        Address::Unix(_) => None,
    };
    let is_localhost = |address: &Address| matches!(address, Address::Localhost(_));
    let is_within_localhost = |address: &Address| match address {
        Address::Ip(ip) => ip.ip() == Ipv4Addr::LOCALHOST || ip.ip() == Ipv6Addr::LOCALHOST,
        other => is_localhost(other),
    };
    let is_same = one == other
        || (is_localhost(one) && is_within_localhost(other))
        || (is_localhost(other) && is_within_localhost(one))
        || takes_in(one, other)
        || takes_in(other, one);
    is_same && port(one) == port(other) && port(one) != Some(0)
}

/// Whether an address stands for every network and so for the other, too. `[::]` leaves IPv4 to `0.0.0.0` beside it.
fn takes_in(all: &Address, other: &Address) -> bool {
    let Address::Ip(all) = all else {
        return false;
    };
    match other {
        Address::Ip(other) if all.ip() == Ipv6Addr::UNSPECIFIED => {
            other.ip() != Ipv4Addr::UNSPECIFIED
        }
        Address::Ip(other) => all.ip() == Ipv4Addr::UNSPECIFIED && other.is_ipv4(),
        Address::Localhost(_) => all.ip().is_unspecified(),
        Address::Unix(_) => false,
    }
}

/// Warns of what others reach by an address that nobody has written, where no `public_url` says which.
pub(super) fn tell_unlinked(
    table: Option<&ServerTable>,
    listen: &[Address],
    found: &mut Found<'_>,
) {
    const HINT: &str = "write the address that readers use as public_url in [server], such as \"https://news.example.org/\"";
    let written = table.and_then(|table| table.listen.as_ref());
    let is_unix = |address: &Address| matches!(address, Address::Unix(_));
    if let (Some(written), true) = (written, listen.iter().all(is_unix)) {
        found.warning(
            &written.span,
            format!("only Unix sockets are listened at, and without a `public_url` the documents link to {}", fallback(listen)),
            HINT,
        );
    }
    let is_wildcard = |address: &&Address| matches!(address, Address::Ip(ip) if ip.ip().to_canonical().is_unspecified());
    if let (Some(written), Some(address)) = (written, listen.iter().find(is_wildcard)) {
        found.warning(
            &written.span,
            format!("{address} is open to other machines, but without a `public_url` the documents link to this machine alone"),
            HINT,
        );
    }
}

/// The address that metrics are served at; `None`: nowhere.
pub(super) fn metrics(
    table: Option<&MetricsTable>,
    server: &[Address],
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
    let is_taken = |address: &Address| clash(address, &Address::Ip(listen));
    if server.iter().any(is_taken) {
        found.error(
            &written.span,
            format!("{listen} is where the outputs are served"),
            "give the metrics another port, such as \"127.0.0.1:9480\"",
        );
        return None;
    }
    Some(listen)
}

fn address(written: &At<String>, port: u16, found: &mut Found<'_>) -> Option<SocketAddr> {
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
fn base(mut url: Url, written: &At<String>, found: &mut Found<'_>) -> Option<Url> {
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
