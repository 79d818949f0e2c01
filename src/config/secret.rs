//! Secrets as they are written: never themselves, but where they are kept.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

/// Where a secret is kept.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(inline, untagged)]
pub(super) enum SecretPlace {
    /// The content of a file.
    File(SecretFile),
    /// A credential that systemd hands over.
    Credential(SecretCredential),
}

/// `{ file = "agency.token" }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(inline, deny_unknown_fields)]
pub(super) struct SecretFile {
    /// Relative to the configuration file.
    pub(super) file: String,
}

/// `{ credential = "name" }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(inline, deny_unknown_fields)]
pub(super) struct SecretCredential {
    /// A file's name in `$CREDENTIALS_DIRECTORY`.
    pub(super) credential: String,
}

/// The value of a header.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(inline, untagged)]
pub(super) enum HeaderText {
    /// As written here.
    Plain(String),
    /// Kept elsewhere.
    Secret(SecretPlace),
    /// Something else, and what. A value and no error, so that the other headers are read all the same.
    #[schemars(skip)]
    Wrong(String),
}

impl HeaderText {
    /// What to write.
    pub(super) const FORM: &'static str =
        r#""…", { file = "agency.token" } or { credential = "name" }"#;
}

/// The value of a token.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(inline, untagged)]
pub(super) enum TokenText {
    /// Kept elsewhere.
    Secret(SecretPlace),
    /// Something else, and what.
    #[schemars(skip)]
    Wrong(String),
}

impl<'de> Deserialize<'de> for HeaderText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Other::deserialize(deserializer)? {
            Other::Text(text) => Self::Plain(text),
            Other::Table(keys) => read_place(keys).map_or_else(Self::Wrong, Self::Secret),
            Other::Kind(kind) => Self::Wrong(format!("is {kind}")),
        })
    }
}

impl<'de> Deserialize<'de> for TokenText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Other::deserialize(deserializer)? {
            Other::Text(_) => Self::Wrong("stands in the configuration itself".to_owned()),
            Other::Table(keys) => read_place(keys).map_or_else(Self::Wrong, Self::Secret),
            Other::Kind(kind) => Self::Wrong(format!("is {kind}")),
        })
    }
}

/// Reads the one key of a table that says where a secret is kept; else, what the table is instead.
fn read_place(mut keys: Vec<(String, Other)>) -> Result<SecretPlace, String> {
    let known = |key: &str| matches!(key, "file" | "credential");
    match (keys.pop(), keys.last()) {
        (None, _) => Err("has no value".to_owned()),
        // How the reader of TOML hands over a date.
        (Some((key, _)), None) if key.starts_with("$__toml") => Err("is a date".to_owned()),
        (Some((key, Other::Text(file))), None) if key == "file" => {
            Ok(SecretPlace::File(SecretFile { file }))
        }
        (Some((key, Other::Text(credential))), None) if key == "credential" => {
            Ok(SecretPlace::Credential(SecretCredential { credential }))
        }
        (Some((key, Other::Kind(kind))), None) if known(&key) => {
            Err(format!("has a `{key}` that is {kind}"))
        }
        (Some((last, _)), _) => {
            let mut keys = keys.iter().map(|(key, _)| key).chain([&last]);
            Err(keys.find(|key| !known(key)).map_or_else(
                || "has two values".to_owned(),
                |key| format!("has an unknown key `{key}`"),
            ))
        }
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
