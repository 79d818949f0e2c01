//! What is known of a text while it is written anew.

use url::Url;

use super::formulas::{Formula, Written};
use super::raw::Raw;

/// Links in place of frames in one text: more are an attack, or a list of advertisements.
const MOST_FRAMES: usize = 100;

/// A text that is being written anew, and what is open in it.
pub(super) struct Rewriting<'b> {
    pub(super) base: Option<&'b Url>,
    pub(super) out: String,
    pub(super) raw: Option<Raw>,
    /// Open `svg` elements, in which `CDATA` is text.
    pub(super) svg: usize,
    pub(super) formula: Option<Formula>,
    /// The formula that was written last, until anything else that is seen follows.
    pub(super) written: Option<Written>,
    /// The name of an element that is left out whole, and how many of that name are open.
    pub(super) skipped: Option<(String, usize)>,
    pub(super) noscript: Option<Noscript>,
    /// Where the `picture` that is open begins.
    pub(super) picture: Option<usize>,
    /// The picture that was written last, until anything else that is seen follows.
    pub(super) last: Option<Last>,
    /// The address of the link that is open.
    pub(super) anchor: Option<String>,
    pub(super) objects: Vec<Object>,
    /// The address that was framed or linked last in place of a frame.
    pub(super) framed: Option<String>,
    /// Links written in place of frames.
    pub(super) frames: usize,
}

/// A `noscript` that is open.
pub(super) struct Noscript {
    /// Where its content begins.
    pub(super) start: usize,
    /// Whether it holds a picture or a frame.
    pub(super) shows: bool,
}

/// An `object` that is open.
#[derive(Default)]
pub(super) struct Object {
    pub(super) address: Option<String>,
    pub(super) title: Option<String>,
    /// What it shows is a picture, as far as it says.
    pub(super) is_picture: bool,
    pub(super) shows_picture: bool,
    pub(super) shows_player: bool,
}

/// A picture that was written.
pub(super) struct Last {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Addresses that it has or waits for, as they compare.
    pub(super) addresses: Vec<String>,
    /// It came without an address of its own.
    pub(super) waits: bool,
    /// It stood in a `noscript`.
    pub(super) is_fallback: bool,
}

impl<'b> Rewriting<'b> {
    pub(super) fn new(length: usize, base: Option<&'b Url>) -> Self {
        Self {
            base,
            out: String::with_capacity(length + length / 8),
            raw: None,
            svg: 0,
            formula: None,
            written: None,
            skipped: None,
            noscript: None,
            picture: None,
            last: None,
            anchor: None,
            objects: Vec::new(),
            framed: None,
            frames: 0,
        }
    }

    /// Takes out what was written of something that stands there again.
    pub(super) fn remove(&mut self, start: usize, end: usize) {
        self.out.replace_range(start..end, "");
        let places = (self.picture.as_mut().into_iter())
            .chain(self.noscript.as_mut().map(|noscript| &mut noscript.start));
        for place in places.filter(|place| **place > start) {
            *place = place.saturating_sub(end - start).max(start);
        }
    }

    /// Marks that something is seen that is neither text nor a picture.
    pub(super) fn shows_other(&mut self) {
        (self.last, self.written) = (None, None);
        if let Some(noscript) = &mut self.noscript {
            noscript.shows = true;
        }
    }

    pub(super) fn has_room_for_frame(&mut self) -> bool {
        self.frames += 1;
        self.frames <= MOST_FRAMES
    }
}
