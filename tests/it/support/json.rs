//! Changes to JSON, by its values.

use serde_json::{Value, json};

use super::random::Random;

/// Members of JSON Feed.
const MEMBERS: &[&str] = &[
    "version",
    "title",
    "home_page_url",
    "feed_url",
    "icon",
    "favicon",
    "authors",
    "author",
    "hubs",
    "items",
    "id",
    "url",
    "external_url",
    "content_html",
    "content_text",
    "summary",
    "image",
    "banner_image",
    "date_published",
    "date_modified",
    "tags",
    "language",
    "attachments",
    "mime_type",
    "name",
    "avatar",
];

/// Replaces, removes, doubles or adds a value somewhere; escapes lone surrogates now and then.
pub(crate) fn change_value(
    bytes: &mut Vec<u8>,
    random: &mut Random,
    addresses: &[&str],
    pieces: &[&str],
) {
    let Ok(mut document) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let new = match random.below(8) {
        0 => json!(null),
        1 => json!(-1.5e300),
        2 => json!([[], {}, "x"]),
        3 => json!({ "url": random.of(addresses), "name": random.of(pieces) }),
        4 => json!(random.of(pieces).repeat(1 + random.below(40))),
        5 => json!(format!(
            "<p {}=\"{}\">{}",
            random.of(&["title", "style", "onclick"]),
            random.of(addresses),
            random.of(pieces)
        )),
        _ => json!(random.of(addresses)),
    };
    change(&mut document, new, random);
    let mut text = document.to_string();
    if random.one_in(8) {
        let lone = random.of(&["\\ud800", "\\udfff", "\\ud83d\\ud83d", "\\u0000", "\\u202e"]);
        text = text.replacen("e", lone, 1 + random.below(4));
    }
    *bytes = text.into_bytes();
}

/// Goes down to some value, and changes it.
fn change(value: &mut Value, new: Value, random: &mut Random) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let nth = random.below(members.len());
            let name = members.keys().nth(nth).expect("as many").clone();
            match random.below(8) {
                0 => drop(members.remove(&name)),
                1 => drop(members.insert(random.of(MEMBERS).to_owned(), new)),
                _ => change(&mut members[&name], new, random),
            }
        }
        Value::Array(values) if !values.is_empty() => {
            let nth = random.below(values.len());
            match random.below(6) {
                0 => drop(values.remove(nth)),
                1 => values.insert(nth, new),
                2 => values.extend(vec![values[nth].clone(); random.below(80)]),
                _ => change(&mut values[nth], new, random),
            }
        }
        leaf => *leaf = new,
    }
}
