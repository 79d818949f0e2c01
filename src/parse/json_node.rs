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
    /// The first elements of a list.
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

    pub(super) fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// The elements of a list.
    pub(super) fn elements(&self) -> &[Node] {
        match self {
            Self::List(nodes) => nodes,
            _ => &[],
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
        Ok(Node::Number(number.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Node, E> {
        Ok(Number::from_f64(number).map_or(Node::Absent, Node::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let wanted = match self {
            Self::Object(wanted) => wanted,
            _ => &[],
        };
        let mut members: Vec<(&'static str, Node)> = Vec::new();
        while let Some(member) = map.next_key_seed(Wanted(wanted))? {
            let Some((name, shape)) = member else {
                map.next_value::<Skipped>()?;
                continue;
            };
            let node = map.next_value_seed(shape)?;
            // Of a member given twice the last counts.
            match members.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known = node,
                None => members.push((name, node)),
            }
        }
        Ok(match self {
            Self::Object(_) => Node::Object(members.into_boxed_slice()),
            _ => Node::Absent,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        let mut is_thinned = false;
        match self {
            Self::List(shape) => {
                while nodes.len() < MAX_LIST
                    && let Some(node) = list.next_element_seed(*shape)?
                {
                    nodes.push(node);
                }
            }
            Self::Many(shape, thin) => {
                while let Some(node) = list.next_element_seed(*shape)? {
                    if matches!(node, Node::Object(_)) {
                        nodes.push(node);
                        is_thinned |= thin(&mut nodes);
                    }
                }
            }
            Self::Plain | Self::Object(_) => {}
        }
        while list.next_element::<Skipped>()?.is_some() {}
        Ok(match self {
            Self::List(_) => Node::List(nodes),
            Self::Many(..) => Node::Many(nodes, is_thinned),
            Self::Plain | Self::Object(_) => Node::Absent,
        })
    }
}

/// A member's name, if it is wanted.
struct Wanted(&'static [(&'static str, Shape)]);

impl<'de> DeserializeSeed<'de> for Wanted {
    type Value = Option<(&'static str, Shape)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Wanted {
    type Value = Option<(&'static str, Shape)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|(wanted, _)| *wanted == name).copied())
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
