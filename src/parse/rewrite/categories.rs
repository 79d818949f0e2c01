//! Categories, as each vocabulary writes them.

use crate::model::Category;
use crate::parse::markup::Attributes;

/// The scheme under which Flickr's feeds give tags.
const FLICKR_TAGS: &str = "urn:flickr:tags";

/// Those of a `category` element, whose term stands in an attribute or is its text.
pub(super) fn of_element(attributes: &Attributes<'_>, text: &str) -> Vec<Category> {
    let said = |names: [&str; 2]| names.iter().find_map(|name| attributes.get(name));
    let label = attributes.get("label").map(str::trim);
    let scheme = said(["scheme", "domain"]).map(str::to_owned);
    let term = said(["term", "text"])
        .map(str::trim)
        .filter(|term| !term.is_empty());
    // Flickr: all tags of a picture, with blanks between them.
    if term.is_none() && scheme.as_deref() == Some(FLICKR_TAGS) {
        return text.split_whitespace().map(of_term).collect();
    }
    let term = term
        .or(Some(text.trim()).filter(|text| !text.is_empty()))
        .or(label);
    let category = term.map(|term| Category {
        term: term.to_owned(),
        scheme,
        label: label.map(str::to_owned),
    });
    category.into_iter().collect()
}

/// Those of `itunes:keywords` and `media:keywords`.
pub(super) fn of_keywords(text: &str) -> Vec<Category> {
    text.split([',', ';'])
        .map(|term| of_term(term.trim()))
        .collect()
}

fn of_term(term: &str) -> Category {
    Category {
        term: term.to_owned(),
        ..Category::default()
    }
}
