//! A real server on loopback that answers as scripted and remembers what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

type Script = dyn Fn(&Asked) -> Vec<u8> + Send + Sync;

/// The server; ends with the process.
pub(crate) struct Origin {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Origin {
    /// Answers every request with the raw bytes that `script` gives.
    pub(crate) fn start(script: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (script, log): (Arc<Script>, _) = (Arc::new(script), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, log) = (script.clone(), log.clone());
                std::thread::spawn(move || answer(stream, script.as_ref(), &log));
            }
        });
        Self { address, asked }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Everything asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic under the lock").clone()
    }
}

fn answer(stream: TcpStream, script: &Script, log: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream);
    let Some(asked) = read_request(&mut reader) else {
        return;
    };
    log.lock()
        .expect("no panic under the lock")
        .push(asked.clone());
    let answer = script(&asked);
    let mut stream = reader.into_inner();
    // Who hangs up early is what some tests are about.
    let _ = stream.write_all(&answer).and_then(|()| stream.flush());
}

fn read_request(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    reader.take(64 * 1024).read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let path = words.nth(1)?;
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.take(64 * 1024).read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    Some(Asked { path, headers })
}

/// A whole response; the length is right and the connection ends.
pub(crate) fn response(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n",
        body.len()
    );
    for (name, value) in headers {
        answer.push_str(&format!("{name}: {value}\r\n"));
    }
    answer.push_str("\r\n");
    let mut answer = answer.into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// A feed with these entries: GUID, title, text.
pub(crate) fn rss(entries: &[(&str, &str, &str)]) -> Vec<u8> {
    let items: String = entries
        .iter()
        .map(|(guid, title, text)| {
            format!(
                "<item><guid isPermaLink=\"false\">{guid}</guid><title>{title}</title>\
                 <link>https://origin.example/{guid}</link><description>{text}</description></item>"
            )
        })
        .collect();
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Origin</title>{items}</channel></rss>").into_bytes()
}
