//! The kinds of values that keys have, as they are written.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

use super::secret::{HeaderText, TokenText};
use super::table::{At, Value};
use crate::fetch::HttpVersion;
use crate::model::{ContentForm, Duplicates, Identity, Updates, WithdrawalRule};

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
    /// What becomes of an entry that its publisher withdraws.
    WithdrawalsWord(WithdrawalRule), r#""report" or "follow""#,
    json_schema!({ "enum": ["report", "follow"] }), WithdrawalRule::from_word
);

written!(
    /// What tells a source's entries apart.
    IdentityWord(Identity), r#""guid", "link" or "title""#,
    json_schema!({ "enum": ["guid", "link", "title"] }), Identity::from_word
);

written!(
    /// The version of HTTP that a source is asked over.
    HttpWord(HttpVersion), r#""auto" or "1.1""#,
    json_schema!({ "enum": ["auto", "1.1"] }), HttpVersion::from_word
);

/// One address, or a list of addresses.
#[derive(Debug, Clone)]
pub(super) enum Listens {
    One(String),
    Several(Vec<At<String>>),
}

impl<'de> Deserialize<'de> for Listens {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrSeveral;

        impl<'de> de::Visitor<'de> for OneOrSeveral {
            type Value = Listens;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address or a list of addresses")
            }

            fn visit_str<E>(self, text: &str) -> Result<Listens, E> {
                Ok(Listens::One(text.to_owned()))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut values: A) -> Result<Listens, A::Error> {
                let mut addresses = Vec::new();
                while let Some(address) = values.next_element()? {
                    addresses.push(address);
                }
                Ok(Listens::Several(addresses))
            }
        }

        deserializer.deserialize_any(OneOrSeveral)
    }
}

impl JsonSchema for Listens {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Listens".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" }, "minItems": 1 },
        ] })
    }
}

/// A list of words that rules share.
#[derive(Debug, Clone)]
pub(super) enum WordList {
    /// As written here.
    Words(Vec<At<String>>),
    /// A file with one a line, relative to the configuration.
    File(String),
    /// Something else, and what. A value and no error, so that the other lists are read all the same.
    Wrong(String),
}

/// What stands in a list of words.
#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Text(String),
    Other(de::IgnoredAny),
}

impl<'de> Deserialize<'de> for WordList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordsOrFile;

        impl<'de> de::Visitor<'de> for WordsOrFile {
            type Value = WordList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of words or a file of them")
            }

            fn visit_str<E>(self, _: &str) -> Result<WordList, E> {
                Ok(WordList::Wrong("is a text and no list".to_owned()))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut values: A) -> Result<WordList, A::Error> {
                let (mut words, mut has_others) = (Vec::new(), false);
                while let Some(At { value, span }) = values.next_element::<At<Word>>()? {
                    match value {
                        Word::Text(value) => words.push(At { value, span }),
                        Word::Other(_) => has_others = true,
                    }
                }
                Ok(match has_others {
                    true => WordList::Wrong("holds something that is no text in quotes".to_owned()),
                    false => WordList::Words(words),
                })
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut keys: A) -> Result<WordList, A::Error> {
                let mut file = None;
                let mut unknown = None;
                while let Some(key) = keys.next_key::<String>()? {
                    match key.as_str() {
                        "file" => file = Some(keys.next_value()?),
                        _ => {
                            keys.next_value::<de::IgnoredAny>()?;
                            unknown = Some(key);
                        }
                    }
                }
                Ok(match (file, unknown) {
                    (_, Some(key)) => WordList::Wrong(format!("has an unknown key `{key}`")),
                    (Some(file), None) => WordList::File(file),
                    (None, None) => WordList::Wrong("names no file".to_owned()),
                })
            }
        }

        deserializer.deserialize_any(WordsOrFile)
    }
}

impl JsonSchema for WordList {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "WordList".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "array", "items": { "type": "string" }, "minItems": 1 },
            { "type": "object", "properties": { "file": { "type": "string" } }, "required": ["file"], "additionalProperties": false },
        ] })
    }
}

/// `tls` of a source.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table")]
#[schemars(inline, deny_unknown_fields)]
pub(super) struct TlsText {
    /// Path of a PEM file with certificates, relative to the configuration file.
    pub(super) ca_file: Option<At<String>>,
    /// Accepts any certificate, so that anybody in between can read and change what is sent.
    pub(super) insecure: Option<bool>,
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
    Listens => r#"an address such as "127.0.0.1:8480", or a list of them: ["127.0.0.1:8480", "unix:/run/mainstem/http.sock"]"#,
    Vec<At<String>> => r#"a list of texts: ["…", "…"]"#,
    TlsText => r#"{ ca_file = "own.pem" } or { insecure = true }"#,
    TokenText => r#"{ file = "merged.token" } or { credential = "name" }"#,
    BTreeMap<String, At<WordList>> => r#"lists below a line [words], such as cities = ["Geneva", "Bern"] or cities = { file = "cities.txt" }"#,
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
