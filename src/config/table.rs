//! Reading a TOML table key by key, so that one run finds everything that is wrong.

use std::borrow::Cow;
use std::ops::{Deref, Range};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::problem::{Found, nearest};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<T>::deserialize(deserializer)?;
        Ok(Self {
            span: spanned.span(),
            value: spanned.into_inner(),
        })
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A value that a key can have.
pub(super) trait Value: DeserializeOwned {
    /// What to write, with an example.
    const FORM: &'static str;
}

/// The texts of a list; none where it is not written.
pub(super) fn texts(written: Option<&At<Vec<At<String>>>>) -> Vec<String> {
    written
        .map(|texts| texts.iter().map(|text| text.value.clone()).collect())
        .unwrap_or_default()
}

/// A table with the place of its header.
pub(super) struct RawTable<'t> {
    table: DeTable<'t>,
    /// The header, for what is wrong with the table as a whole.
    pub(super) span: Range<usize>,
    /// `[fetch]`, `[[source]]`: for messages.
    pub(super) name: &'static str,
}

impl<'t> RawTable<'t> {
    pub(super) fn new(table: DeTable<'t>, span: Range<usize>, name: &'static str) -> Self {
        Self { table, span, name }
    }

    /// Takes one key out of the table, if it is there and of the right kind.
    pub(super) fn take<T: Value>(&mut self, key: &str, found: &mut Found<'_>) -> Option<At<T>> {
        let value = self.table.remove(key)?;
        let span = value.span();
        match T::deserialize(ValueDeserializer::from(value)) {
            Ok(value) => Some(At { value, span }),
            Err(error) => {
                let at = error
                    .span()
                    .filter(|inner| !inner.is_empty())
                    .unwrap_or(span);
                let said = error.message().lines().next().unwrap_or_default();
                let message = format!("`{key}` in {}: {}", self.name, in_words(said));
                found.error(&at, message, format!("write {}", T::FORM));
                None
            }
        }
    }

    /// Takes a sub-table.
    pub(super) fn take_table(
        &mut self,
        key: &str,
        name: &'static str,
        found: &mut Found<'_>,
    ) -> Option<RawTable<'t>> {
        let value = self.table.remove(key)?;
        into_table(value, name, found)
    }

    /// Takes an array of tables.
    pub(super) fn take_tables(
        &mut self,
        key: &str,
        name: &'static str,
        found: &mut Found<'_>,
    ) -> Vec<RawTable<'t>> {
        let Some(value) = self.table.remove(key) else {
            return Vec::new();
        };
        let span = value.span();
        match value.into_inner() {
            DeValue::Array(tables) => tables
                .into_iter()
                .filter_map(|table| into_table(table, name, found))
                .collect(),
            // What a header that cannot be read leaves behind.
            DeValue::Table(_) if found.is_broken => Vec::new(),
            other => {
                found.error(
                    &span,
                    format!(
                        "`{key}` is one {}, and a list of tables is meant",
                        other.type_str()
                    ),
                    format!("begin each with a line {name}, in two pairs of brackets"),
                );
                // Its tables are there, in another form: nothing is missing.
                found.is_broken = true;
                Vec::new()
            }
        }
    }

    /// Whatever is left is unknown. In a file that is broken, a key of another table has lost its header: no fault of its own.
    pub(super) fn finish(self, known: &[&str], found: &mut Found<'_>) {
        for (key, _) in self.table {
            if found.is_broken && (found.is_key)(key.get_ref()) {
                continue;
            }
            let hint = match nearest(key.get_ref(), known.iter().copied()) {
                Some(nearest) => format!("the nearest known key is `{nearest}`"),
                None => "remove it".to_owned(),
            };
            found.error(
                &key.span(),
                format!("unknown key `{}` in {}", key.get_ref(), self.name),
                hint,
            );
        }
    }
}

/// A message of the library without the names of Rust's types.
fn in_words(said: &str) -> String {
    [
        ("a nonzero u32", "a whole number from 1"),
        ("u32", "a whole number from 0"),
        ("i64", "a whole number"),
    ]
    .iter()
    .fold(said.to_owned(), |said, (name, words)| {
        said.replace(name, words)
    })
}

fn into_table<'t>(
    value: Spanned<DeValue<'t>>,
    name: &'static str,
    found: &mut Found<'_>,
) -> Option<RawTable<'t>> {
    let span = value.span();
    match value.into_inner() {
        DeValue::Table(table) => Some(RawTable::new(table, span, name)),
        other => {
            found.error(
                &span,
                format!("{name} is {}, not a table", other.type_str()),
                format!("write its keys below a line {name}"),
            );
            None
        }
    }
}

/// Declares a table of the file once: its keys with their types; the documentation becomes the JSON Schema's.
///
/// `key` or `key as "word"` where the word is Rust's; `+ field: Table` takes in the keys of another table.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($(#[$kdoc:meta])* $key:ident $(as $word:literal)? : $type:ty,)+ $(+ $more:ident : $table:ty,)? }) => {
        $(#[$doc])*
        #[derive(Debug, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub(super) struct $name {
            $($(#[$kdoc])* $(#[schemars(rename = $word)])? pub(super) $key: Option<$crate::config::table::At<$type>>,)+
            $(#[schemars(flatten)] pub(super) $more: $table,)?
            /// Where the table begins.
            #[allow(dead_code, reason = "not every table is judged as a whole")]
            #[schemars(skip)]
            pub(super) span: std::ops::Range<usize>,
        }

        impl $name {
            /// Takes the keys of this table out of a table that may have more.
            pub(super) fn take(raw: &mut $crate::config::table::RawTable<'_>, found: &mut $crate::config::problem::Found<'_>) -> Self {
                Self {
                    $($key: raw.take(table!(@word $key $($word)?), found),)+
                    $($more: <$table>::take(raw, found),)?
                    span: raw.span.clone(),
                }
            }

            /// The words of its keys.
            pub(super) fn keys() -> Vec<&'static str> {
                #[allow(unused_mut, reason = "only some tables take in others")]
                let mut keys = vec![$(table!(@word $key $($word)?)),+];
                $(keys.extend(<$table>::keys());)?
                keys
            }

            /// Reads a whole table; keys left over are unknown.
            pub(super) fn read(mut raw: $crate::config::table::RawTable<'_>, found: &mut $crate::config::problem::Found<'_>) -> Self {
                let read = Self::take(&mut raw, found);
                raw.finish(&Self::keys(), found);
                read
            }
        }
    };
    (@word $key:ident $word:literal) => { $word };
    (@word $key:ident) => { stringify!($key) };
}
