//! JSON read for the members that are wanted, in memory that the text bounds.
//!
//! A value of every member takes a hundred times its text where that is `{},`. What nobody asks for is passed over here,
//! and a member that is not of the kind asked for is as good as absent.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// Members of a list that are looked at, in one item.
const MAX_LIST: usize = 64;

/// What is wanted of a value.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// A text or number.
    Plain,
    /// These members of an object.
    Object(&'static [(&'static str, Shape)]),
    /// The first elements of a list. What stands alone is a list of one, and an object with numbers for names, as PHP writes a list
    /// with gaps, is one too.
    List(&'static Shape),
    /// Objects of a list, all but those that `Thin` leaves out.
    Many(&'static Shape, Thin),
}

/// Leaves out some of many objects; called now and then, so that a million of them take no memory.
pub(super) type Thin = fn(&mut Vec<Node>) -> bool;

/// What was found of it.
#[derive(Debug, Default)]
pub(super) enum Node {
    /// Nothing, or nothing that was asked for.
    #[default]
    Absent,
    Text(String),
    Number(Number),
    /// Without room for more: there may be a million of one member each.
    Object(Box<[(&'static str, Node)]>),
    List(Vec<Node>),
    /// And whether some were left out.
    Many(Vec<Node>, bool),
}

impl Node {
    /// The member of an object.
    pub(super) fn get(&self, name: &str) -> &Node {
        const NOTHING: &Node = &Node::Absent;
        let Self::Object(members) = self else {
            return NOTHING;
        };
        let found = members.iter().find(|(known, _)| *known == name);
        found.map_or(NOTHING, |(_, node)| node)
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number of bytes or seconds: whole, with a fraction, or as a text.
    pub(super) fn as_u64(&self) -> Option<u64> {
        let number = match self {
            Self::Number(number) => return number.as_u64().or_else(|| whole(number.as_f64()?)),
            Self::Text(text) => text.trim(),
            _ => return None,
        };
        number.parse().ok().or_else(|| whole(number.parse().ok()?))
    }

    /// Whether something that was asked for stands there.
    pub(super) fn is_there(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The elements of a list.
    pub(super) fn elements(&self) -> &[Node] {
        match self {
            Self::List(nodes) => nodes,
            _ => &[],
        }
    }
}

/// What of a number is whole; `None`: it is negative, or larger than numbers that are exact.
fn whole(number: f64) -> Option<u64> {
    const MOST: f64 = (1_u64 << f64::MANTISSA_DIGITS) as f64;
    let is_exact = (0.0..MOST).contains(&number);
    let digits = is_exact.then(|| number.trunc().to_string())?;
    digits.parse().ok()
}

impl Shape {
    /// What was found where it stands alone: in place of a list it is a list of one.
    fn alone(self, node: Node) -> Node {
        match self {
            Self::List(_) => Node::List(vec![node]),
            _ => node,
        }
    }

    /// The members that an object may have here, of its own or of the list's elements.
    fn members(self) -> &'static [(&'static str, Shape)] {
        match self {
            Self::Object(wanted) => wanted,
            Self::List(element) | Self::Many(element, _) => match element {
                Self::Object(wanted) => wanted,
                _ => &[],
            },
            Self::Plain => &[],
        }
    }
}

/// The elements of a list as they are found.
struct Found {
    shape: Shape,
    nodes: Vec<Node>,
    is_thinned: bool,
}

impl Found {
    fn of(shape: Shape) -> Self {
        Self {
            shape,
            nodes: Vec::new(),
            is_thinned: false,
        }
    }

    /// What an element is wanted for; `None`: there are enough.
    fn element(&self) -> Option<Shape> {
        match self.shape {
            Shape::List(element) => (self.nodes.len() < MAX_LIST).then_some(*element),
            Shape::Many(element, _) => Some(*element),
            Shape::Plain | Shape::Object(_) => None,
        }
    }

    fn push(&mut self, node: Node) {
        match self.shape {
            Shape::Many(_, thin) if matches!(node, Node::Object(_)) => {
                self.nodes.push(node);
                self.is_thinned |= thin(&mut self.nodes);
            }
            Shape::List(_) => self.nodes.push(node),
            _ => {}
        }
    }

    fn finish(self) -> Node {
        match self.shape {
            Shape::List(_) => Node::List(self.nodes),
            Shape::Many(..) => Node::Many(self.nodes, self.is_thinned),
            Shape::Plain | Shape::Object(_) => Node::Absent,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Shape {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shape {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Absent)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Absent)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Node, E> {
        Ok(self.alone(Node::Number(number.into())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Node, E> {
        Ok(self.alone(Node::Number(number.into())))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Node, E> {
        let number = Number::from_f64(number).map(|number| self.alone(Node::Number(number)));
        Ok(number.unwrap_or_default())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(self.alone(Node::Text(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Node, E> {
        Ok(self.alone(Node::Text(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members: Vec<(&'static str, Node)> = Vec::new();
        let mut found = Found::of(self);
        while let Some(key) = map.next_key_seed(Wanted(self.members()))? {
            match (key, found.element()) {
                (Key::Member(name, shape), _) => {
                    let node = map.next_value_seed(shape)?;
                    // Of a member given twice the last counts.
                    match members.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, known)) => *known = node,
                        None => members.push((name, node)),
                    }
                }
                (Key::Index, Some(element)) => found.push(map.next_value_seed(element)?),
                _ => {
                    map.next_value::<Skipped>()?;
                }
            }
        }
        let is_object = matches!(self, Self::Object(_));
        let object = Node::Object(members.into_boxed_slice());
        if is_object {
            return Ok(object);
        }
        if matches!(&object, Node::Object(members) if !members.is_empty()) {
            found.push(object);
        }
        Ok(found.finish())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut found = Found::of(self);
        while let Some(element) = found.element()
            && let Some(node) = list.next_element_seed(element)?
        {
            found.push(node);
        }
        while list.next_element::<Skipped>()?.is_some() {}
        Ok(found.finish())
    }
}

/// A member's name, if it is wanted.
struct Wanted(&'static [(&'static str, Shape)]);

/// What the name of a member says.
enum Key {
    Member(&'static str, Shape),
    /// A number: the place in a list.
    Index,
    Unknown,
}

impl<'de> DeserializeSeed<'de> for Wanted {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Wanted {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let wanted = self.0.iter().find(|(wanted, _)| *wanted == name);
        let is_index = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
        Ok(match wanted {
            Some((name, shape)) => Key::Member(name, *shape),
            None if is_index => Key::Index,
            None => Key::Unknown,
        })
    }
}

/// Passed over, but not at any depth: serde's own way to do it has no limit.
struct Skipped;

impl<'de> Deserialize<'de> for Skipped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Skipped)
    }
}

impl<'de> Visitor<'de> for Skipped {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<Skipped, Skipped>()?.is_some() {}
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<Skipped>()?.is_some() {}
        Ok(self)
    }
}
