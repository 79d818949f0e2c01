//! The real binary, in a directory of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::origin::PATIENCE;

/// A directory with a configuration, and the binary to run in it.
pub(crate) struct Desk {
    directory: TempDir,
}

/// A running daemon; killed (`kill -9`) when dropped.
pub(crate) struct Daemon {
    child: Child,
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<Vec<serde_json::Value>>>,
}

/// An answer of the daemon.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// The daemon, with a log to be read.
const RUN: [&str; 5] = ["-c", "c.toml", "--log-format", "json", "run"];

/// Copies the binary to where it can be run as somebody else. Another process writes the copy: while a file is open for writing in
/// this one, every test that starts a program at that moment hands it on, and nobody can run it (ETXTBSY).
pub(crate) fn copy_binary(to: &Path) {
    let copied = Command::new("cp")
        .arg(env!("CARGO_BIN_EXE_mainstem"))
        .arg(to)
        .status();
    assert!(copied.expect("cp runs").success());
}

impl Desk {
    /// The configuration gets a port of its own.
    pub(crate) fn new(configuration: &str) -> Self {
        let desk = Self {
            directory: TempDir::new().expect("a temporary directory"),
        };
        desk.configure(configuration);
        desk
    }

    pub(crate) fn configure(&self, configuration: &str) {
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://news.example.org/\"\n{configuration}"
        );
        self.write("c.toml", text.as_bytes());
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Whole or not at all: a daemon may be reading it.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let written = self.path(&format!("{name}.new"));
        std::fs::write(&written, bytes).expect("the directory is writable");
        std::fs::rename(written, self.path(name)).expect("the directory is writable");
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_in(&[], arguments)
    }

    /// The same with these variables in its environment.
    pub(crate) fn run_in(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
        let child = mainstem(self.directory.path())
            .envs(environment.iter().copied())
            .args(["-c", "c.toml"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        end(child, arguments)
    }

    /// An output's document from the store.
    pub(crate) fn json(&self, output: &str) -> serde_json::Value {
        let printed = self.run(&["print", output, "--format", "json"]);
        assert!(
            printed.status.success(),
            "{}",
            String::from_utf8_lossy(&printed.stderr)
        );
        serde_json::from_slice(&printed.stdout).expect("JSON")
    }

    /// Starts a daemon that has to end by itself.
    pub(crate) fn run_to_refusal(&self) -> Output {
        self.run(&["-q", "run"])
    }

    /// Starts the daemon; returns once it listens.
    pub(crate) fn start(&self) -> Daemon {
        self.start_in(&[])
    }

    /// The same with these variables in its environment.
    pub(crate) fn start_in(&self, environment: &[(&str, &str)]) -> Daemon {
        let mut command = mainstem(self.directory.path());
        command.envs(environment.iter().copied()).args(RUN);
        Self::start_by(command)
    }

    /// Starts the daemon with these listening sockets, handed over as systemd does (sd_listen_fds(3)); two at most, in the
    /// places of standard input and output on their way through a shell.
    pub(crate) fn start_with(&self, sockets: Vec<OwnedFd>) -> Daemon {
        let mut command = Command::new("/bin/sh");
        let count = sockets.len();
        let hand_over = [
            "exec 3<&0 4<&1 0</dev/null 1>/dev/null",
            "export LISTEN_PID=$$",
            "exec \"$0\" \"$@\"",
        ];
        command
            .current_dir(self.directory.path())
            .env_clear()
            .env("LISTEN_FDS", count.to_string())
            .args(["-c", &hand_over.join("; "), env!("CARGO_BIN_EXE_mainstem")])
            .args(RUN)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let mut sockets = sockets.into_iter();
        if let Some(first) = sockets.next() {
            command.stdin(first);
        }
        if let Some(second) = sockets.next() {
            command.stdout(second);
        }
        Self::start_by(command)
    }

    fn start_by(mut command: Command) -> Daemon {
        let mut child = command
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut log = BufReader::new(child.stderr.take().expect("piped"));
        let mut address = None;
        let mut said = String::new();
        while address.is_none() {
            let mut line = String::new();
            assert!(
                log.read_line(&mut line).expect("a log") > 0,
                "it ended: {said}"
            );
            let event: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            address = event["address"]
                .as_str()
                .and_then(|address| address.parse().ok());
            said.push_str(&line);
        }
        // Whoever writes a log must find a reader.
        let events = said.lines().map(serde_json::from_str);
        let heard: Arc<Mutex<Vec<_>>> = Arc::new(Mutex::new(events.flatten().collect()));
        let into = heard.clone();
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).unwrap_or_default();
                into.lock().expect("no panic under the lock").push(event);
            }
        });
        Daemon {
            child,
            address: address.expect("just found"),
            log: heard,
        }
    }
}

/// Waits for the end of a command; one that does not end within a minute is stuck.
fn end(mut child: Child, arguments: &[&str]) -> Output {
    fn read(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            bytes
        })
    }
    let stdout = read(child.stdout.take().expect("piped"));
    let stderr = read(child.stderr.take().expect("piped"));
    let began = Instant::now();
    let status = loop {
        match child.try_wait().expect("it is ours") {
            Some(status) => break status,
            None if began.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                panic!("{arguments:?} does not end");
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    Output {
        status,
        stdout: stdout.join().expect("it was read"),
        stderr: stderr.join().expect("it was read"),
    }
}

/// The binary, without the surroundings of whoever runs the tests.
pub(crate) fn mainstem(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mainstem"));
    command
        .current_dir(directory)
        .env_clear()
        .stdin(Stdio::null());
    command
}

/// One request over a connection of its own.
pub(crate) fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head
        .split_whitespace()
        .nth(1)
        .and_then(|status| status.parse().ok())
        .expect("a status");
    Answer {
        status,
        head,
        body: answer[end + 4..].to_vec(),
    }
}

impl Daemon {
    /// One request over a connection of its own.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        ask(self.address, method, path, headers)
    }

    /// Asks until the answer is as wished; what has not come after a minute is taken not to come.
    pub(crate) fn until(&self, path: &str, wished: impl Fn(&Answer) -> bool) -> Answer {
        let mut last = String::new();
        for _ in 0..3000 {
            let answer = self.ask("GET", path, &[]);
            if wished(&answer) {
                return answer;
            }
            last = answer.text();
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{path} never became what was waited for: {last}");
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> Vec<serde_json::Value> {
        self.log.lock().expect("no panic under the lock").clone()
    }

    /// Waits until it has logged an event as wished.
    pub(crate) fn until_logged(&self, wished: impl Fn(&serde_json::Value) -> bool) {
        let began = Instant::now();
        while !self.log().iter().any(&wished) {
            assert!(
                began.elapsed() < PATIENCE,
                "it never said so: {:?}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends a signal by name, such as `HUP`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How many files and sockets it has open.
    pub(crate) fn open_files(&self) -> usize {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.child.id()));
        open.expect("it runs").count()
    }

    /// Waits for its end; returns its exit code.
    pub(crate) fn ended(mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }

    /// Ends it politely; returns its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.signal("TERM");
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    /// `name` in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields
            .map(|(field, value)| (field, value.trim()))
            .find_map(|(field, value)| field.eq_ignore_ascii_case(name).then_some(value))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
