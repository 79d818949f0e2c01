//! OPML 2.0: lists of sources, out and in.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::xml::Xml;

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
    xml.empty("outline", &attributes);
}

/// Reads a list: outlines at any depth, their attributes in any case; folders become tags. A source that stands in several
/// folders, as some readers write it, is one with all their tags.
///
/// # Errors
/// [`OpmlError`] says where.
pub fn read_opml(text: &str) -> Result<Vec<OpmlSource>, OpmlError> {
    let mut reader = Reader::from_str(text.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']));
    reader.config_mut().check_end_names = false;
    let (mut found, mut folders) = (List::default(), Vec::<Option<String>>::new());
    let mut is_opml = false;
    loop {
        let event = reader.read_event().map_err(|cause| OpmlError::Xml {
            at: reader.error_position(),
            cause,
        })?;
        match event {
            Event::Start(start) if is(&start, "opml") => is_opml = true,
            Event::Start(start) if is(&start, "outline") => {
                let outline = outline(&start, &folders);
                folders.push(outline.is_none().then(|| label(&start)).flatten());
                found.extend(outline);
            }
            Event::Empty(start) if is(&start, "outline") => found.extend(outline(&start, &folders)),
            Event::End(end) if end.name().as_ref().eq_ignore_ascii_case("outline") => {
                folders.pop();
            }
            Event::Eof if is_opml => return Ok(found.sources),
            Event::Eof => return Err(OpmlError::NotOpml),
            _ => {}
        }
        if found.sources.len() > MAX_SOURCES {
            return Err(OpmlError::TooMany);
        }
    }
}

/// Sources in order, each address once.
#[derive(Default)]
struct List {
    sources: Vec<OpmlSource>,
    places: HashMap<String, usize>,
}

impl Extend<OpmlSource> for List {
    fn extend<T: IntoIterator<Item = OpmlSource>>(&mut self, sources: T) {
        for source in sources {
            match self.places.entry(source.xml_url.clone()) {
                Entry::Vacant(place) => {
                    place.insert(self.sources.len());
                    self.sources.push(source);
                }
                Entry::Occupied(place) => {
                    let tags = &mut self.sources[*place.get()].tags;
                    source.tags.into_iter().for_each(|tag| put(tags, tag));
                }
            }
        }
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

fn outline(start: &BytesStart<'_>, folders: &[Option<String>]) -> Option<OpmlSource> {
    let address = attribute(start, "xmlUrl").or_else(|| {
        let kind = attribute(start, "type")?.to_ascii_lowercase();
        matches!(&*kind, "rss" | "atom").then(|| attribute(start, "url"))?
    })?;
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
    Some(OpmlSource {
        title: label(start),
        xml_url: without_feed(address),
        html_url: attribute(start, "htmlUrl"),
        tags,
    })
}

/// `feed://host/x` and `feed:https://host/x`, which readers register for themselves.
fn without_feed(address: String) -> String {
    let scheme = address.split(':').next().unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("feed") {
        return address;
    }
    match &address["feed:".len()..] {
        rest if rest.starts_with("//") => format!("http:{rest}"),
        rest => rest.to_owned(),
    }
}
