//! Withdrawals: what an operator takes out for good, and what publishers take back.

mod archives;
mod by_operator;
mod by_publisher;
mod deletions;
mod kill_marks;
mod repeats;
mod undone;

use crate::support::daemon::Desk;
use crate::support::releases::{file_source, told};

/// Sources a, b and c, and an output of all of them with these keys.
fn configuration(output: &str) -> String {
    let sources = ["a", "b", "c"].map(|id| file_source(id, "every = \"1s\"\ndaily_items = 0"));
    format!("{}[[output]]\nid = \"merged\"\n{output}", sources.concat())
}

fn atom(desk: &Desk) -> String {
    told(desk, &["print", "merged"])
}

/// The `at:deleted-entry` of a document: id, moment and reason.
fn deleted(atom: &str) -> Vec<(String, String, Option<String>)> {
    let mut found = Vec::new();
    let mut rest = atom;
    while let Some(start) = rest.find("<at:deleted-entry") {
        let here = &rest[start..];
        let tag = &here[..=here.find('>').expect("a tag ends")];
        let value = |name: &str| {
            let from = tag.find(&format!("{name}=\"")).expect(name) + name.len() + 2;
            tag[from..].split('"').next().unwrap_or_default().to_owned()
        };
        let comment = (!tag.ends_with("/>")).then(|| {
            let element = &here[..here.find("</at:deleted-entry>").expect("an end tag")];
            let said = element.split("<at:comment>").nth(1).expect("a comment");
            said.split("</at:comment>")
                .next()
                .unwrap_or_default()
                .to_owned()
        });
        found.push((value("ref"), value("when"), comment));
        rest = &here[tag.len()..];
    }
    found
}
