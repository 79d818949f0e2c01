//! WebSub (W3C Recommendation of 2018-01-23), the publisher's side: what a hub is told, and when; pure.
//!
//! Goes in: which outputs were published, and what became of the last notices. Comes out: the notice that each hub is to be
//! sent next. Nothing here speaks to a hub or reads the time.

use url::Url;
use url::form_urlencoded::Serializer;

use crate::model::OutputId;

mod ledger;
mod news;

pub use ledger::{Ledger, Notice, Setback, Verdict};
pub use news::News;

/// What a notice is posted as.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The address of an output's document in the format of this ending: its topic (§2). `public_url` ends in `/`.
#[must_use]
pub fn topic(public_url: &Url, output: &OutputId, ending: &str) -> String {
    format!("{public_url}{output}.{ending}")
}

/// The form that tells a hub of news in these topics.
///
/// The Recommendation leaves it to publisher and hub (§6). What hubs understand is the form of `PubSubHubbub` 0.3 §7.1:
/// `hub.url`, once for each topic. Google's, Superfeedr's and Switchboard know no other name; those that go by
/// `hub.topic` take this one too.
#[must_use]
pub fn publish_form<'t>(topics: impl IntoIterator<Item = &'t str>) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("hub.mode", "publish");
    for topic in topics {
        form.append_pair("hub.url", topic);
    }
    form.finish()
}

/// The `Link` headers of a topic by which subscribers find its hub (§4): the hub, and the topic's own address.
#[must_use]
pub fn discovery_links(hub: &Url, topic: &str) -> [String; 2] {
    [
        format!("<{hub}>; rel=\"hub\""),
        format!("<{topic}>; rel=\"self\""),
    ]
}
