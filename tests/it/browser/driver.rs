//! A real browser: Chromium, driven by chromedriver (W3C WebDriver) over a loopback socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::origin::PATIENCE;
use crate::support::skip;

/// What to do where there is no browser.
const MISSING: &str = "tests of pages need a browser: install chromium and chromedriver (on Debian: apt install chromium chromium-driver)";
/// A browser that draws nothing, keeps nothing, and asks nobody but this machine.
const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];
/// Keys, as WebDriver names them.
pub(super) const TAB: &str = "\u{E004}";
pub(super) const ENTER: &str = "\u{E007}";

/// A running browser; ended when dropped.
pub(super) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: TempDir,
}

impl Browser {
    /// Starts one. `None`: there is none on this machine, which was said; `make test` does without none.
    pub(super) fn start() -> Option<Self> {
        let driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        match driver {
            Ok(driver) => Some(Self::with(driver)),
            Err(_) if is_required() => panic!("{MISSING}"),
            Err(_) => {
                skip(MISSING);
                None
            }
        }
    }

    fn with(mut driver: Child) -> Self {
        let said = BufReader::new(driver.stdout.take().expect("piped"));
        let mut lines = said.lines().map_while(Result::ok);
        let port = lines
            .find_map(|line| {
                let (_, port) = line.split_once("started successfully on port ")?;
                port.trim_end_matches('.').parse().ok()
            })
            .expect("chromedriver says its port");
        // Whoever writes must find a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let profile = TempDir::new().expect("a temporary directory");
        let mut browser = Self {
            driver,
            port,
            session: String::new(),
            _profile: profile,
        };
        browser.session = browser.open_session();
        browser
    }

    fn open_session(&self) -> String {
        let directory = format!("--user-data-dir={}", self._profile.path().display());
        let arguments: Vec<&str> = ARGUMENTS.into_iter().chain([&*directory]).collect();
        let asked = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let answer = self.ask("POST", "/session", &asked);
        let session = answer["sessionId"].as_str();
        session
            .unwrap_or_else(|| panic!("{MISSING}; {answer}"))
            .to_owned()
    }

    /// Opens an address; returns once it has loaded.
    pub(super) fn open(&self, address: &str) {
        self.tell("/url", &json!({ "url": address }));
    }

    /// What a script on the page returns.
    pub(super) fn run(&self, script: &str) -> Value {
        self.tell("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Clicks on the first element that a selector of CSS finds; returns once what that leads to has loaded.
    pub(super) fn click(&self, selector: &str) {
        let asked = json!({ "using": "css selector", "value": selector });
        let found = self.tell("/element", &asked);
        let id = found.as_object().and_then(|found| found.values().next());
        let id = id.and_then(Value::as_str).expect("an element");
        self.tell(&format!("/element/{id}/click"), &json!({}));
    }

    /// Presses and releases a key.
    pub(super) fn press(&self, key: &str) {
        let press = |kind: &str| json!({ "type": kind, "value": key });
        let keys =
            json!({ "type": "key", "id": "keys", "actions": [press("keyDown"), press("keyUp")] });
        self.tell("/actions", &json!({ "actions": [keys] }));
    }

    /// Makes the window so wide, and the visitor like this scheme of colours: `light` or `dark`.
    pub(super) fn look(&self, width: u32, scheme: &str) {
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.command("Emulation.setDeviceMetricsOverride", &size);
        let scheme = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.command(
            "Emulation.setEmulatedMedia",
            &json!({ "features": [scheme] }),
        );
    }

    fn command(&self, name: &str, parameters: &Value) {
        let asked = json!({ "cmd": name, "params": parameters });
        self.tell("/goog/cdp/execute", &asked);
    }

    /// What the browser had to say of pages since it was last asked: refused scripts, styles and files among it.
    pub(super) fn complaints(&self) -> Vec<String> {
        let log = self.tell("/se/log", &json!({ "type": "browser" }));
        let entries = log.as_array().cloned().unwrap_or_default();
        let told = entries.iter().filter_map(|entry| entry["message"].as_str());
        told.map(str::to_owned).collect()
    }

    /// A command of the session; panics where it fails.
    fn tell(&self, path: &str, asked: &Value) -> Value {
        let path = format!("/session/{}{path}", self.session);
        let answer = self.ask("POST", &path, asked);
        assert!(answer["error"].is_null(), "{path}: {answer}");
        answer
    }

    /// The value that a command comes to.
    fn ask(&self, method: &str, path: &str, asked: &Value) -> Value {
        let body = asked.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("settable");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("it reads");
        stream.write_all(body.as_bytes()).expect("it reads");
        let answer = read_body(stream);
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        answer["value"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let path = format!("/session/{}", self.session);
            self.ask("DELETE", &path, &json!({}));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The body of an answer that says its length.
fn read_body(stream: TcpStream) -> Vec<u8> {
    let mut stream = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).expect("a head");
        let (name, value) = line.split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().expect("a number");
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("a body");
    body
}

/// Whether a machine without a browser fails the tests.
#[expect(clippy::disallowed_methods, reason = "`make test` asks by it")]
fn is_required() -> bool {
    std::env::var_os("BROWSER_REQUIRED").is_some()
}

/// A file of the tests' scripts.
pub(super) fn script(name: &str) -> String {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/browser");
    std::fs::read_to_string(scripts.join(name)).expect("a script")
}
