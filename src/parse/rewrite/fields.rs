//! The field that is open, and the person, image or source around it: what starts one, fills it and ends it.

use super::capture::Capture;
use super::categories;
use super::element::Element;
use super::group::Group;
use super::leaf::Leaf;
use super::link;
use super::media::Media;
use super::record::Record;
use super::scope::{Links, Scope};
use super::stack::Role;
use super::value::Form;
use super::words::Word;
use crate::model::FeedFormat;
use crate::parse::markup::{Attributes, Notes};

/// The fields that are open. What they say goes to the record that is handed over when they are closed.
#[derive(Default)]
pub(super) struct Fields<'t> {
    leaf: Option<Leaf<'t>>,
    /// The person, image or source around it.
    group: Option<Group<'t>>,
}

impl<'t> Fields<'t> {
    /// Whether a value is being gathered: elements are part of it then.
    pub(super) fn is_in_leaf(&self) -> bool {
        self.leaf.is_some()
    }

    /// Whether an element of this meaning can stand in the person, image or source that is open.
    pub(super) fn group_takes(&self, meaning: Word) -> bool {
        self.group.as_ref().is_none_or(|group| group.takes(meaning))
    }

    /// Begins a part of a person, an image or a source.
    pub(super) fn open_part(&mut self, element: Element<'t>, notes: &mut Notes) -> Role {
        self.leaf = Some(Leaf::of_part(element, notes));
        Role::Leaf
    }

    /// Begins an element of a feed or entry that has a value, or says what it says in its attributes.
    pub(super) fn open(
        &mut self,
        meaning: Word,
        element: Element<'t>,
        format: FeedFormat,
        record: &mut Record,
        scope: &Scope<'t>,
        notes: &mut Notes,
    ) -> Role {
        match meaning {
            Word::MediaGroup => {
                record.media.open();
                Role::Media
            }
            Word::Enclosure | Word::MediaPlayer | Word::MediaContent => {
                let links = scope.links(record.is_entry());
                open_media(
                    &mut record.media,
                    meaning,
                    &element.attributes(notes),
                    &links,
                )
            }
            Word::Person(_) | Word::Source | Word::Image | Word::Thumbnail | Word::Cover => {
                let attributes = element.attributes(notes);
                self.group = Some(Group::new(meaning, element.space, attributes));
                Role::Group
            }
            _ => {
                let (in_entry, base) = (record.is_entry(), scope.base());
                let leaf = Leaf::of_field(meaning, element, format, in_entry, base, notes);
                self.leaf = Some(leaf);
                Role::Leaf
            }
        }
    }

    /// Whether an element means that the end tag of the open field is missing. `is_child`: it stands right within the field.
    pub(super) fn are_ended_by(
        &self,
        element: &Element<'_>,
        is_child: bool,
        in_entry: bool,
    ) -> bool {
        let leaf = self.leaf.as_ref();
        leaf.is_some_and(|leaf| leaf.is_ended_by(element, is_child, in_entry))
    }

    /// An element within the value; `None`: it leaves nothing open. `is_child`: it stands right within the field.
    pub(super) fn open_markup(
        &mut self,
        element: &Element<'_>,
        is_child: bool,
        scope: &Scope<'t>,
        notes: &mut Notes,
    ) -> Option<Role> {
        let leaf = self.leaf.as_mut()?;
        leaf.open(element, is_child, scope.base(), notes)
    }

    /// The end of an element within the value. `is_ended`: it has an end tag of its own.
    pub(super) fn close_markup(&mut self, name: &str, is_ended: bool) {
        if let Some(leaf) = self.leaf.as_mut() {
            leaf.close(name, is_ended);
        }
    }

    /// Adds text to what is open; false: nothing is open that could take it. `literal`: it is that of a CDATA section.
    pub(super) fn push(
        &mut self,
        raw: &str,
        literal: bool,
        around: Option<Role>,
        notes: &mut Notes,
    ) -> bool {
        match (self.leaf.as_mut(), self.group.as_mut()) {
            (Some(leaf), _) => leaf.push(raw, literal, notes),
            (None, Some(group)) if around == Some(Role::Group) => group.push(raw, literal, notes),
            _ => return false,
        }
        true
    }

    /// Ends the open field.
    pub(super) fn close_leaf(&mut self, record: &mut Record, scope: &Scope<'t>) {
        let Some(leaf) = self.leaf.take() else { return };
        if !leaf.is_part() {
            let links = scope.links(record.is_entry());
            leaf.finish(record, &links);
        } else if let Some(group) = self.group.as_mut() {
            group.add(leaf.into_part());
        }
    }

    /// Ends the open person, image or source.
    pub(super) fn close_group(&mut self, record: &mut Record, scope: &Scope<'t>) {
        if let Some(group) = self.group.take() {
            let links = scope.links(record.is_entry());
            group.finish(record, &links);
        }
    }
}

/// Adds a file of an entry, which says what it is in its attributes.
fn open_media(
    media: &mut Media,
    meaning: Word,
    attributes: &Attributes<'_>,
    links: &Links<'_>,
) -> Role {
    match meaning {
        Word::MediaContent => {
            media.open();
            media.add_content(attributes, links);
            return Role::Media;
        }
        Word::Enclosure => media.add_enclosure(attributes, links),
        _ => media.add_player(attributes, links),
    }
    Role::Foreign
}

/// What stands on the tag of an entry or a channel.
pub(super) fn add_subject(
    record: &mut Record,
    element: &Element<'_>,
    scope: &Scope<'_>,
    notes: &mut Notes,
) {
    let links = scope.links(record.is_entry());
    link::add_subject(record, &element.attributes(notes), &links);
}

/// `itunes:category`, if it has its name in an attribute.
pub(super) fn add_genre(record: &mut Record, element: &Element<'_>, notes: &mut Notes) -> bool {
    let attributes = element.attributes(notes);
    let is_said = attributes.get("text").is_some();
    if is_said {
        record.add_categories(categories::of_element(&attributes, ""));
    }
    is_said
}

/// `<link/>https://…`: what HTML tools make of a link.
pub(super) fn add_loose_link(record: &mut Record, raw: &str, scope: &Scope<'_>, notes: &mut Notes) {
    let raw = raw.trim();
    if raw.starts_with("http") && record.links().is_empty() {
        let mut capture = Capture::new(Form::Plain);
        capture.push(raw, false, notes);
        let links = scope.links(record.is_entry());
        link::add_page(record, &capture.finish().text, &links);
    }
}
