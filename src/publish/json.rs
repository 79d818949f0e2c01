//! Members of a JSON object, left out where there is nothing to say.

use serde_json::{Map, Value};
use url::Url;

/// The members of an object, in the order in which they were put in.
pub(super) type Members = Map<String, Value>;

/// Puts in a text.
pub(super) fn put(written: &mut Members, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        written.insert(name.to_owned(), value.into());
    }
}

/// Puts in a list, unless it is empty.
pub(super) fn put_list(written: &mut Members, name: &str, values: Vec<Value>) {
    if !values.is_empty() {
        written.insert(name.to_owned(), values.into());
    }
}

/// Puts in an address.
pub(super) fn put_url(written: &mut Members, name: &str, url: Option<&Url>) {
    put(written, name, url.map(Url::as_str));
}

/// Puts in an object, unless it is empty.
pub(super) fn put_members(written: &mut Members, name: &str, members: Members) {
    if !members.is_empty() {
        written.insert(name.to_owned(), members.into());
    }
}
