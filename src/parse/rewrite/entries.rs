//! The entries that were written, no more of them than are taken.

use super::Handed;
use super::record::Record;
use super::words::Slot;
use super::write::{self, Dialect};
use crate::model::Timestamp;
use crate::parse::MAX_ENTRIES;
use crate::parse::surplus::newest;
use crate::text::read_date;

/// Entries in the order of the document.
#[derive(Default)]
pub(super) struct Entries {
    /// One after the other.
    pub(super) written: String,
    pub(super) handed: Vec<Handed>,
    /// Where they stand in what is written.
    places: Vec<Place>,
    /// Older ones were left out.
    pub(super) clipped: bool,
}

/// Of an entry that is written.
struct Place {
    start: usize,
    end: usize,
    date: Option<Timestamp>,
}

impl Entries {
    pub(super) fn is_empty(&self) -> bool {
        self.handed.is_empty()
    }

    /// Writes an entry. `language`: what is said around it.
    pub(super) fn push(&mut self, dialect: Dialect, mut entry: Record, language: Option<String>) {
        let start = self.written.len();
        let is_described = entry.rank(Slot::Summary) == Some(0);
        // These are most of a document, and feed-rs would copy them only.
        let [mut content, mut summary, mut own_summary, mut own_content] = [
            Slot::Content,
            Slot::Summary,
            Slot::OwnSummary,
            Slot::OwnContent,
        ]
        .map(|slot| entry.take(slot));
        if !is_described {
            // Only `description` is better than a publisher's own words.
            content = content.or_else(|| own_content.take());
            if own_summary.is_some() {
                std::mem::swap(&mut summary, &mut own_summary);
            }
        }
        write::entry(&mut self.written, dialect, &entry);
        let date = [Slot::Published, Slot::Updated]
            .iter()
            .find_map(|slot| read_date(entry.text(*slot)?));
        self.places.push(Place {
            start,
            end: self.written.len(),
            date,
        });
        let own = entry.text(Slot::Language).map(str::to_owned);
        let enclosures = entry.finished_enclosures();
        let (image, image_size) = entry.picture(&enclosures).unzip();
        self.handed.push(Handed {
            content,
            summary,
            own: [own_summary, own_content],
            permalink: entry.permalink,
            own_link: entry.own_link.take(),
            elsewhere: entry.elsewhere.take(),
            authors: entry.authors(),
            categories: std::mem::take(&mut entry.categories),
            image,
            image_size: image_size.flatten(),
            enclosures,
            episode: entry.episode,
            comments: entry.comments,
            origin: entry.origin,
            language: own.or(language),
        });
        // Now and then, so that a million empty items take no memory.
        self.keep_newest(4 * MAX_ENTRIES);
    }

    /// What the channel says is explicit, its entries are: documents show them beside others, without their channel.
    pub(super) fn mark_explicit(&mut self) {
        for entry in &mut self.handed {
            entry.episode.explicit.get_or_insert(true);
        }
    }

    /// Leaves out all but the newest entries where there are more than `most`.
    pub(super) fn keep_newest(&mut self, most: usize) {
        if self.places.len() <= most {
            return;
        }
        self.clipped = true;
        let dates: Vec<_> = self.places.iter().map(|place| place.date).collect();
        let kept = newest(&dates);
        let mut written = String::with_capacity(self.written.len());
        let (mut places, mut handed) = (Vec::new(), Vec::new());
        for nth in kept {
            let place = &self.places[nth];
            let start = written.len();
            written.push_str(&self.written[place.start..place.end]);
            places.push(Place {
                start,
                end: written.len(),
                date: place.date,
            });
            handed.push(std::mem::take(&mut self.handed[nth]));
        }
        (self.written, self.places, self.handed) = (written, places, handed);
    }
}
