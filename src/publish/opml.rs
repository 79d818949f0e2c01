//! OPML 2.0: lists of sources, out and in.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::xml::Xml;
use crate::model::plain_address;

/// A list of sources is not longer than this.
const MAX_SOURCES: usize = 200_000;

/// The longest name of a reference in HTML.
const LONGEST_REFERENCE: usize = 33;

/// A source in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpmlSource {
    /// `text`, else `title`.
    pub title: Option<String>,
    /// `xmlUrl`, without a reader's own scheme `feed:`.
    pub xml_url: String,
    /// `htmlUrl`.
    pub html_url: Option<String>,
    /// The folders around it, outermost first, and what `category` names besides.
    pub tags: Vec<String>,
    /// `isComment`: it stands in the list, but is not in use.
    pub is_comment: bool,
}

/// An outline that is, or might be taken for, a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpmlOutline {
    /// The line that it begins on, from 1.
    pub line: usize,
    /// `type`, as written.
    pub kind: String,
    /// It has an `xmlUrl`, or a `type` that says it is a feed; else its address is a `url`, of a page or another list.
    pub is_feed: bool,
    /// Its attributes; without an address where it has none.
    pub source: OpmlSource,
}

/// A list that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OpmlError {
    /// Not XML.
    #[error("not well-formed at byte {at}: {cause}")]
    Xml {
        /// Where.
        at: u64,
        /// What.
        cause: quick_xml::Error,
    },
    /// XML, but no list.
    #[error("no <opml> element in it")]
    NotOpml,
    /// More than anybody's list.
    #[error("more than {MAX_SOURCES} sources")]
    TooMany,
}

/// Writes a list. Readers know folders and not `category`: a source stands in a folder by its first tag.
#[must_use]
pub fn opml(sources: &[OpmlSource]) -> String {
    let mut folders: Vec<(Vec<&str>, Vec<&OpmlSource>)> = Vec::new();
    for source in sources {
        let folder = folder_of(source);
        match folders.iter_mut().find(|(known, _)| *known == folder) {
            Some((_, inside)) => inside.push(source),
            None => folders.push((folder, vec![source])),
        }
    }
    let mut xml = Xml::new();
    xml.element("opml", &[("version", "2.0")], |xml| {
        xml.element("head", &[], |xml| {
            xml.text("title", &[], "Mainstem sources");
        });
        xml.element("body", &[], |xml| {
            for (folder, inside) in &folders {
                write_folder(xml, folder, inside);
            }
        });
    });
    String::from_utf8(xml.finish().head).expect("written as UTF-8")
}

/// The first tag, and those that `category` cannot say: it is a list with commas, and slashes around a name mean nothing in it.
fn folder_of(source: &OpmlSource) -> Vec<&str> {
    let mut tags = source.tags.iter().map(String::as_str);
    let first = tags.next();
    let unfit = tags.filter(|tag| tag.contains(',') || tag.trim_matches(['/', ' ']) != *tag);
    first.into_iter().chain(unfit).collect()
}

fn write_folder(xml: &mut Xml, folder: &[&str], inside: &[&OpmlSource]) {
    let Some((name, rest)) = folder.split_first() else {
        for source in inside {
            write_source(xml, source);
        }
        return;
    };
    xml.element("outline", &[("text", name), ("title", name)], |xml| {
        write_folder(xml, rest, inside);
    });
}

fn write_source(xml: &mut Xml, source: &OpmlSource) {
    let folder = folder_of(source);
    let others = source.tags.iter().map(String::as_str);
    let others: Vec<&str> = others.filter(|tag| !folder.contains(tag)).collect();
    let category = others.join(",");
    let title = source.title.as_deref().unwrap_or(&source.xml_url);
    let mut attributes = vec![
        ("type", "rss"),
        ("text", title),
        // Some readers look for this one only.
        ("title", title),
        ("xmlUrl", &source.xml_url),
    ];
    attributes.extend(source.html_url.as_deref().map(|url| ("htmlUrl", url)));
    attributes.extend((!category.is_empty()).then_some(("category", category.as_str())));
    attributes.extend(source.is_comment.then_some(("isComment", "true")));
    xml.empty("outline", &attributes);
}

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
