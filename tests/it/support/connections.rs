//! Servers that are scripted by the connection: kept, closed and reset ones, over TLS and HTTP/2 too.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::origin::PATIENCE;

/// What HTTP/2 begins with (RFC 9113 §3.4).
const PREFACE: usize = 24;
/// Frames of HTTP/2 (RFC 9113 §6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// One request, by the connection over which it came.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Over {
    /// Connections of this server before this one.
    pub(crate) connection: usize,
    /// Requests over this connection before it.
    pub(crate) nth: usize,
    /// Its target; over HTTP/2: `h2`.
    pub(crate) path: String,
}

/// What a server does after a request.
pub(crate) enum Act {
    /// Sends these bytes and waits for the next request.
    Keep(Vec<u8>),
    /// Sends these bytes and closes the connection.
    Close(Vec<u8>),
    /// Resets the connection (RST).
    Reset,
    /// Says nothing.
    Silence,
}

/// What a server does with requests over HTTP/2.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Http2 {
    /// RST_STREAM with this code, to each.
    ResetStream(u32),
    /// GOAWAY with this code.
    GoAway(u32),
    /// Answers the first over a connection with this feed, and closes it at the second.
    CloseAtSecond(&'static str),
}

type Log = Arc<Mutex<Vec<Over>>>;
type Script = dyn Fn(&Over) -> Act + Send + Sync;

/// The server; ends with the process.
pub(crate) struct Connections {
    address: SocketAddr,
    scheme: &'static str,
    log: Log,
}

impl Connections {
    /// Over plain TCP.
    pub(crate) fn start(script: impl Fn(&Over) -> Act + Send + Sync + 'static) -> Self {
        Self::run("http", script, |stream| Some(Either::Plain(stream)), None)
    }

    /// Over TLS, with the certificate of [`ca_file`]; HTTP/2 is offered where it says what to do over it.
    pub(crate) fn secure(
        http2: Option<Http2>,
        script: impl Fn(&Over) -> Act + Send + Sync + 'static,
    ) -> Self {
        let key = PrivateKeyDer::from_pem_file(corpus("server.key")).expect("a key");
        let leaf = CertificateDer::from_pem_file(corpus("server.pem")).expect("a certificate");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![leaf], key)
            .expect("they fit");
        config.alpn_protocols = match http2 {
            Some(_) => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
            None => vec![b"http/1.1".to_vec()],
        };
        let config = Arc::new(config);
        let shake = move |mut stream: TcpStream| {
            let mut session = ServerConnection::new(config.clone()).ok()?;
            session.complete_io(&mut stream).ok()?;
            Some(Either::Secure(Box::new(StreamOwned::new(session, stream))))
        };
        Self::run("https", script, shake, http2)
    }

    fn run(
        scheme: &'static str,
        script: impl Fn(&Over) -> Act + Send + Sync + 'static,
        shake: impl Fn(TcpStream) -> Option<Either> + Send + Sync + 'static,
        http2: Option<Http2>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let log = Log::default();
        let seen = log.clone();
        let (script, shake): (Arc<Script>, _) = (Arc::new(script), Arc::new(shake));
        std::thread::spawn(move || {
            for (nth, stream) in listener.incoming().flatten().enumerate() {
                let (script, shake, log) = (script.clone(), shake.clone(), seen.clone());
                std::thread::spawn(move || {
                    // A client that hangs up is no failure of a test.
                    let stream = shake(stream)?;
                    match (http2, stream.speaks_2()) {
                        (Some(http2), true) => serve_2(stream, nth, http2, &log).ok(),
                        _ => serve(stream, nth, script.as_ref(), &log).ok(),
                    }
                });
            }
        });
        Self {
            address,
            scheme,
            log,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// Every request so far, in the order in which they came.
    pub(crate) fn asked(&self) -> Vec<Over> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.clone()
    }

    /// The targets of every request so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|over| over.path).collect()
    }
}

/// The key of a configuration that makes the servers over TLS trusted.
pub(crate) fn ca_file() -> String {
    format!("ca_file = {:?}\n", corpus("server.pem"))
}

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/tls")
        .join(name)
}

enum Either {
    Plain(TcpStream),
    Secure(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Either {
    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Secure(stream) => &stream.sock,
        }
    }

    fn speaks_2(&self) -> bool {
        matches!(self, Self::Secure(stream) if stream.conn.alpn_protocol() == Some(b"h2"))
    }
}

impl Read for Either {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(into),
            Self::Secure(stream) => stream.read(into),
        }
    }
}

impl Write for Either {
    fn write(&mut self, from: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(from),
            Self::Secure(stream) => stream.write(from),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Secure(stream) => stream.flush(),
        }
    }
}

fn note(log: &Log, over: &Over) {
    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
    log.push(over.clone());
}

/// Answers one request after the other as the script says.
fn serve(stream: Either, connection: usize, script: &Script, log: &Log) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    for nth in 0.. {
        let Some(path) = read_target(&mut reader)? else {
            return Ok(());
        };
        let over = Over {
            connection,
            nth,
            path,
        };
        note(log, &over);
        let stream = reader.get_mut();
        match script(&over) {
            Act::Keep(bytes) => stream.write_all(&bytes)?,
            Act::Close(bytes) => return stream.write_all(&bytes),
            Act::Reset => {
                let socket = socket2::SockRef::from(stream.tcp());
                return socket.set_linger(Some(Duration::ZERO));
            }
            Act::Silence => {
                stream.tcp().set_read_timeout(Some(PATIENCE))?;
                let _ = stream.read(&mut [0; 1]);
                return Ok(());
            }
        }
        stream.flush()?;
    }
    Ok(())
}

/// The target of the next request; `None`: there is none.
fn read_target(reader: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let mut target = None;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if line.trim_end().is_empty() {
            return Ok(target);
        }
        let word = || line.split(' ').nth(1).map(str::to_owned);
        target = target.or_else(word);
    }
}

/// Speaks HTTP/2 as far as that takes.
fn serve_2(mut stream: Either, connection: usize, how: Http2, log: &Log) -> std::io::Result<()> {
    stream.read_exact(&mut [0; PREFACE])?;
    stream.write_all(&frame(SETTINGS, 0, 0, &[]))?;
    let mut nth = 0;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        std::io::copy(
            &mut Read::by_ref(&mut stream).take(u64::from(length)),
            &mut std::io::sink(),
        )?;
        if head[3] != HEADERS {
            continue;
        }
        let path = "h2".to_owned();
        note(
            log,
            &Over {
                connection,
                nth,
                path,
            },
        );
        stream.write_all(&match how {
            Http2::ResetStream(code) => frame(RST_STREAM, 0, id, &code.to_be_bytes()),
            Http2::GoAway(code) => frame(GOAWAY, 0, 0, &[[0; 4], code.to_be_bytes()].concat()),
            Http2::CloseAtSecond(_) if nth > 0 => return Ok(()),
            // The one byte is `:status: 200` (RFC 7541, appendix A).
            Http2::CloseAtSecond(body) => [
                frame(HEADERS, END_HEADERS, id, &[0x88]),
                frame(DATA, END_STREAM, id, body.as_bytes()),
            ]
            .concat(),
        })?;
        nth += 1;
        stream.flush()?;
    }
}

fn frame(kind: u8, flags: u8, id: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short frame");
    [
        &length.to_be_bytes()[1..],
        &[kind, flags],
        &id.to_be_bytes(),
        payload,
    ]
    .concat()
}
