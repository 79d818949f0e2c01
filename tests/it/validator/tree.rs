//! An XML document as a tree, as far as its checks need it.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::support::laws::well_formed;

/// An element with its own text.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    /// As it is written, references and all.
    pub(crate) raw: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(crate) fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| &child.text)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The root element of a document that is well-formed.
pub(crate) fn tree(xml: &str) -> Element {
    assert_eq!(well_formed(xml), Ok(()));
    let mut reader = Reader::from_str(xml);
    let mut open = vec![Element::default()];
    loop {
        let last = open.last_mut().expect("the document itself");
        match reader.read_event().expect("it is well-formed") {
            Event::Start(start) => open.push(element(&start)),
            Event::Empty(start) => last.children.push(element(&start)),
            Event::Text(text) => {
                last.raw.push_str(&text);
                last.text.push_str(&text);
            }
            Event::GeneralRef(reference) => {
                let raw = format!("&{};", &*reference);
                last.text
                    .push_str(&quick_xml::escape::unescape(&raw).expect("a known one"));
                last.raw.push_str(&raw);
            }
            Event::End(_) => {
                let closed = open.pop().expect("it was opened");
                let parent = open.last_mut().expect("the document itself");
                parent.children.push(closed);
            }
            Event::Eof => return open.remove(0).children.remove(0),
            _ => {}
        }
    }
}

fn element(start: &BytesStart<'_>) -> Element {
    let attribute = |attribute: quick_xml::events::attributes::Attribute<'_>| {
        let value = quick_xml::escape::unescape(&attribute.value).expect("known references");
        (attribute.key.as_ref().to_owned(), value.into_owned())
    };
    Element {
        name: start.name().as_ref().to_owned(),
        attributes: start.attributes().flatten().map(attribute).collect(),
        ..Element::default()
    }
}
