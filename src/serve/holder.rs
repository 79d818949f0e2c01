//! Which process holds an address, as far as the kernel lets us see it.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The state of a listening socket in `/proc/net/tcp`.
const LISTEN: &str = "0A";

/// The process that listens at an address, or at the same port of all addresses: its name and pid. `None`: it is not seen,
/// for it is another user's, or `/proc` is closed.
pub(super) fn holder(address: SocketAddr) -> Option<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let texts = tables.map(|table| fs::read_to_string(table).unwrap_or_default());
    let lines = texts.iter().flat_map(|text| text.lines().skip(1));
    let listening = lines.filter_map(listening);
    let mut holding = listening.filter(|(other, _)| clash(address, *other));
    let (_, inode) = holding.next()?;
    name_of(process_with(&format!("socket:[{inode}]"))?)
}

/// A process as messages name it.
pub(super) fn name_of(pid: u32) -> Option<String> {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(format!("{} (pid {pid})", name.trim_end().escape_debug()))
}

fn clash(one: SocketAddr, other: SocketAddr) -> bool {
    let (one_ip, other_ip) = (one.ip().to_canonical(), other.ip().to_canonical());
    one.port() == other.port()
        && (one_ip == other_ip || one_ip.is_unspecified() || other_ip.is_unspecified())
}

/// Address and inode of a line that tells of a listening socket.
fn listening(line: &str) -> Option<(SocketAddr, &str)> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
    if *state != LISTEN {
        return None;
    }
    let (ip, port) = local.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    Some((SocketAddr::new(ip_of(ip)?, port), inode))
}

/// An address as the kernel writes it: words of four bytes in the order of the machine, in hexadecimal digits.
fn ip_of(hex: &str) -> Option<IpAddr> {
    let word = |nth: usize| {
        let digits = hex.get(nth * 8..nth * 8 + 8)?;
        u32::from_str_radix(digits, 16).ok().map(u32::to_ne_bytes)
    };
    match hex.len() {
        8 => Some(Ipv4Addr::from(word(0)?).into()),
        32 => {
            let words = [word(0)?, word(1)?, word(2)?, word(3)?];
            let bytes: [u8; 16] = words.concat().try_into().ok()?;
            Some(Ipv6Addr::from(bytes).into())
        }
        _ => None,
    }
}

/// The process that has a file open which shows as this.
fn process_with(link: &str) -> Option<u32> {
    let pids = fs::read_dir("/proc").ok()?.flatten();
    let mut pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.find(|pid| {
        let files = fs::read_dir(format!("/proc/{pid}/fd"))
            .into_iter()
            .flatten();
        let mut links = files
            .flatten()
            .filter_map(|file| fs::read_link(file.path()).ok());
        links.any(|open| open.to_str() == Some(link))
    })
}
