//! The long fields of an entry (text, HTML, summary) as one compressed column.
//!
//! The text of an entry mostly stands in its HTML too, and often in its summary. Compressed together they take little more room
//! than one of them alone.

use std::borrow::Cow;

use lz4_flex::block;
use thiserror::Error;

use crate::model::Entry;

/// The first byte: how the rest is written. Never changes its meaning; another way to write gets another byte.
const PLAIN: u8 = 1;
const LZ4: u8 = 2;
/// Bodies below this size, in bytes, are stored as they are: compressing them gains nothing.
const WORTH_COMPRESSING: usize = 64;
/// No LZ4 block grows by more than this when it is decompressed, so a larger size in front of it is damage.
const GREATEST_RATIO: usize = 256;
/// Bytes that the length of a field takes.
const LENGTH_BYTES: usize = 4;

/// The long fields of an entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Body {
    /// Its plain text.
    pub(in crate::store) text: String,
    /// Its content as HTML.
    pub(in crate::store) html: Option<String>,
    /// Its summary.
    pub(in crate::store) summary: Option<String>,
}

/// A stored body that cannot be read: it is damaged.
#[derive(Debug, Error)]
#[error("the stored body of an entry is damaged")]
pub(in crate::store) struct DamagedBody;

impl Body {
    /// The long fields of an entry in one column; `None`: it has none of them.
    pub(in crate::store) fn written(entry: &Entry) -> Option<Vec<u8>> {
        let (html, summary) = (entry.html.as_deref(), entry.summary.as_deref());
        Self::pack(&entry.text, html, summary)
    }

    /// The same of fields that stand by themselves.
    pub(in crate::store) fn pack(
        text: &str,
        html: Option<&str>,
        summary: Option<&str>,
    ) -> Option<Vec<u8>> {
        if text.is_empty() && html.is_none() && summary.is_none() {
            return None;
        }
        let (own_html, own_summary) = (html.unwrap_or_default(), summary.unwrap_or_default());
        let size = own_html.len() + own_summary.len() + text.len();
        let mut fields = Vec::with_capacity(2 * LENGTH_BYTES + size);
        for field in [html, summary] {
            // 0: there is no such field. No field comes near 4 GiB: documents are bounded.
            let length = field.map_or(0, |field| field.len() + 1);
            fields.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
        }
        for field in [own_html, own_summary, text] {
            fields.extend(field.as_bytes());
        }
        Some(compress(&fields))
    }

    /// Reads what [`Body::written`] has written; nothing gives an empty body.
    ///
    /// # Errors
    /// [`DamagedBody`]: it was not written by us.
    pub(in crate::store) fn read(column: Option<&[u8]>) -> Result<Self, DamagedBody> {
        let Some(column) = column else {
            return Ok(Self::default());
        };
        let fields = decompress(column)?;
        let (html, rest) = length(&fields)?;
        let (summary, rest) = length(rest)?;
        let (html, rest) = field(html, rest)?;
        let (summary, rest) = field(summary, rest)?;
        let text = field(Some(rest.len()), rest)?.0.unwrap_or_default();
        Ok(Self {
            text,
            html,
            summary,
        })
    }
}

pub(super) fn compress(fields: &[u8]) -> Vec<u8> {
    if fields.len() >= WORTH_COMPRESSING {
        let mut column = vec![0; 1 + LENGTH_BYTES + block::get_maximum_output_size(fields.len())];
        let (head, room) = column.split_at_mut(1 + LENGTH_BYTES);
        if let (Ok(size), Ok(written)) = (
            u32::try_from(fields.len()),
            block::compress_into(fields, room),
        ) && written < fields.len()
        {
            head[0] = LZ4;
            head[1..].copy_from_slice(&size.to_le_bytes());
            column.truncate(1 + LENGTH_BYTES + written);
            // It was allocated for a body that does not shrink, and many of them may wait for the writer at once.
            column.shrink_to_fit();
            return column;
        }
    }
    let mut column = Vec::with_capacity(1 + fields.len());
    column.push(PLAIN);
    column.extend(fields);
    column
}

