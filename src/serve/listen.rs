//! Where the server listens, by its configuration.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};

use super::address::{Address, BindError};
use super::holder::holder;
use super::listener::{BACKLOG, Listener};
use super::socket_file::SocketFile;

/// Listens at all of these addresses, which stand in the configuration under `key`. Must be called on a runtime.
///
/// # Errors
/// One of them cannot be listened at; the others are given up again.
pub async fn bind(addresses: &[Address], key: &'static str) -> Result<Vec<Listener>, BindError> {
    let mut listeners = Vec::new();
    for address in addresses {
        match address {
            Address::Ip(ip) => listeners.push(bind_ip(*ip, addresses, key)?),
            Address::Localhost(port) => listeners.extend(bind_localhost(*port, addresses, key)?),
            Address::Unix(path) => {
                let file = SocketFile::claim(path, key).await?;
                listeners.push(bind_unix(file, key)?);
            }
        }
    }
    Ok(listeners)
}

fn bind_ip(
    address: SocketAddr,
    beside: &[Address],
    key: &'static str,
) -> Result<Listener, BindError> {
    let listen = || {
        let socket = Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        // Connections of the last run may still be closing.
        socket.set_reuse_address(true)?;
        // `[::]` stands for IPv4 as well, unless that is listened at by itself.
        let ipv4 = Address::Ip(SocketAddr::from((Ipv4Addr::UNSPECIFIED, address.port())));
        if address.ip() == Ipv6Addr::UNSPECIFIED && beside.contains(&ipv4) {
            socket.set_only_v6(true)?;
        }
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Listener::tcp(socket.into(), false)
    };
    listen().map_err(|error| BindError::of(key, address, error, || holder(address)))
}

/// The addresses of this machine's own that the name stands for (RFC 6761 §6.3): no resolver is asked, for it could say
/// anything. A machine without one of the two families listens at the other.
fn bind_localhost(
    port: u16,
    beside: &[Address],
    key: &'static str,
) -> Result<Vec<Listener>, BindError> {
    let mut listeners = Vec::new();
    let mut absent = None;
    // Any port that is free is the same for both.
    let mut port = port;
    for ip in [
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    ] {
        match bind_ip((ip, port).into(), beside, key) {
            Ok(listener) => {
                port = listener.ip().map_or(port, |address| address.port());
                listeners.push(listener);
            }
            Err(error) if error.is_absent() => absent = Some(error),
            Err(error) => return Err(error),
        }
    }
    match absent {
        Some(error) if listeners.is_empty() => Err(error),
        _ => Ok(listeners),
    }
}

fn bind_unix(file: SocketFile, key: &'static str) -> Result<Listener, BindError> {
    let path = file.path().to_owned();
    let listen = move || Listener::unix(file.listen(BACKLOG)?, Some(file), false);
    let address = Address::Unix(path);
    listen().map_err(|error| BindError::of(key, address, error, || None))
}
