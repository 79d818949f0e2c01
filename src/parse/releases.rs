//! What makes an entry a release: the dateline that its text opens with.

use crate::model::Entry;
use crate::text::dateline;

/// Lines looked at: a headline, a section, a month and photo captions can stand before the dateline.
const OPENING_LINES: usize = 6;

/// Notes the dateline and its agency. Where the publisher gives no date elsewhere, this one is the entry's: it is the
/// publisher's word as well. The text stays as it is.
pub(super) fn recognize(entry: &mut Entry) {
    let found = entry
        .text
        .lines()
        .take(OPENING_LINES)
        .enumerate()
        .find_map(|(nth, line)| {
            let found = dateline(line)?;
            // Behind other lines a place alone could be anything in capitals.
            (nth == 0 || found.agency.is_some() || found.day.is_some()).then_some(found)
        });
    let Some(found) = found else { return };
    let (text, agency) = (found.text.to_owned(), found.agency.map(str::to_owned));
    let day = found.day.filter(|_| entry.updated.is_none());
    entry.published = entry.published.or(day);
    (entry.dateline, entry.agency) = (Some(text), agency);
}