pub(super) fn decompress(column: &[u8]) -> Result<Cow<'_, [u8]>, DamagedBody> {
    match column.split_first() {
        Some((&PLAIN, fields)) => Ok(Cow::Borrowed(fields)),
        Some((&LZ4, packed)) => {
            let (size, packed) = packed.split_first_chunk().ok_or(DamagedBody)?;
            let size = u32::from_le_bytes(*size) as usize;
            if size / GREATEST_RATIO > packed.len() {
                return Err(DamagedBody);
            }
            let fields = block::decompress(packed, size).map_err(|_| DamagedBody)?;
            Ok(Cow::Owned(fields))
        }
        _ => Err(DamagedBody),
    }
}

/// The length of a field and what follows it; `None`: there is no such field.
fn length(fields: &[u8]) -> Result<(Option<usize>, &[u8]), DamagedBody> {
    let (length, rest) = fields.split_first_chunk().ok_or(DamagedBody)?;
    let length = u32::from_le_bytes(*length) as usize;
    Ok((length.checked_sub(1), rest))
}

/// A field of this length and what follows it.
fn field(length: Option<usize>, fields: &[u8]) -> Result<(Option<String>, &[u8]), DamagedBody> {
    let Some(length) = length else {
        return Ok((None, fields));
    };
    let (field, rest) = fields.split_at_checked(length).ok_or(DamagedBody)?;
    let field = str::from_utf8(field).map_err(|_| DamagedBody)?;
    Ok((Some(field.to_owned()), rest))
}

#[cfg(test)]
mod tests {
    use super::{Body, LZ4, PLAIN};

    fn packed(body: &Body) -> Option<Vec<u8>> {
        Body::pack(&body.text, body.html.as_deref(), body.summary.as_deref())
    }

    fn body(text: &str, html: Option<&str>, summary: Option<&str>) -> Body {
        let owned = |field: Option<&str>| field.map(str::to_owned);
        Body {
            text: text.to_owned(),
            html: owned(html),
            summary: owned(summary),
        }
    }

    #[test]
    fn bodies_come_back() {
        let long = "The mill will be restored before spring. ".repeat(4_000);
        for (body, way) in [
            (body("", None, None), None),
            (body("", Some(""), None), Some(PLAIN)),
            (body("", None, Some("")), Some(PLAIN)),
            (body("a", Some("<p>a</p>"), Some("ä")), Some(PLAIN)),
            (
                body(&long, Some(&format!("<p>{long}</p>")), None),
                Some(LZ4),
            ),
            (body(&long, None, Some(&long)), Some(LZ4)),
        ] {
            let column = packed(&body);
            assert_eq!(column.as_ref().map(|column| column[0]), way);
            let again = Body::read(column.as_deref()).expect("it was written by us");
            assert_eq!(again, body);
        }
    }

    #[test]
    fn a_text_that_stands_in_the_html_too_is_nearly_free() {
        let words = (0..400_u32).map(|n| format!("{:x} ", n.wrapping_mul(2_654_435_761)));
        let text: String = words.collect();
        let alone = packed(&body(&text, None, None))
            .expect("there is a text")
            .len();
        let html = format!("<p>{text}</p>");
        let both = packed(&body(&text, Some(&html), None)).expect("there is a text");
        assert!(
            both.len() < alone + alone / 20,
            "{} beside {alone}",
            both.len()
        );
    }

    #[test]
    fn damage_is_an_error_and_takes_no_memory() {
        let text = "The mill will be restored before spring. ".repeat(10);
        let column = packed(&body(&text, Some(&text), None)).expect("there is a text");
        let mut huge = column.clone();
        huge[1..5].copy_from_slice(&u32::MAX.to_le_bytes());
        let mut other = column.clone();
        other[0] = 9;
        let cut = &column[..column.len() - 3];
        let html_too_long = [PLAIN, 9, 0, 0, 0, 0, 0, 0, 0, b'a'];
        for damaged in [&huge, &other, cut, &html_too_long[..], &[LZ4, 1], &[]] {
            assert!(Body::read(Some(damaged)).is_err(), "{damaged:?}");
        }
    }
}
