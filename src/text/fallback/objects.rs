//! Objects and plugins: what stands in them for those who cannot show them, and a link to what they would show.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind};
use html5ever::{Attribute, QualName, local_name, ns};

use super::frames::words;
use super::pictures::names_picture;
use super::state::{Object, Rewriting};
use super::tags::Attributes;

/// Objects within objects of which the address is kept.
const MOST_OBJECTS: usize = 16;
/// Names of an object's parameters that are its address, in lower case.
const PARAMETERS: &[&str] = &["movie", "src", "url", "filename"];

impl Rewriting<'_> {
    pub(super) fn start_object(&mut self, tag: &Tag) {
        if self.objects.len() >= MOST_OBJECTS {
            return;
        }
        let attributes = Attributes(&tag.attrs);
        let address = attributes.get("data").map(str::to_owned);
        self.objects.push(Object {
            is_picture: shows_picture(attributes, address.as_deref()),
            address: address.filter(|_| !attributes.is_invisible()),
            title: words(attributes.get("title")),
            ..Object::default()
        });
    }

    pub(super) fn param(&mut self, attributes: Attributes<'_>) {
        let name = attributes
            .get("name")
            .unwrap_or_default()
            .to_ascii_lowercase();
        if let (Some(object), Some(value)) = (self.objects.last_mut(), attributes.get("value"))
            && PARAMETERS.contains(&&*name)
        {
            object.address.get_or_insert_with(|| value.to_owned());
        }
    }

    pub(super) fn embed(&mut self, tag: &Tag) {
        let attributes = Attributes(&tag.attrs);
        let Some(address) = attributes.get("src").filter(|_| !attributes.is_invisible()) else {
            return;
        };
        match self.objects.last_mut() {
            // The same thing once more, for browsers that know this element alone.
            Some(object) => {
                object.address.get_or_insert_with(|| address.to_owned());
            }
            None if shows_picture(attributes, Some(address)) => self.picture_at(address),
            None => {
                let title = words(attributes.get("title"));
                self.show(address, title.as_deref(), Some(attributes));
            }
        }
    }

    /// A link in an object to the object's own address says it already.
    pub(super) fn link_in_object(&mut self) {
        let anchor = self.anchor.as_deref();
        if let Some(object) = self.objects.last_mut()
            && anchor.is_some_and(|href| object.address.as_deref() == Some(href))
        {
            object.shows_player = true;
        }
    }

    /// What an object would have shown, behind what stood in it for those who cannot.
    pub(super) fn end_object(&mut self) {
        let Some(object) = self.objects.pop() else {
            return;
        };
        let Some(address) = object.address else {
            return;
        };
        match (object.is_picture, object.shows_picture, object.shows_player) {
            (true, false, _) => self.picture_at(&address),
            (false, _, false) => {
                self.show(&address, object.title.as_deref(), Some(Attributes(&[])));
            }
            _ => {}
        }
    }

    fn picture_at(&mut self, address: &str) {
        let mut tag = Tag {
            kind: TagKind::StartTag,
            name: local_name!("img"),
            self_closing: false,
            attrs: Vec::new(),
            had_duplicate_attributes: false,
        };
        tag.attrs.push(Attribute {
            name: QualName::new(None, ns!(), local_name!("src")),
            value: StrTendril::from_slice(address),
        });
        self.picture(&tag);
    }
}

fn shows_picture(attributes: Attributes<'_>, address: Option<&str>) -> bool {
    match attributes.get("type") {
        Some(kind) => kind.trim().starts_with("image/"),
        None => address.is_some_and(names_picture),
    }
}
