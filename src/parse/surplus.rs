//! The entries of an XML document beyond the newest, cut out before it is read.
//!
//! A million empty items fit into eight megabytes, and take a hundred times that
//! once they are read. Tags are told apart here by the little that XML needs for
//! it; names, entities and nesting errors are the reader's business.

use super::MAX_ENTRIES;
use super::tags::Tags;
use crate::model::Timestamp;
use crate::text::read_date;

/// Names of an entry's first date, then of its last, without their prefix.
const PUBLISHED: &[&str] = &["pubDate", "published", "date", "issued", "created"];
const UPDATED: &[&str] = &["updated", "modified"];
/// A longer text is no date.
const MAX_DATE: usize = 64;

/// The document with its newest [`MAX_ENTRIES`] only; `None`: it has no more.
pub(super) fn cut(text: &str) -> Option<String> {
    // One walk counts, another cuts: a list of a million places would be the next thing to bound.
    Entries::of(text, false).nth(MAX_ENTRIES)?;
    let dates: Vec<_> = Entries::of(text, true).map(|entry| entry.date).collect();
    let kept = newest(&dates);
    let mut kept = kept.into_iter().peekable();
    let mut cut = String::new();
    let mut copied = 0;
    for (nth, entry) in Entries::of(text, false).enumerate() {
        if kept.next_if_eq(&nth).is_none() {
            cut.push_str(&text[copied..entry.start]);
            copied = entry.end;
        }
    }
    cut.push_str(&text[copied..]);
    Some(cut)
}

/// The places of the newest [`MAX_ENTRIES`], ascending. Undated ones stay in document order, behind dated ones.
pub(super) fn newest(dates: &[Option<Timestamp>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..dates.len()).collect();
    order.sort_by_key(|&nth| std::cmp::Reverse(dates[nth]));
    order.truncate(MAX_ENTRIES);
    order.sort_unstable();
    order
}

/// For a person.
pub(super) fn clipped() -> String {
    format!("clipped to its {MAX_ENTRIES} newest entries")
}

/// Where an entry stands, tags included.
struct Span {
    start: usize,
    end: usize,
    date: Option<Timestamp>,
}

/// The entries where feeds have them: below the root (Atom, RDF) or the channel (RSS).
struct Entries<'t> {
    text: &'t str,
    tags: Tags<'t>,
    depth: usize,
    dated: bool,
}

impl<'t> Entries<'t> {
    fn of(text: &'t str, dated: bool) -> Self {
        Self {
            text,
            tags: Tags::of(text),
            depth: 0,
            dated,
        }
    }

    /// The rest of an entry that starts here, if it has an end.
    fn rest_of(&mut self, start: usize) -> Option<Span> {
        let inside = self.depth;
        let (mut published, mut updated) = (None, None);
        for tag in self.tags.by_ref() {
            if tag.closes {
                self.depth = self.depth.saturating_sub(1);
                if self.depth < inside {
                    let date = published.or(updated);
                    return Some(Span {
                        start,
                        end: tag.end,
                        date,
                    });
                }
                continue;
            }
            if self.dated && self.depth == inside && !tag.is_empty {
                let name = tag.local_name();
                if published.is_none() && PUBLISHED.contains(&name) {
                    published = date_at(&self.text[tag.end..]);
                } else if updated.is_none() && UPDATED.contains(&name) {
                    updated = date_at(&self.text[tag.end..]);
                }
            }
            self.depth += usize::from(!tag.is_empty);
        }
        None
    }
}

impl Iterator for Entries<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        loop {
            let tag = self.tags.next()?;
            if tag.closes {
                self.depth = self.depth.saturating_sub(1);
                continue;
            }
            let is_entry =
                matches!(self.depth, 1 | 2) && matches!(tag.local_name(), "item" | "entry");
            self.depth += usize::from(!tag.is_empty);
            match (is_entry, tag.is_empty) {
                (false, _) => {}
                (true, true) => {
                    return Some(Span {
                        start: tag.start,
                        end: tag.end,
                        date: None,
                    });
                }
                (true, false) => return self.rest_of(tag.start),
            }
        }
    }
}

/// The date that an element's text opens with.
fn date_at(text: &str) -> Option<Timestamp> {
    let text = text.trim_start();
    let text = text.strip_prefix("<![CDATA[").unwrap_or(text);
    let text = &text[..text.floor_char_boundary(MAX_DATE)];
    let text = text[..text.find(['<', ']'])?].trim();
    read_date(text)
}
