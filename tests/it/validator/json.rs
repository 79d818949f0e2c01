//! JSON Feed 1.1.

use serde_json::Value;

use super::{Broken, values};

/// Members of an item that are addresses.
const ADDRESSES: [&str; 3] = ["url", "external_url", "image"];
/// All members of an item but extensions.
const MEMBERS: [&str; 12] = [
    "id",
    "title",
    "content_html",
    "content_text",
    "summary",
    "date_published",
    "date_modified",
    "authors",
    "tags",
    "language",
    "attachments",
    "_mainstem",
];

/// The ids of its items.
pub(super) fn check(broken: &mut Broken, text: &str) -> Vec<String> {
    let feed: Value = serde_json::from_str(text).expect("JSON");
    let version = &feed["version"];
    broken.check(
        "version",
        version == "https://jsonfeed.org/version/1.1",
        text,
    );
    broken.check("title", is_text(&feed["title"]), text);
    values::url(
        broken,
        "feed_url",
        feed["feed_url"].as_str().unwrap_or_default(),
    );
    let home = feed["home_page_url"].as_str().unwrap_or_default();
    values::page(broken, "home_page_url", home);
    let items = feed["items"].as_array().expect("items");
    let ids: Vec<String> = items
        .iter()
        .map(|item| item["id"].as_str().unwrap_or_default().to_owned())
        .collect();
    broken.unique("id", ids.iter().map(String::as_str));
    for item in items {
        check_item(broken, item);
    }
    ids
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn check_item(broken: &mut Broken, item: &Value) {
    let members = item.as_object().expect("an object");
    for (name, value) in members {
        let is_known = MEMBERS.contains(&name.as_str()) || ADDRESSES.contains(&name.as_str());
        broken.check("member", is_known && !value.is_null(), name);
    }
    values::iri(broken, "id", item["id"].as_str().unwrap_or_default());
    for name in ADDRESSES {
        if let Some(given) = item[name].as_str() {
            match name {
                "url" => values::own_url(broken, name, given),
                _ => values::url(broken, name, given),
            }
        }
    }
    let has_content = item["content_html"].is_string() || item["content_text"].is_string();
    broken.check("content", has_content, &item.to_string());
    values::html(broken, item["content_html"].as_str().unwrap_or_default());
    for date in ["date_published", "date_modified"] {
        values::rfc3339(broken, item[date].as_str().unwrap_or_default());
    }
    if let Some(tag) = item["language"].as_str() {
        values::language(broken, tag);
    }
    for tag in list(&item["tags"]) {
        broken.check("tags", is_text(tag), &tag.to_string());
    }
    for author in list(&item["authors"]) {
        let is_somebody = is_text(&author["name"]) || is_text(&author["url"]);
        broken.check("authors", is_somebody, &author.to_string());
    }
    for file in list(&item["attachments"]) {
        values::own_url(
            broken,
            "attachment",
            file["url"].as_str().unwrap_or_default(),
        );
        values::media_type(broken, file["mime_type"].as_str().unwrap_or_default());
        let size = &file["size_in_bytes"];
        broken.check(
            "size_in_bytes",
            size.is_null() || size.is_u64(),
            &size.to_string(),
        );
    }
}
