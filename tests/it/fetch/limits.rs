//! Limits: what a server can do to us, and what it is called.
//!
//! - gzip, deflate (zlib's form and the bare one), br and zstd are undone, several members, frames and codings in a row too;
//!   junk behind them is passed over; a coding cut short, broken or not asked for fails. A document under a wrong label is
//!   read as it is, and gzip that no label names is unpacked.
//! - The cap holds on the wire and decoded: declared, sent, endless, packed; just at the cap is allowed.
//! - Windows are bounded before they are allocated: 2 GiB of zstd, the large ones of brotli.
//! - A length or chunks that lie, and a transfer that ends too early, give nothing: no entry, no validators.
//! - The deadline is over the whole request: connecting, handshake, header, body and all hops, however it drips.
//! - Headers are bounded: endless, too many, too long; a flood of 1xx ends.
//! - What is not HTTP fails. Every failure carries its class.

use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::{LOCAL, MERGED, TEXT, assert_all, feed, refresh, source, summary, titles};
use crate::support::daemon::Desk;
use crate::support::origin::{Origin, Reply, head, raw_response, response, rss};

/// What every answer gives, to be sent back only where the document was good.
const ETAG: (&str, &[u8]) = ("ETag", b"\"v\"");
const CAP: usize = 100 * 1024;
/// Fifty times the cap, and packed in a moment.
const BOMB: usize = 5_000_000;

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("into memory");
    encoder.finish().expect("into memory")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("into memory");
    encoder.finish().expect("into memory")
}

fn bare_deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("into memory");
    encoder.finish().expect("into memory")
}

fn brotli_with(bytes: &[u8], window: i32) -> Vec<u8> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 5,
        lgwin: window,
        large_window: window > 24,
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &parameters).expect("into memory");
    packed
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    brotli_with(bytes, 22)
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).expect("into memory")
}

/// A frame of one raw block that asks for a window of 2^`log` bytes (RFC 8878 §3.1.1.1.2).
fn zstd_window(log: u8, bytes: &[u8]) -> Vec<u8> {
    let size = u32::try_from(bytes.len()).expect("a small block");
    let block = ((size << 3) | 1).to_le_bytes();
    let header = [0x28, 0xB5, 0x2F, 0xFD, 0x00, (log - 10) << 3];
    [&header, &block[..3], bytes].concat()
}

/// A skippable frame (RFC 8878 §3.1.2).
fn skippable() -> Vec<u8> {
    [&[0x53, 0x2A, 0x4D, 0x18, 4, 0, 0, 0], b"skip".as_slice()].concat()
}

fn half(bytes: Vec<u8>) -> Vec<u8> {
    bytes[..bytes.len() / 2].to_vec()
}

fn coded(coding: &str, body: &[u8]) -> Reply {
    raw_response(
        "200 OK",
        &[ETAG, ("Content-Encoding", coding.as_bytes())],
        body,
    )
    .into()
}

/// A feed of exactly so many bytes.
fn feed_of_size(size: usize) -> Vec<u8> {
    let (start, end) = (b"<?xml version=\"1.0\"?><!-- ".to_vec(), feed());
    let end = &end[21..];
    let padding = vec![b'x'; size - start.len() - 4 - end.len()];
    [&start, padding.as_slice(), b" -->", end].concat()
}

fn bomb() -> Vec<u8> {
    let mut bytes = feed();
    bytes.resize(BOMB, b' ');
    bytes
}

