//! `/sources.opml` follows what the sources say of themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::support::daemon::Desk;
use crate::support::origin::{Origin, response, rss_with};

#[test]
fn the_list_has_the_titles_that_feeds_give_themselves() {
    let renamed = Arc::new(AtomicBool::new(false));
    let is_renamed = renamed.clone();
    let origin = Origin::start(move |_| {
        let title = if is_renamed.load(Relaxed) {
            "The Evening Post"
        } else {
            "The Morning Post"
        };
        let link = "<link>https://post.example/</link>";
        let feed = rss_with(link, &[("1", "Basin", "A text")]);
        let feed = String::from_utf8_lossy(&feed).replacen("Origin", title, 1);
        response("200 OK", &[], feed.as_bytes())
    });
    let desk = Desk::new(&format!(
        "[fetch]\nallow_addresses = [\"127.0.0.1\"]\nhost_gap = \"10ms\"\n[[source]]\nid = \"post\"\nurl = \"{}\"\nevery = \"1s\"\n[[output]]\nid = \"o\"\n",
        origin.url("/feed")
    ));
    let daemon = desk.start();
    let first = daemon.until("/sources.opml", |answer| {
        answer.text().contains("The Morning Post")
    });
    assert!(
        first.text().contains("htmlUrl=\"https://post.example/\""),
        "{}",
        first.text()
    );
    renamed.store(true, Relaxed);
    daemon.until("/sources.opml", |answer| {
        answer.text().contains("The Evening Post")
    });
}
