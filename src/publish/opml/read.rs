//! Reads lists as other readers write them.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::list::{MAX_SOURCES, OpmlError, OpmlOutline, OpmlSource};
use crate::model::plain_address;

/// The longest name of a reference in HTML.
const LONGEST_REFERENCE: usize = 33;

/// Reads a list: outlines at any depth, in order, their attributes in any case; folders become tags. What stands in several folders,
/// as some readers write it, comes several times.
///
/// # Errors
/// [`OpmlError`] says where.
pub fn read_opml(text: &str) -> Result<Vec<OpmlOutline>, OpmlError> {
    let text = text.trim_start_matches('\u{FEFF}');
    let begin = text.len() - text.trim_start().len();
    let mut reader = Reader::from_str(&text[begin..]);
    reader.config_mut().check_end_names = false;
    let (mut found, mut folders) = (Vec::new(), Vec::<Option<String>>::new());
    let mut lines = Lines::of(text);
    let mut is_opml = false;
    loop {
        let at = begin + usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event().map_err(|cause| OpmlError::Xml {
            at: reader.error_position(),
            cause,
        })?;
        match event {
            Event::Start(start) if is(&start, "opml") => is_opml = true,
            Event::Start(start) if is(&start, "outline") => {
                let outline = outline(&start, &folders, lines.at(at));
                folders.push(outline.is_none().then(|| label(&start)).flatten());
                found.extend(outline);
            }
            Event::Empty(start) if is(&start, "outline") => {
                found.extend(outline(&start, &folders, lines.at(at)));
            }
            Event::End(end) if end.name().as_ref().eq_ignore_ascii_case("outline") => {
                folders.pop();
            }
            Event::Eof if is_opml => return Ok(found),
            Event::Eof => return Err(OpmlError::NotOpml),
            _ => {}
        }
        if found.len() > MAX_SOURCES {
            return Err(OpmlError::TooMany);
        }
    }
}

/// Counts lines on the way through a text.
struct Lines<'t> {
    text: &'t str,
    read: usize,
    line: usize,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            read: 0,
            line: 1,
        }
    }

    /// The line of a place that is not before the last one asked for.
    fn at(&mut self, place: usize) -> usize {
        let passed = self
            .text
            .as_bytes()
            .get(self.read..place)
            .unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.read = place;
        self.line
    }
}

fn put(tags: &mut Vec<String>, tag: String) {
    if !tags.contains(&tag) {
        tags.push(tag);
    }
}

fn is(start: &BytesStart<'_>, name: &str) -> bool {
    start.name().as_ref().eq_ignore_ascii_case(name)
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.as_ref().eq_ignore_ascii_case(name))?;
    let value = resolved(&found.value);
    // A line break in a name is one of the file's.
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    (!value.is_empty()).then_some(value)
}

/// References to characters; a bare `&` is common in addresses and stays, as does what looks like a name and is none.
fn resolved(raw: &str) -> String {
    let mut written = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        written.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST_REFERENCE).position(|b| b == b';');
        let reference = end.map_or("&", |end| &rest[..=end]);
        match quick_xml::escape::unescape_with(reference, quick_xml::escape::resolve_html5_entity) {
            Ok(character) if reference.len() > 1 => written.push_str(&character),
            _ => written.push_str(reference),
        }
        rest = &rest[reference.len()..];
    }
    written + rest
}

fn label(start: &BytesStart<'_>) -> Option<String> {
    attribute(start, "text").or_else(|| attribute(start, "title"))
}

/// `None`: a folder, or a line of text.
fn outline(start: &BytesStart<'_>, folders: &[Option<String>], line: usize) -> Option<OpmlOutline> {
    let kind = attribute(start, "type").unwrap_or_default();
    let xml_url = attribute(start, "xmlUrl");
    let is_named = ["rss", "atom"]
        .iter()
        .any(|name| kind.eq_ignore_ascii_case(name));
    let is_feed = xml_url.is_some() || is_named;
    let address = xml_url.or_else(|| attribute(start, "url"));
    if address.is_none() && !is_feed {
        return None;
    }
    let mut tags = Vec::new();
    for folder in folders.iter().flatten() {
        put(&mut tags, folder.clone());
    }
    let categories = attribute(start, "category").unwrap_or_default();
    for tag in categories.split(',') {
        let tag = tag.trim_matches(['/', ' ']);
        if !tag.is_empty() {
            put(&mut tags, tag.to_owned());
        }
    }
    let is_comment = attribute(start, "isComment");
    let source = OpmlSource {
        title: label(start),
        xml_url: address
            .map(|address| plain_address(&address).into_owned())
            .unwrap_or_default(),
        html_url: attribute(start, "htmlUrl"),
        tags,
        is_comment: is_comment.is_some_and(|word| word.eq_ignore_ascii_case("true")),
    };
    Some(OpmlOutline {
        line,
        kind,
        is_feed,
        source,
    })
}
