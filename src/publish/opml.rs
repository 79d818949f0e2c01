//! OPML 2.0: lists of sources, out and in.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::xml::Xml;

/// A list of sources is not longer than this.
const MAX_SOURCES: usize = 200_000;

/// A source in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpmlSource {
    /// `text`, else `title`.
    pub title: Option<String>,
    /// `xmlUrl`.
    pub xml_url: String,
    /// `htmlUrl`.
    pub html_url: Option<String>,
    /// `category`, and the folders around it.
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

/// Writes a list.
#[must_use]
pub fn opml(sources: &[OpmlSource]) -> String {
    let mut xml = Xml::new();
    xml.element("opml", &[("version", "2.0")], |xml| {
        xml.element("head", &[], |xml| {
            xml.text("title", &[], "Mainstem sources");
        });
        xml.element("body", &[], |xml| {
            for source in sources {
                let category = source.tags.join(",");
                let mut attributes = vec![
                    ("type", "rss"),
                    ("text", source.title.as_deref().unwrap_or(&source.xml_url)),
                    ("xmlUrl", &source.xml_url),
                ];
                attributes.extend(source.html_url.as_deref().map(|url| ("htmlUrl", url)));
                attributes
                    .extend((!category.is_empty()).then_some(("category", category.as_str())));
                xml.empty("outline", &attributes);
            }
        });
    });
    String::from_utf8(xml.finish().head).expect("written as UTF-8")
}

/// Reads a list: outlines at any depth, their attributes in any case; folders become tags.
///
/// # Errors
/// [`OpmlError`] says where.
pub fn read_opml(bytes: &[u8]) -> Result<Vec<OpmlSource>, OpmlError> {
    let text = String::from_utf8_lossy(bytes);
    let mut reader = Reader::from_str(text.trim_start_matches('\u{FEFF}'));
    reader.config_mut().check_end_names = false;
    let (mut found, mut folders, mut is_opml) = (Vec::new(), Vec::<Option<String>>::new(), false);
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
            Event::Eof if is_opml => return Ok(found),
            Event::Eof => return Err(OpmlError::NotOpml),
            _ => {}
        }
        if found.len() > MAX_SOURCES {
            return Err(OpmlError::TooMany);
        }
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
    let raw = found.value;
    // A bare `&` in an address is common; it is then taken as it stands.
    let value = quick_xml::escape::unescape(&raw)
        .unwrap_or(Cow::Borrowed(&raw))
        .trim()
        .to_owned();
    (!value.is_empty()).then_some(value)
}

fn label(start: &BytesStart<'_>) -> Option<String> {
    attribute(start, "text").or_else(|| attribute(start, "title"))
}

fn outline(start: &BytesStart<'_>, folders: &[Option<String>]) -> Option<OpmlSource> {
    let xml_url = attribute(start, "xmlUrl")?;
    let categories = attribute(start, "category").unwrap_or_default();
    let mut tags: Vec<String> = folders.iter().flatten().cloned().collect();
    tags.extend(
        categories
            .split(',')
            .map(|tag| tag.trim_matches(['/', ' ']).to_owned())
            .filter(|tag| !tag.is_empty()),
    );
    tags.dedup();
    Some(OpmlSource {
        title: label(start),
        xml_url,
        html_url: attribute(start, "htmlUrl"),
        tags,
    })
}
