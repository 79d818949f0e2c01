//! One daemon on a store.

use crate::support::daemon::Desk;
use crate::support::installation::said;
use crate::support::origin::rss;
use crate::support::skip;

const TEXT: &str = "The tide mill grinds twice a day, and the miller eats when the water lets him";

fn desk() -> Desk {
    let desk = Desk::new("[[source]]\nid = \"a\"\npath = \"a.xml\"\n[[output]]\nid = \"merged\"\n");
    desk.write("a.xml", &rss(&[("1", "Mill", TEXT)]));
    desk
}

#[test]
fn a_second_daemon_is_refused_and_told_of_the_first() {
    let desk = desk();
    let first = desk.start();
    first.until("/merged.json", |answer| answer.text().contains("Mill"));
    let ended = desk.run_to_refusal();
    let (_, why) = said(&ended);
    assert_eq!(ended.status.code(), Some(1), "{why}");
    assert!(why.contains(&format!("process {}", first.pid())), "{why}");
    assert!(why.contains("mainstem.db"), "{why}");
    // Under another name of the same directory it is the same store.
    std::os::unix::fs::symlink(desk.path("mainstem.db"), desk.path("link.db")).expect("writable");
    desk.configure("[store]\npath = \"link.db\"\n[[output]]\nid = \"merged\"\n");
    let ended = desk.run_to_refusal();
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    // Commands beside it go on.
    for command in [
        ["refresh"].as_slice(),
        &["backup", "copy.db"],
        &["sources"],
        &["print", "merged"],
    ] {
        let ended = desk.run(command);
        assert!(ended.status.success(), "{command:?}: {ended:?}");
    }
    // Nothing is left of one that was killed.
    drop(first);
    let again = desk.start();
    assert_eq!(again.stop(), Some(0));
    assert_eq!(desk.start().stop(), Some(0));
}

/// Killed when the test ends, however it ends.
struct Apart(std::process::Child);

impl Drop for Apart {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A process of another container has a number that means somebody else here.
#[test]
fn a_daemon_of_another_container_is_not_named_by_its_number_alone() {
    let desk = desk();
    let script = format!("exec {} -c c.toml -q run", env!("CARGO_BIN_EXE_mainstem"));
    let apart = std::process::Command::new("unshare")
        .args(["--pid", "--fork", "--kill-child", "sh", "-c", &script])
        .current_dir(desk.path(""))
        .spawn();
    let mut apart = Apart(apart.expect("unshare runs"));
    let lock = desk.path("mainstem.db-lock");
    let began = std::time::Instant::now();
    while !std::fs::read_to_string(&lock).is_ok_and(|held| held.starts_with("1\n")) {
        if let Some(ended) = apart.0.try_wait().expect("a child") {
            skip(&format!(
                "a process namespace of its own takes root: {ended}"
            ));
            return;
        }
        assert!(began.elapsed().as_secs() < 60, "it never took the store");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let (_, why) = said(&desk.run_to_refusal());
    assert!(why.contains("process 1 of another container"), "{why}");
}
