//! Whom a source is taken from: `ca_file` and `tls`.
//!
//! - A certificate that stands byte for byte in `ca_file` is trusted for the names in it, self-signed, an authority's or not, and
//!   whatever it says of its use. Without any name of a host it has its common name.
//! - Its dates count, and so do its names; a certificate that only looks like it is not it.
//! - An authority in `ca_file` vouches for what it has issued; the machine's own stay trusted.
//! - `tls = { insecure = true }` trusts whoever answers, and every start, reload and `check` says so.
//! - What is refused is told in words.
//! - A renewed file is taken over with a reload. One that is no file of certificates, or endless, is a problem of the
//!   configuration, and so are `ca_file` and `insecure` together.
//!
//! `tests/corpus/tls` was made with openssl; all certificates there have the one key, which is for tests alone.

use super::{LOCAL, MERGED, assert_all, feed, refresh, rows, source, summary};
use crate::support::daemon::Desk;
use crate::support::origin::response;
use crate::support::tls::{TlsOrigin, corpus};

/// The id, the server's certificate, the source's `tls`, and what `refresh` says of it.
type Case = (
    &'static str,
    &'static str,
    Option<&'static str>,
    &'static str,
);

const FRESH: &str = "fresh 200";
const CASES: &[Case] = &[
    (
        "self-signed",
        "self-signed.pem",
        Some("ca_file = \"self-signed.pem\""),
        FRESH,
    ),
    (
        "no-authority",
        "no-authority.pem",
        Some("ca_file = \"no-authority.pem\""),
        FRESH,
    ),
    (
        "for-clients",
        "for-clients.pem",
        Some("ca_file = \"for-clients.pem\""),
        FRESH,
    ),
    (
        "common-name",
        "common-name.pem",
        Some("ca_file = \"common-name.pem\""),
        FRESH,
    ),
    (
        "issued",
        "issued.pem",
        Some("ca_file = \"authority.pem\""),
        FRESH,
    ),
    (
        "issued-itself",
        "issued.pem",
        Some("ca_file = \"issued.pem\""),
        FRESH,
    ),
    (
        "among-others",
        "self-signed.pem",
        Some("ca_file = \"bundle.pem\""),
        FRESH,
    ),
    (
        "insecure",
        "self-signed.pem",
        Some("insecure = true"),
        FRESH,
    ),
    (
        "insecure-expired",
        "expired.pem",
        Some("insecure = true"),
        FRESH,
    ),
    ("machines", "issued.pem", None, FRESH),
    (
        "machines-beside",
        "issued.pem",
        Some("ca_file = \"self-signed.pem\""),
        FRESH,
    ),
    (
        "unknown",
        "self-signed.pem",
        None,
        "failed tls: no secure connection: the server's certificate is self-signed, and this machine does not trust it",
    ),
    (
        "unknown-issuer",
        "no-authority.pem",
        None,
        "failed tls: no secure connection: the server's certificate is from an issuer that this machine does not trust, or it is self-signed",
    ),
    (
        "stranger",
        "self-signed.pem",
        Some("ca_file = \"common-name.pem\""),
        "failed tls: no secure connection: the server's certificate is self-signed, and this machine does not trust it",
    ),
    (
        "other-name",
        "other-name.pem",
        Some("ca_file = \"other-name.pem\""),
        "failed tls: no secure connection: the server's certificate is not for 127.0.0.1, but for other.example",
    ),
    (
        "authority",
        "authority.pem",
        Some("ca_file = \"authority.pem\""),
        "failed tls: no secure connection: the server's certificate names no host, so it is not for 127.0.0.1",
    ),
    (
        "expired",
        "expired.pem",
        Some("ca_file = \"expired.pem\""),
        "failed tls: no secure connection: the server's certificate expired on 2021-01-01",
    ),
    (
        "not-yet",
        "not-yet.pem",
        Some("ca_file = \"not-yet.pem\""),
        "failed tls: no secure connection: the server's certificate is not valid before 2120-01-01; is this machine's clock right?",
    ),
    (
        "version-1",
        "version-1.pem",
        Some("ca_file = \"version-1.pem\""),
        "failed tls: no secure connection: the server's certificate is in the form of 1988 (X.509 version 1), which cannot be judged: `openssl req -x509` makes one of today's",
    ),
    (
        "not-insecure",
        "expired.pem",
        Some("ca_file = \"expired.pem\", insecure = false"),
        "failed tls: no secure connection: the server's certificate expired on 2021-01-01",
    ),
];

fn server(certificate: &str) -> TlsOrigin {
    TlsOrigin::start(certificate, response("200 OK", &[], &feed()))
}

fn tls(tls: Option<&str>) -> String {
    tls.map(|tls| format!("tls = {{ {tls} }}"))
        .unwrap_or_default()
}

/// A desk with every certificate beside its configuration.
fn desk() -> Desk {
    let desk = Desk::new("");
    let mut bundle = Vec::new();
    for file in std::fs::read_dir(corpus("")).expect("the corpus is there") {
        let file = file.expect("readable").path();
        let bytes = std::fs::read(&file).expect("readable");
        let name = file.file_name().expect("a name").to_string_lossy();
        bundle.extend_from_slice(&bytes);
        desk.write(&name, &bytes);
    }
    desk.write("bundle.pem", &bundle);
    desk
}

