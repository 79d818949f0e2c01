//! The kinds of values that keys have, as they are written.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

use super::table::{At, Value};
use crate::model::{ContentForm, Duplicates, Identity, Updates};

/// Declares a kind of value that is written as a string.
macro_rules! written {
    ($(#[$doc:meta])* $name:ident($inner:ty), $form:literal, $schema:expr, $read:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) struct $name(pub(super) $inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let read: fn(&str) -> Option<$inner> = $read;
                read(&text).map(Self).ok_or_else(|| de::Error::custom(format!("{text:?} is not {}", $form)))
            }
        }

        impl Value for $name {
            const FORM: &'static str = $form;
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

written!(
    /// A time span.
    Span(Duration), r#"a duration such as "90s", "15m", "1h", "1h30m" or "30d""#,
    json_schema!({ "type": "string", "pattern": "^([0-9]+(ms|s|m|h|d|w))+$", "examples": ["90s", "15m", "1h", "30d"] }),
    read_duration
);
written!(
    /// Bytes.
    Size(u64), r#"a size such as "512KiB", "8MiB" or "1GiB""#,
    json_schema!({ "type": "string", "pattern": "^[0-9]+(B|[KMGT]i?B)$", "examples": ["8MiB"] }),
    read_size
);
written!(
    /// What counts as one release.
    DuplicatesWord(Duplicates), r#""near", "exact" or "off""#,
    json_schema!({ "enum": ["near", "exact", "off"] }), Duplicates::from_word
);
written!(
    /// How much of an entry an output carries.
    ContentWord(ContentForm), r#""full", "summary" or "link""#,
    json_schema!({ "enum": ["full", "summary", "link"] }), ContentForm::from_word
);
written!(
    /// What becomes of a corrected release.
    UpdatesWord(Updates), r#""replace" or "announce""#,
    json_schema!({ "enum": ["replace", "announce"] }), Updates::from_word
);

written!(
    /// What tells a source's entries apart.
    IdentityWord(Identity), r#""guid", "link" or "title""#,
    json_schema!({ "enum": ["guid", "link", "title"] }), Identity::from_word
);

/// The value of a header.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(inline, untagged)]
pub(super) enum HeaderText {
    /// As written here.
    Plain(String),
    /// The content of a file.
    File(HeaderFile),
    /// A credential that systemd hands over.
    Credential(HeaderCredential),
    /// Something else, and what. A value and no error, so that the other headers are read all the same.
    #[schemars(skip)]
    Wrong(String),
}

impl HeaderText {
    /// What to write.
    pub(super) const FORM: &'static str =
        r#""…", { file = "agency.token" } or { credential = "name" }"#;

    fn of_table(mut keys: Vec<(String, Other)>) -> Self {
        let known = |key: &str| matches!(key, "file" | "credential");
        match (keys.pop(), keys.last()) {
            (None, _) => Self::Wrong("has no value".to_owned()),
            // How the reader of TOML hands over a date.
            (Some((key, _)), None) if key.starts_with("$__toml") => {
                Self::Wrong("is a date".to_owned())
            }
            (Some((key, Other::Text(file))), None) if key == "file" => {
                Self::File(HeaderFile { file })
            }
            (Some((key, Other::Text(credential))), None) if key == "credential" => {
                Self::Credential(HeaderCredential { credential })
            }
            (Some((key, Other::Kind(kind))), None) if known(&key) => {
                Self::Wrong(format!("has a `{key}` that is {kind}"))
            }
            (Some((last, _)), _) => {
                let mut keys = keys.iter().map(|(key, _)| key).chain([&last]);
                Self::Wrong(keys.find(|key| !known(key)).map_or_else(
                    || "has two values".to_owned(),
                    |key| format!("has an unknown key `{key}`"),
                ))
            }
        }
    }
}

impl<'de> Deserialize<'de> for HeaderText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Other::deserialize(deserializer)? {
            Other::Text(text) => Self::Plain(text),
            Other::Table(keys) => Self::of_table(keys),
            Other::Kind(kind) => Self::Wrong(format!("is {kind}")),
        })
    }
}

/// Any value, for telling what it is.
enum Other {
    Text(String),
    Table(Vec<(String, Other)>),
    /// With its article.
    Kind(&'static str),
}

impl<'de> Deserialize<'de> for Other {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> de::Visitor<'de> for AnyValue {
    type Value = Other;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Other, E> {
        Ok(Other::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Other, E> {
        Ok(Other::Kind("true or false"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Other, E> {
        Ok(Other::Kind("a number"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Other, E> {
        Ok(Other::Kind("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Other, E> {
        Ok(Other::Kind("a number"))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut values: A) -> Result<Other, A::Error> {
        while values.next_element::<de::IgnoredAny>()?.is_some() {}
        Ok(Other::Kind("a list"))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<Other, A::Error> {
        let mut keys = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            keys.push(entry);
        }
        Ok(Other::Table(keys))
    }
}

/// `{ file = "agency.token" }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(inline, deny_unknown_fields)]
pub(super) struct HeaderFile {
    /// Relative to the configuration file.
    pub(super) file: String,
}

/// `{ credential = "name" }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(inline, deny_unknown_fields)]
pub(super) struct HeaderCredential {
    /// A file's name in `$CREDENTIALS_DIRECTORY`.
    pub(super) credential: String,
}

macro_rules! forms {
    ($($type:ty => $form:literal,)+) => { $(impl Value for $type { const FORM: &'static str = $form; })+ };
}

forms! {
    String => r#"a text in quotes: "…""#,
    bool => "true or false, without quotes",
    i64 => "a whole number, without quotes",
    u32 => "a whole number from 0, without quotes",
    NonZeroU32 => "a whole number from 1, without quotes",
    Vec<At<String>> => r#"a list of texts: ["…", "…"]"#,
    BTreeMap<String, At<HeaderText>> => r#"headers such as { Authorization = { file = "agency.token" } }"#,
}

/// `1h30m`: numbers with units, without blanks.
fn read_duration(text: &str) -> Option<Duration> {
    let units = [
        ("ms", 1),
        ("s", 1000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", 86_400_000),
        ("w", 604_800_000_u64),
    ];
    let (mut rest, mut millis) = (text, 0_u64);
    while !rest.is_empty() || text.is_empty() {
        let (number, after) = number(rest)?;
        let end = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let (_, factor) = units.iter().find(|(unit, _)| *unit == &after[..end])?;
        millis = millis.checked_add(number.checked_mul(*factor)?)?;
        rest = &after[end..];
    }
    // More than a thousand years is a slip of the hand, and beyond what calendars hold.
    (millis <= 1000 * 366 * 86_400_000).then(|| Duration::from_millis(millis))
}

fn read_size(text: &str) -> Option<u64> {
    let units = [
        ("B", 1),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("TiB", 1_u64 << 40),
        ("KB", 1000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
    ];
    let (number, unit) = number(text)?;
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*factor)
}

fn number(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}