type Case = (&'static str, fn() -> Reply, &'static [&'static str]);

const FRESH: &[&str] = &["fresh 200"];
const TOO_LARGE: &[&str] = &["failed too_large 200"];
const TRUNCATED: &[&str] = &["failed truncated 200"];
const DECODE: &[&str] = &["failed decode 200"];

const CODINGS: &[Case] = &[
    ("gzip", || coded("gzip", &gzip(&feed())), FRESH),
    ("x-gzip", || coded("x-gzip", &gzip(&feed())), FRESH),
    ("GZIP", || coded("GZIP", &gzip(&feed())), FRESH),
    ("identity", || coded("identity", &feed()), FRESH),
    ("zlib's deflate", || coded("deflate", &zlib(&feed())), FRESH),
    (
        "bare deflate",
        || coded("deflate", &bare_deflate(&feed())),
        FRESH,
    ),
    ("br", || coded("br", &brotli(&feed())), FRESH),
    ("zstd", || coded("zstd", &zstd(&feed())), FRESH),
    (
        "gzip twice",
        || coded("gzip, gzip", &gzip(&gzip(&feed()))),
        FRESH,
    ),
    (
        "br in zstd",
        || coded("br, zstd", &zstd(&brotli(&feed()))),
        FRESH,
    ),
    (
        "three codings",
        || coded("gzip, gzip, gzip", &gzip(&gzip(&gzip(&feed())))),
        DECODE,
    ),
    (
        "an empty body with a coding",
        || coded("gzip", b""),
        &["failed not_a_feed 200"],
    ),
    (
        "members of gzip",
        || coded("gzip", &[gzip(&feed()[..50]), gzip(&feed()[50..])].concat()),
        FRESH,
    ),
    (
        "frames of zstd",
        || {
            coded(
                "zstd",
                &[
                    skippable(),
                    zstd(&feed()[..50]),
                    skippable(),
                    zstd(&feed()[50..]),
                ]
                .concat(),
            )
        },
        FRESH,
    ),
    (
        "junk behind gzip",
        || coded("gzip", &[gzip(&feed()), b"\0\0junk".to_vec()].concat()),
        FRESH,
    ),
    (
        "junk behind zlib",
        || coded("deflate", &[zlib(&feed()), b"\0\0junk".to_vec()].concat()),
        FRESH,
    ),
    (
        "junk behind deflate",
        || {
            coded(
                "deflate",
                &[bare_deflate(&feed()), b"\0\0junk".to_vec()].concat(),
            )
        },
        FRESH,
    ),
    (
        "junk behind br",
        || coded("br", &[brotli(&feed()), b"\0\0junk".to_vec()].concat()),
        FRESH,
    ),
    (
        "junk behind zstd",
        || coded("zstd", &[zstd(&feed()), b"\0\0junk".to_vec()].concat()),
        FRESH,
    ),
    (
        "gzip cut",
        || coded("gzip", &half(gzip(&feed()))),
        TRUNCATED,
    ),
    (
        "gzip without its trailer",
        || coded("gzip", &gzip(&feed())[..gzip(&feed()).len() - 8]),
        TRUNCATED,
    ),
    (
        "a second member cut",
        || coded("gzip", &[gzip(&feed()), half(gzip(&feed()))].concat()),
        TRUNCATED,
    ),
    (
        "zlib cut",
        || coded("deflate", &half(zlib(&feed()))),
        TRUNCATED,
    ),
    (
        "deflate cut",
        || coded("deflate", &half(bare_deflate(&feed()))),
        TRUNCATED,
    ),
    ("br cut", || coded("br", &half(brotli(&feed()))), TRUNCATED),
    (
        "zstd cut",
        || coded("zstd", &half(zstd(&feed()))),
        TRUNCATED,
    ),
    (
        "a wrong checksum",
        || {
            coded("gzip", &{
                let mut packed = gzip(&feed());
                let at = packed.len() - 6;
                packed[at] ^= 1;
                packed
            })
        },
        DECODE,
    ),
    (
        "a wrong byte in zlib",
        || {
            coded("deflate", &{
                let mut packed = zlib(&feed());
                let at = packed.len() - 2;
                packed[at] ^= 1;
                packed
            })
        },
        DECODE,
    ),
    ("a lie of gzip", || coded("gzip", &feed()), FRESH),
    ("a lie of deflate", || coded("deflate", &feed()), FRESH),
    ("a lie of br", || coded("br", &feed()), FRESH),
    ("a lie of zstd", || coded("zstd", &feed()), FRESH),
    (
        "gzip that is br",
        || coded("gzip", &brotli(&feed())),
        DECODE,
    ),
    (
        "a coding nobody asked for",
        || coded("compress", &feed()),
        DECODE,
    ),
    ("an unreadable coding", || coded("\u{e9}", &feed()), FRESH),
    (
        "gzip untold",
        || raw_response("200 OK", &[ETAG], &gzip(&feed())).into(),
        FRESH,
    ),
    (
        "a bomb untold",
        || raw_response("200 OK", &[ETAG], &gzip(&bomb())).into(),
        TOO_LARGE,
    ),
    (
        "a bomb untold in a told one",
        || coded("gzip", &gzip(&gzip(&bomb()))),
        TOO_LARGE,
    ),
    (
        "gzip untold, three layers",
        || raw_response("200 OK", &[ETAG], &gzip(&gzip(&gzip(&feed())))).into(),
        DECODE,
    ),
    (
        "gzip untold, just at the cap",
        || raw_response("200 OK", &[ETAG], &gzip(&feed_of_size(CAP))).into(),
        FRESH,
    ),
    (
        "gzip untold, a byte more",
        || raw_response("200 OK", &[ETAG], &gzip(&feed_of_size(CAP + 1))).into(),
        TOO_LARGE,
    ),
    (
        "a bomb of gzip",
        || coded("gzip", &gzip(&bomb())),
        TOO_LARGE,
    ),
    (
        "a bomb of members",
        || coded("gzip", &gzip(&vec![b' '; CAP / 2]).repeat(50)),
        TOO_LARGE,
    ),
    (
        "a bomb in a bomb",
        || coded("gzip, gzip", &gzip(&gzip(&bomb()))),
        TOO_LARGE,
    ),
    (
        "a bomb of zlib",
        || coded("deflate", &zlib(&bomb())),
        TOO_LARGE,
    ),
    (
        "a bomb of deflate",
        || coded("deflate", &bare_deflate(&bomb())),
        TOO_LARGE,
    ),
    ("a bomb of br", || coded("br", &brotli(&bomb())), TOO_LARGE),
    (
        "a bomb of zstd",
        || coded("zstd", &zstd(&bomb())),
        TOO_LARGE,
    ),
    (
        "zstd with the window of RFC 9659",
        || coded("zstd", &zstd_window(23, &feed())),
        FRESH,
    ),
    (
        "zstd with twice that",
        || coded("zstd", &zstd_window(24, &feed())),
        DECODE,
    ),
    (
        "zstd with 2 GiB",
        || coded("zstd", &zstd_window(31, &feed())),
        DECODE,
    ),
    (
        "br with its largest window",
        || coded("br", &brotli_with(&feed(), 24)),
        FRESH,
    ),
    (
        "br with a window beyond the standard",
        || coded("br", &brotli_with(&feed(), 30)),
        DECODE,
    ),
];

fn declared(length: usize, body: &[u8]) -> Reply {
    let length = length.to_string();
    let head = head("200 OK", &[ETAG, ("Content-Length", length.as_bytes())]);
    Reply::default().send([head.as_slice(), body].concat())
}

fn chunked(chunks: &[u8]) -> Reply {
    let head = head("200 OK", &[ETAG, ("Transfer-Encoding", b"chunked")]);
    Reply::default().send([head.as_slice(), chunks].concat())
}

/// One chunk that says so itself.
fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

fn status_line() -> Reply {
    Reply::default().send(b"HTTP/1.1 200 OK\r\n".to_vec())
}

const BODIES: &[Case] = &[
    (
        "as large as allowed",
        || raw_response("200 OK", &[ETAG], &feed_of_size(CAP)).into(),
        FRESH,
    ),
    (
        "a byte more",
        || raw_response("200 OK", &[ETAG], &feed_of_size(CAP + 1)).into(),
        TOO_LARGE,
    ),
    (
        "a byte more, packed",
        || coded("gzip", &gzip(&feed_of_size(CAP + 1))),
        TOO_LARGE,
    ),
    (
        "as large as allowed, packed",
        || coded("gzip", &gzip(&feed_of_size(CAP))),
        FRESH,
    ),
    (
        "a declared length beyond",
        || declared(usize::MAX / 4, &feed()),
        TOO_LARGE,
    ),
    (
        "a length of twenty digits",
        || {
            Reply::default()
                .send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n".to_vec())
                .send(feed())
        },
        &["failed connect", "failed truncated", "failed decode"],
    ),
    (
        "an endless body",
        || {
            Reply::default()
                .send(head("200 OK", &[ETAG]))
                .endless(feed())
        },
        TOO_LARGE,
    ),
    (
        "endless chunks",
        || chunked(b"").endless(chunk(&feed())),
        TOO_LARGE,
    ),
    (
        "endless packed",
        || {
            Reply::default()
                .send(head("200 OK", &[ETAG, ("Content-Encoding", b"gzip")]))
                .endless(gzip(&feed()))
        },
        TOO_LARGE,
    ),
    (
        "an endless coding that gives nothing",
        || {
            Reply::default()
                .send(head("200 OK", &[ETAG, ("Content-Encoding", b"zstd")]))
                .endless(skippable())
        },
        TOO_LARGE,
    ),
    (
        "to the end of the connection",
        || Reply::default().send(head("200 OK", &[ETAG])).send(feed()),
        FRESH,
    ),
    (
        "chunks",
        || {
            chunked(
                &[
                    chunk(&feed()[..9]),
                    chunk(&feed()[9..]),
                    b"0\r\n\r\n".to_vec(),
                ]
                .concat(),
            )
        },
        FRESH,
    ),
    (
        "chunks with extensions and trailers",
        || {
            chunked(
                &[
                    format!("{:X};x=\"y\"\r\n", feed().len()).as_bytes(),
                    &feed(),
                    b"\r\n0;z\r\nETag: \"t\"\r\n\r\n",
                ]
                .concat(),
            )
        },
        FRESH,
    ),
    (
        "a length that is too long",
        || declared(feed().len() + 100, &feed()),
        TRUNCATED,
    ),
    (
        "a length that is too long, and silence",
        || declared(feed().len() + 100, &feed()).silence(),
        &["failed timeout 200"],
    ),
    ("no last chunk", || chunked(&chunk(&feed())), TRUNCATED),
    (
        "half a last chunk",
        || chunked(&[chunk(&feed()), b"0\r\n".to_vec()].concat()),
        TRUNCATED,
    ),
    ("a chunk cut", || chunked(&half(chunk(&feed()))), TRUNCATED),
    (
        "a chunk longer than it says",
        || chunked(&[b"9\r\n".as_slice(), &feed(), b"\r\n0\r\n\r\n"].concat()),
        TRUNCATED,
    ),
    (
        "a chunk of no length",
        || chunked(&[chunk(&feed()), b"zz\r\n".to_vec()].concat()),
        TRUNCATED,
    ),
    (
        "a chunk of twenty digits",
        || chunked(&[b"ffffffffffffffffffff\r\n".to_vec(), feed()].concat()),
        TRUNCATED,
    ),
    (
        "an endless chunk extension",
        || chunked(b"9;x=").endless(vec![b'y'; 4096]),
        TRUNCATED,
    ),
    (
        "endless trailers",
        || {
            chunked(&[chunk(&feed()), b"0\r\n".to_vec()].concat())
                .endless(b"X-Trailer: y\r\n".to_vec())
        },
        TRUNCATED,
    ),
    (
        "reset in the middle",
        || declared(feed().len(), &half(feed())),
        TRUNCATED,
    ),
];

/// Cases that wait for their deadline, or fail before there is a status.
const HEADS: &[Case] = &[
    (
        "nothing at all",
        || Reply::default().silence(),
        &["failed timeout"],
    ),
    (
        "silence after the status",
        || status_line().silence(),
        &["failed timeout"],
    ),
    (
        "silence after the header",
        || declared(1000, b"").silence(),
        &["failed timeout 200"],
    ),
    (
        "a dripping header",
        || {
            Reply::default().drip(
                head("200 OK", &[("X-Drip", &[b'y'; 2000])]),
                Duration::from_millis(50),
            )
        },
        &["failed timeout"],
    ),
    (
        "a dripping body",
        || {
            Reply::default()
                .send(head("200 OK", &[ETAG]))
                .drip(feed(), Duration::from_millis(50))
        },
        &["failed timeout 200"],
    ),
    (
        "dripping chunks",
        || chunked(&chunk(b"<")).drip(chunk(&feed()), Duration::from_millis(50)),
        &["failed timeout 200"],
    ),
    (
        "endless header lines",
        || status_line().endless(b"X-More: yes\r\n".to_vec()),
        &["failed too_large"],
    ),
    (
        "one endless header line",
        || {
            status_line()
                .send(b"X-More: ".to_vec())
                .endless(vec![b'y'; 4096])
        },
        &["failed too_large"],
    ),
    (
        "an endless status line",
        || {
            Reply::default()
                .send(b"HTTP/1.1 200 ".to_vec())
                .endless(vec![b'y'; 4096])
        },
        &["failed too_large"],
    ),
    (
        "200 header lines",
        || {
            Reply::default()
                .send(head("200 OK", &[("X-More", b"yes".as_slice()); 200]))
                .send(feed())
        },
        &["failed too_large"],
    ),
    (
        "100 header lines",
        || {
            raw_response(
                "200 OK",
                &[[ETAG].as_slice(), &[("X-More", b"yes".as_slice()); 100]].concat(),
                &feed(),
            )
            .into()
        },
        FRESH,
    ),
    (
        "a header line of 1 MiB",
        || {
            Reply::default()
                .send(head("200 OK", &[("X-Long", &vec![b'y'; 1 << 20])]))
                .send(feed())
        },
        &["failed too_large"],
    ),
    (
        "a flood of 1xx",
        || Reply::default().endless(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()),
        &["failed timeout", "failed too_large", "failed connect"],
    ),
    (
        "a few 1xx before the answer",
        || {
            Reply::default()
                .send(
                    b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
                        .to_vec(),
                )
                .send(raw_response("200 OK", &[ETAG], &feed()))
        },
        FRESH,
    ),
    (
        "closed at once",
        Reply::default,
        &["failed truncated", "failed connect"],
    ),
    (
        "closed in the header",
        || status_line(),
        &["failed truncated"],
    ),
    (
        "another protocol",
        || Reply::default().send(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
        &["failed connect"],
    ),
    (
        "HTTP/0.9",
        || Reply::default().send(feed()),
        &["failed connect"],
    ),
    (
        "a header with a NUL",
        || {
            Reply::default()
                .send(b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n".to_vec())
                .send(feed())
        },
        &["failed connect"],
    ),
    (
        "a header without a colon",
        || {
            Reply::default()
                .send(b"HTTP/1.1 200 OK\r\nno colon\r\nETag: \"v\"\r\n\r\n".to_vec())
                .send(feed())
        },
        FRESH,
    ),
    (
        "HTTP/1.0",
        || {
            Reply::default()
                .send(b"HTTP/1.0 200 OK\r\nETag: \"v\"\r\n\r\n".to_vec())
                .send(feed())
        },
        FRESH,
    ),
    (
        "two lengths",
        || {
            Reply::default()
                .send(
                    b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Length: 700\r\n\r\n"
                        .to_vec(),
                )
                .send(feed())
        },
        &["failed connect"],
    ),
    (
        "a negative length",
        || {
            Reply::default()
                .send(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n".to_vec())
                .send(feed())
        },
        &["failed connect"],
    ),
];

/// Each case as a source; twice, so that what was stored of the first answer is seen.
fn all(cases: &'static [Case], keys: &str) {
    let origin = Origin::start(|asked| {
        let nth: usize = asked.path[1..].parse().expect("a number");
        cases[nth].1()
    });
    let sources: String = (0..cases.len())
        .map(|nth| source(&nth.to_string(), &origin.url(&format!("/{nth}")), ""))
        .collect();
    let desk = Desk::new(&format!("{LOCAL}per_host = 64\n{keys}{sources}{MERGED}"));
    let (rows, again) = (refresh(&desk), refresh(&desk));
    let (asked, mut wrong) = (origin.asked(), Vec::new());
    let mut good = 0;
    for (nth, (rule, _, expected)) in cases.iter().enumerate() {
        let found = summary(&rows[&nth.to_string()]);
        if !expected.contains(&found.as_str()) {
            wrong.push(format!(
                "{rule}: {found} in place of {expected:?}: {}",
                rows[&nth.to_string()]["message"]
            ));
        }
        let is_good = found.starts_with("fresh");
        good += usize::from(is_good);
        if again[&nth.to_string()]["outcome"] == "failed" && is_good {
            wrong.push(format!(
                "{rule}: once good, then {}",
                summary(&again[&nth.to_string()])
            ));
        }
        let path = format!("/{nth}");
        let second = asked
            .iter()
            .filter(|asked| asked.path == path)
            .nth(1)
            .expect("asked twice");
        if second.header("if-none-match").is_some() != is_good {
            wrong.push(format!(
                "{rule}: {found}, and then {:?} was sent",
                second.header("if-none-match")
            ));
        }
    }
    assert_all(&wrong);
    assert_eq!(titles(&desk).len(), good, "no entry of what failed");
}

#[test]
fn codings_are_undone_under_the_cap_and_no_other_way() {
    all(CODINGS, "");
}

#[test]
fn bodies_end_where_they_say_and_at_the_cap() {
    all(BODIES, "timeout = \"3s\"\n");
}

#[test]
fn headers_are_bounded_and_the_deadline_is_over_everything() {
    all(HEADS, "timeout = \"2s\"\n");
}

/// A length that is too short: the rest is not of this answer, and a document that is cut gives its whole entries at most.
#[test]
fn what_follows_a_short_length_is_never_read() {
    let whole = rss(&[("1", "first", TEXT), ("2", "second", TEXT)]);
    let short = whole.len() - 100;
    let origin = Origin::start(move |_| declared(short, &whole));
    let desk = Desk::new(&format!(
        "{LOCAL}{}{MERGED}",
        source("a", &origin.url("/a"), "")
    ));
    refresh(&desk);
    let found = titles(&desk);
    assert!(found.is_empty() || found == ["first"], "{found:?}");
}

/// Each hop is quick; together they take longer than the whole request may.
#[test]
fn the_deadline_counts_all_hops() {
    let origin = Origin::start(|asked| {
        let hop: u32 = asked.path[1..].parse().expect("a number");
        let next = format!("/{}", hop + 1);
        let answer = if hop == 8 {
            response("200 OK", &[], &feed())
        } else {
            response("302 Found", &[("Location", &next)], b"")
        };
        Reply::default()
            .wait(Duration::from_millis(400))
            .send(answer)
    });
    let desk = Desk::new(&format!(
        "{LOCAL}timeout = \"1s\"\n{}",
        source("a", &origin.url("/0"), "")
    ));
    assert_eq!(summary(&refresh(&desk)["a"]), "failed timeout");
    assert!(origin.asked().len() < 9);
}

/// A whole TLS record with a fatal alert (RFC 8446 §6).
fn alert(what: u8) -> Vec<u8> {
    vec![0x15, 0x03, 0x03, 0x00, 0x02, 0x02, what]
}

/// What a server says to a ClientHello, where no secure connection comes of it.
#[test]
fn no_secure_connection_is_a_class_of_its_own() {
    let hung_up = || Reply::default();
    let says = |bytes: &[u8]| Reply::from(bytes.to_vec());
    let cases = [
        (
            "plain HTTP",
            says(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            "failed tls",
        ),
        (
            "plain HTTP, the whole page",
            says(&response("400 Bad Request", &[], b"<html>")),
            "failed tls",
        ),
        (
            "another protocol",
            says(b"SSH-2.0-OpenSSH_9.2\r\n"),
            "failed tls",
        ),
        ("zeros", says(&[0; 64]), "failed tls"),
        ("handshake_failure", says(&alert(40)), "failed tls"),
        ("certificate_unknown", says(&alert(46)), "failed tls"),
        ("protocol_version", says(&alert(70)), "failed tls"),
        ("internal_error", says(&alert(80)), "failed tls"),
        ("unrecognized_name", says(&alert(112)), "failed tls"),
        ("hung up", hung_up(), "failed tls"),
        (
            "a stalled handshake",
            Reply::default().silence(),
            "failed timeout",
        ),
    ];
    // Each at an address of its own, so that one's silence says nothing of another's.
    let (servers, sources): (Vec<Origin>, String) = cases
        .iter()
        .enumerate()
        .map(|(nth, (_, reply, _))| {
            let server = Origin::deaf(&format!("127.0.1.{}", nth + 1), reply.clone());
            let url = server.url("/").replace("http:", "https:");
            (server, source(&nth.to_string(), &url, "timeout = \"2s\""))
        })
        .unzip();
    let desk = Desk::new(&format!("{LOCAL}{sources}"));
    let rows = refresh(&desk);
    let wrong: Vec<String> = cases
        .iter()
        .enumerate()
        .map(|(nth, (rule, _, expected))| (rule, expected, &rows[&nth.to_string()]))
        .filter(|(_, expected, row)| summary(row) != **expected)
        .map(|(rule, _, row)| format!("{rule}: {}: {}", summary(row), row["message"]))
        .collect();
    assert_eq!(servers.len(), cases.len());
    assert_all(&wrong);
}

/// Every class of failure that a server or a file can bring about.
#[test]
#[expect(clippy::too_many_lines, reason = "the cases are a table")]
fn every_failure_carries_its_class() {
    let origin = Origin::start(|asked| match asked.path.as_str() {
        "/timeout" => Reply::default().silence(),
        "/too_large" => declared(CAP + 1, b""),
        "/truncated" => declared(1000, &feed()),
        "/decode" => coded("gzip", b"no gzip, and no feed"),
        "/egress_blocked" => response("302 Found", &[("Location", "http://10.0.0.1/")], b"").into(),
        "/redirect" => response("302 Found", &[("Location", "file:///etc/passwd")], b"").into(),
        "/loop" => response("302 Found", &[("Location", "/loop")], b"").into(),
        "/status" => response("500 Internal Server Error", &[], b"").into(),
        "/not_a_feed" => response("200 OK", &[], b"{\"error\":\"no such feed\"}").into(),
        "/parse" => response(
            "200 OK",
            &[],
            b"<?xml version=\"1.0\"?><rss version=\"2.0\"><<<",
        )
        .into(),
        path => {
            assert_eq!(path, "/too_deep");
            let deep = format!("<rss version=\"2.0\"><channel>{}", "<a>".repeat(1000));
            response("200 OK", &[], deep.as_bytes()).into()
        }
    });
    let closed = TcpListener::bind(("127.0.9.6", 0))
        .expect("a port")
        .local_addr()
        .expect("an address");
    let mut sources: String = [
        "timeout",
        "too_large",
        "truncated",
        "decode",
        "egress_blocked",
        "redirect",
        "loop",
        "status",
        "not_a_feed",
        "parse",
        "too_deep",
    ]
    .iter()
    .map(|class| {
        source(
            &class.replace('_', "-"),
            &origin.url(&format!("/{class}")),
            "timeout = \"2s\"",
        )
    })
    .collect();
    sources.push_str(&source("connect", &format!("http://{closed}/"), ""));
    sources.push_str(&source(
        "tls",
        &origin.url("/tls").replace("http:", "https:"),
        "",
    ));
    // A label of 64 letters is no name that DNS could be asked for: the resolver says so by itself.
    sources.push_str(&source(
        "dns",
        &format!("http://{}.example/", "a".repeat(64)),
        "",
    ));
    sources.push_str("[[source]]\nid = \"file\"\npath = \"missing.xml\"\n");
    let desk = Desk::new(&format!("{LOCAL}{sources}"));
    let wrong: Vec<String> = refresh(&desk)
        .iter()
        .filter(|(id, row)| row["outcome"] != "failed" || row["class"] != id.replace('-', "_"))
        .map(|(id, row)| format!("{id}: {}: {}", summary(row), row["message"]))
        .collect();
    assert_all(&wrong);
}