#[test]
fn a_certificate_is_judged_by_whoever_vouches_for_it() {
    let servers: Vec<TlsOrigin> = CASES.iter().map(|case| server(case.1)).collect();
    let sources: String = CASES
        .iter()
        .zip(&servers)
        .map(|((id, _, written, _), server)| source(id, &server.url("/feed"), &tls(*written)))
        .collect();
    let desk = desk();
    desk.configure(&format!("{LOCAL}{sources}"));
    let authority = corpus("authority.pem");
    let machine = [("SSL_CERT_FILE", authority.to_str().expect("UTF-8"))];
    let rows = rows(&desk.run_in(&machine, &["refresh", "--json"]).stdout);
    let mut wrong = Vec::new();
    for (id, _, _, expected) in CASES {
        let row = &rows[*id];
        let message = row["message"].as_str();
        let found = match message.filter(|_| row["outcome"] == "failed") {
            Some(message) => format!("{}: {message}", summary(row)),
            None => summary(row),
        };
        if found != *expected {
            wrong.push(format!("{id}: {found}, must be {expected}"));
        }
    }
    assert_all(&wrong);
}

/// `[fetch] ca_file` is the same for all sources, and one of them may trust another.
#[test]
fn a_ca_file_may_be_everybodys() {
    let (one, other) = (server("self-signed.pem"), server("for-clients.pem"));
    let desk = desk();
    desk.configure(&format!(
        "{LOCAL}ca_file = \"self-signed.pem\"\n{}{}{}",
        source("one", &one.url("/feed"), ""),
        source(
            "other",
            &other.url("/feed"),
            "tls = { ca_file = \"for-clients.pem\" }"
        ),
        source("neither", &other.url("/else"), ""),
    ));
    let rows = refresh(&desk);
    assert_eq!(summary(&rows["one"]), FRESH);
    assert_eq!(summary(&rows["other"]), FRESH);
    assert_eq!(summary(&rows["neither"]), "failed tls");
}

/// Every start and every reload names the sources, and a reload reads the file anew.
#[test]
fn insecure_sources_are_named_and_a_renewed_file_is_taken_over() {
    let server = server("self-signed.pem");
    let desk = desk();
    let own = std::fs::read(corpus("self-signed.pem")).expect("readable");
    desk.write(
        "own.pem",
        &std::fs::read(corpus("expired.pem")).expect("readable"),
    );
    let sources = [
        source("open", &server.url("/open"), &tls(Some("insecure = true"))),
        source(
            "own",
            &server.url("/own"),
            "every = \"200ms\"\ntls = { ca_file = \"own.pem\" }",
        ),
    ];
    desk.configure(&format!("{LOCAL}{}{MERGED}", sources.concat()));
    let checked = desk.run(&["check"]);
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert_eq!(checked.status.code(), Some(0), "{said}");
    assert!(
        said.contains("insecure") && said.contains("\"open\""),
        "{said}"
    );

    let daemon = desk.start();
    let warnings = |daemon: &crate::support::daemon::Daemon| {
        let log = daemon.log();
        let is_it = |event: &&serde_json::Value| {
            event["level"] == "WARN" && event.to_string().contains("insecure")
        };
        log.iter().filter(is_it).count()
    };
    daemon.until_logged(|event| event["source"] == "own" && event["class"] == "tls");
    assert_eq!(warnings(&daemon), 1);
    desk.write("own.pem", &own);
    daemon.signal("HUP");
    daemon.until_logged(|event| event.to_string().contains("\"reloaded\""));
    assert_eq!(warnings(&daemon), 2);
    daemon.until_logged(|event| event["source"] == "own" && event["outcome"] == "fresh");
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let desk = desk();
    let big = vec![b'#'; 5 * 1024 * 1024];
    desk.write("big.pem", &big);
    desk.write("none.pem", b"no certificate\n");
    let cases = [
        (
            "tls = { ca_file = \"self-signed.pem\", insecure = true }",
            "`insecure` trusts whoever answers",
        ),
        (
            "ca_file = \"self-signed.pem\"\ntls = { insecure = true }",
            "`insecure` trusts whoever answers",
        ),
        (
            "ca_file = \"self-signed.pem\"\ntls = { ca_file = \"self-signed.pem\" }",
            "`ca_file` stands twice",
        ),
        ("tls = {}", "`tls` says nothing"),
        ("tls = { ca = \"x\" }", "unknown field `ca`"),
        ("tls = true", "`tls` in [[source]]"),
        ("tls = { ca_file = \"none.pem\" }", "holds no certificate"),
        ("tls = { ca_file = \"absent.pem\" }", "absent.pem"),
        ("tls = { ca_file = \"big.pem\" }", "larger than 4 MiB"),
        ("ca_file = \"big.pem\"", "larger than 4 MiB"),
        ("tls = { ca_file = \"/dev/zero\" }", "is no file"),
    ];
    let mut wrong = Vec::new();
    for (keys, expected) in cases {
        desk.configure(&format!(
            "{}{MERGED}",
            source("a", "https://a.example/", keys)
        ));
        let checked = desk.run(&["check"]);
        let said = String::from_utf8_lossy(&checked.stdout).into_owned()
            + &String::from_utf8_lossy(&checked.stderr);
        if checked.status.code() != Some(78) || !said.contains(expected) {
            wrong.push(format!("{keys}: {:?}: {said}", checked.status.code()));
        }
    }
    assert_all(&wrong);
}
