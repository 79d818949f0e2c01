//! A network namespace for one test: it runs itself again within, where it may give itself any address.

use std::io::Write;
use std::path::Path;
use std::process::Command;

/// Set in the process within.
const WITHIN: &str = "MAINSTEM_WITHIN_NAMESPACE";

/// Whether a program ran well.
pub(crate) fn ran(program: &str, arguments: &[&str]) -> bool {
    let ended = Command::new(program).args(arguments).output();
    ended.is_ok_and(|ended| ended.status.success())
}

/// Runs `work` in network and mount namespaces of its own, with loopback up; `test` is the full name of the test that asks. Where
/// this machine cannot make them, says what is missing and does nothing.
#[expect(
    clippy::disallowed_methods,
    reason = "the test tells by it that it runs within"
)]
pub(crate) fn within(test: &str, work: impl FnOnce()) {
    if std::env::var_os(WITHIN).is_some() {
        assert!(ran("ip", &["link", "set", "lo", "up"]));
        return work();
    }
    if !ran("unshare", &["--net", "--mount", "ip", "link"]) {
        let missing = "needs root, unshare (util-linux) and ip (iproute2)";
        let _ = writeln!(std::io::stderr(), "skipped: {test} {missing}");
        return;
    }
    let itself = std::env::current_exe().expect("it runs");
    let ended = Command::new("unshare")
        .args(["--net", "--mount"])
        .arg(itself)
        .args(["--exact", test, "--nocapture"])
        .env(WITHIN, "1")
        .output()
        .expect("unshare runs");
    let said = [ended.stdout, ended.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(
        ended.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

/// Names that mean these addresses in the namespace, and no others.
pub(crate) fn set_hosts(file: &Path) {
    let file = file.to_str().expect("UTF-8");
    assert!(ran("mount", &["--bind", file, "/etc/hosts"]));
}
