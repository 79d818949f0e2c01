//! How many items have room in documents of a bounded size; pure.

use std::num::NonZeroU64;
use std::sync::Arc;

use super::feed::{Fragment, OutboundFeed};
use super::format::DocumentFormat;
use super::piece::Shell;
use super::render::shell;

/// Bytes that a date may take beyond its seconds (`.123456789`): which items are shown decides which date the feed has.
const FRACTION: usize = 10;

/// How many of a feed's items, the newest first, have room where no document may have more than `max_bytes`; one always has.
/// All formats show the same items, so the format that takes the most room decides. What the feed links to is no matter:
/// room is left for all that the links may become.
#[must_use]
pub fn fitting(feed: &OutboundFeed, max_bytes: NonZeroU64) -> usize {
    let bound = usize::try_from(max_bytes.get()).unwrap_or(usize::MAX);
    let widest = OutboundFeed {
        prev_archive: u32::MAX,
        ..feed.clone()
    };
    let mut room = DocumentFormat::ALL.map(|format| {
        let Shell { head, tail } = shell(&widest, format);
        bound.saturating_sub(head.len() + tail.len() + FRACTION)
    });
    let takes_its_room = |item: &&Arc<Fragment>| {
        let mut rooms = room.iter_mut().zip(&item.pieces);
        rooms.all(|(room, piece)| {
            // And what parts it from the next.
            let left = room.checked_sub(piece.size() + 1);
            left.inspect(|left| *room = *left).is_some()
        })
    };
    let fit = feed.items.iter().take_while(takes_its_room).count();
    fit.max(1).min(feed.items.len())
}
