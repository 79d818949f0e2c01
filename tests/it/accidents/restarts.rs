//! Restarts: no request is accepted and then left without an answer.
//!
//! - what comes over an open connection after SIGTERM is answered, and told that it is the last
//! - what waits in the backlog at SIGTERM is answered, over TCP and Unix sockets
//! - restarts under load, with a socket that is held across them, as systemd does

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use mainstem::serve::LAST_CALL;

use super::{connect, is_accepted, say, status, until};
use crate::support::daemon::{Daemon, Desk};

const MERGED: &str = "[[output]]\nid = \"merged\"\n";
const KEPT: &[u8] = b"GET /merged.atom HTTP/1.1\r\nHost: x\r\n\r\n";
const LAST: &[u8] = b"GET /merged.atom HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

fn daemon(server: &str) -> (Desk, Daemon) {
    let desk = Desk::new("");
    desk.write("c.toml", format!("[server]\n{server}\n{MERGED}").as_bytes());
    let daemon = desk.start();
    daemon.until("/merged.atom", |answer| answer.status == 200);
    (desk, daemon)
}

/// The head and the body of one answer over a connection that is kept.
fn hear(stream: &mut BufReader<TcpStream>) -> Result<String, String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        match stream.read_line(&mut head) {
            Ok(0) => return Err(format!("closed after {head:?}")),
            Ok(_) => {}
            Err(error) => return Err(format!("{error} after {head:?}")),
        }
    }
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length
        .and_then(|length| length.parse().ok())
        .ok_or(head.clone())?;
    let mut body = vec![0; length];
    stream
        .read_exact(&mut body)
        .map_err(|error| format!("{error} within the body"))?;
    Ok(head)
}

/// Two connections after SIGTERM: one that has asked nothing yet, and one that is kept. `None`: this machine took so long that the
/// last call may have been over by then.
fn asked_at_the_last_call() -> Option<(String, String)> {
    let (_desk, daemon) = daemon("listen = \"127.0.0.1:0\"");
    let mut new = connect(daemon.address);
    let mut kept = BufReader::new(connect(daemon.address));
    kept.get_mut().write_all(KEPT).expect("it reads");
    hear(&mut kept).expect("an answer");
    until("the new one is accepted", || is_accepted(&new));
    let told = Instant::now();
    daemon.signal("TERM");
    daemon.until_logged(|event| event.to_string().contains("SIGTERM"));
    // The line comes before the server is told; that it listens no more comes after.
    until("it accepts nobody any more", || {
        TcpStream::connect(daemon.address).is_err()
    });
    let both = [new.write_all(KEPT), kept.get_mut().write_all(KEPT)];
    if told.elapsed() > LAST_CALL / 2 {
        return None;
    }
    both.into_iter()
        .collect::<Result<(), _>>()
        .expect("it reads");
    let of_new = say(&mut new, b"");
    let of_kept = hear(&mut kept).expect("over a connection that was kept");
    assert_eq!(kept.read(&mut [0]).expect("closed politely"), 0);
    assert_eq!(daemon.stop(), Some(0));
    Some((of_new, of_kept))
}

#[test]
fn what_comes_over_an_open_connection_is_answered() {
    const TRIES: usize = 20;
    let mut tries = (0..TRIES).map(|_| asked_at_the_last_call());
    let answers = tries.find_map(|answers| answers);
    let (of_new, of_kept) = answers.expect("one of the tries is fast enough");
    assert_eq!(
        status(&of_new),
        200,
        "over a connection that had asked nothing"
    );
    for answer in [of_new, of_kept] {
        assert!(answer.contains("connection: close"), "{answer}");
    }
}

#[test]
fn what_waits_in_the_backlog_is_answered() {
    const WAITING: usize = 60;
    let (desk, daemon) = daemon("listen = [\"127.0.0.1:0\", \"unix:http.sock\"]");
    // Nothing is accepted before the daemon knows that it has to stop.
    daemon.signal("STOP");
    let tcp: Vec<TcpStream> = (0..WAITING)
        .map(|_| {
            let mut stream = connect(daemon.address);
            stream.write_all(LAST).expect("it is taken");
            stream
        })
        .collect();
    let unix: Vec<UnixStream> = (0..WAITING)
        .map(|_| {
            let mut stream = UnixStream::connect(desk.path("http.sock")).expect("it listens");
            stream.write_all(LAST).expect("it is taken");
            stream
        })
        .collect();
    daemon.signal("TERM");
    daemon.signal("CONT");
    for mut stream in tcp {
        assert_eq!(status(&say(&mut stream, b"")), 200);
    }
    for mut stream in unix {
        assert_eq!(status(&say(&mut stream, b"")), 200);
    }
    assert_eq!(daemon.stop(), Some(0));
}

/// What clients have seen.
#[derive(Default)]
struct Seen {
    answered: AtomicUsize,
    is_over: AtomicBool,
    lost: std::sync::Mutex<Vec<String>>,
}

impl Seen {
    fn note(&self, answer: Result<String, String>) -> Option<String> {
        match answer {
            Ok(head) => {
                self.answered.fetch_add(1, Relaxed);
                Some(head)
            }
            Err(why) => {
                self.lost.lock().expect("no panic under the lock").push(why);
                None
            }
        }
    }

    /// Each request over a connection of its own.
    fn ask_anew(&self, address: SocketAddr) {
        while !self.is_over.load(Relaxed) {
            let mut stream = BufReader::new(connect(address));
            let asked = stream
                .get_mut()
                .write_all(LAST)
                .map_err(|error| error.to_string());
            self.note(asked.and_then(|()| hear(&mut stream)));
        }
    }

    /// As many requests over one connection as the daemon allows.
    fn ask_on(&self, address: SocketAddr) {
        while !self.is_over.load(Relaxed) {
            let mut stream = BufReader::new(connect(address));
            while !self.is_over.load(Relaxed) {
                let asked = stream
                    .get_mut()
                    .write_all(KEPT)
                    .map_err(|error| error.to_string());
                let head = self.note(asked.and_then(|()| hear(&mut stream)));
                // Told that it was the last, a client asks no more.
                if head.is_none_or(|head| head.contains("connection: close")) {
                    break;
                }
                // Some of them are in between two requests when the stop comes.
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

#[test]
fn restarts_under_load_leave_nobody_without_an_answer() {
    const CLIENTS: usize = 4;
    const RESTARTS: usize = 5;
    /// Between two restarts.
    const REQUESTS: usize = 500;
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("an address");
    let handed_over = || vec![OwnedFd::from(socket.try_clone().expect("a descriptor"))];
    let desk = Desk::new(MERGED);
    let mut daemon = Some(desk.start_with(handed_over()));
    let seen = Seen::default();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| seen.ask_anew(address));
            scope.spawn(|| seen.ask_on(address));
        }
        for _ in 0..RESTARTS {
            let before = seen.answered.load(Relaxed);
            until("requests are answered", || {
                seen.answered.load(Relaxed) >= before + REQUESTS
            });
            let stopped = daemon.take().expect("it runs").stop();
            assert_eq!(stopped, Some(0));
            daemon = Some(desk.start_with(handed_over()));
        }
        seen.is_over.store(true, Relaxed);
    });
    let (answered, lost) = (
        seen.answered.into_inner(),
        seen.lost.into_inner().expect("sound"),
    );
    assert!(
        lost.is_empty(),
        "{} of {answered} without an answer: {lost:?}",
        lost.len()
    );
    assert!(answered >= RESTARTS * REQUESTS);
}
