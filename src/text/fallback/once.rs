//! That each picture stands once, though its publisher wrote it twice: for scripts and for those who have none.

use html5ever::tokenizer::Tag;
use url::Url;

use super::pictures::{Choice, choose, is_real, names_picture, rank, rank_known, write_chosen};
use super::state::{Last, Rewriting};
use super::tags::{Attributes, write_tag};

impl Rewriting<'_> {
    /// `img`, or an element that AMP has in its place.
    pub(super) fn picture(&mut self, tag: &Tag) {
        let attributes = Attributes(&tag.attrs);
        let is_amp = tag.name.starts_with("amp-");
        // AMP shows these while the picture loads, or instead of it.
        let stands_in = |name| is_amp && attributes.get(name).is_some();
        if stands_in("placeholder") || stands_in("fallback") {
            return;
        }
        let anchor = self.anchor.take();
        let choice = choose(attributes, rank, anchor.as_deref());
        if self.stands_already(attributes, &choice) {
            self.anchor = anchor;
            return;
        }
        let start = self.out.len();
        if choice.waits && (choice.src.is_some() || choice.srcset.is_some()) {
            write_chosen("img", attributes, &choice, &mut self.out);
        } else {
            write_tag("img", attributes, false, &mut self.out);
        }
        self.last = Some(Last {
            start,
            end: self.out.len(),
            addresses: self.addresses(attributes),
            waits: choice.waits,
            is_fallback: self.noscript.is_some(),
        });
        self.anchor = anchor;
        self.written = None;
        if let Some(noscript) = &mut self.noscript {
            noscript.shows = true;
        }
        for object in &mut self.objects {
            object.shows_picture = true;
        }
    }

    /// Whether a picture is not to be written, as it stands there or is not to be seen. What stands there and waited for
    /// this one is taken out.
    fn stands_already(&mut self, attributes: Attributes<'_>, choice: &Choice<'_>) -> bool {
        if let (Some(written), Some(alt)) = (&self.written, attributes.get("alt"))
            && written.is_tex(alt)
        {
            // A picture of the formula shows it, and says it in its description.
            let (start, end) = (written.start, written.end);
            self.remove(start, end);
            self.written = None;
        }
        let mine = self.addresses(attributes);
        let is_same = |last: &Last| last.addresses.iter().any(|known| mine.contains(known));
        if self.noscript.is_none() {
            let waits_for_nothing = choice.waits && choice.src.is_none() && choice.srcset.is_none();
            return self.last.as_ref().is_some_and(|last| {
                last.is_fallback && (is_same(last) || (waits_for_nothing && !last.waits))
            });
        }
        if attributes.is_invisible() {
            return true;
        }
        let is_meant_to_be_seen = choice.waits
            || choice.srcset.is_some()
            || choice.src.is_some_and(|(_, src)| names_picture(src))
            || attributes
                .get("alt")
                .is_some_and(|alt| !alt.trim().is_empty())
            || attributes.get("width").is_some();
        let last = self.last.as_ref().filter(|last| !last.is_fallback);
        let replaced = last.filter(|last| {
            let waits_for_this = last.waits && (is_meant_to_be_seen || last.addresses.is_empty());
            is_same(last) || waits_for_this
        });
        match replaced {
            // The same picture, of which the first says more.
            Some(last) if !last.waits => true,
            Some(&Last { start, end, .. }) => {
                self.remove(start, end);
                self.last = None;
                false
            }
            // Counters of visits look so: an address that is no picture's, and no description.
            None => !is_meant_to_be_seen,
        }
    }

    pub(super) fn end_picture(&mut self) {
        let start = self.picture.take();
        if let (Some(start), Some(last)) = (start, &mut self.last)
            && last.start >= start
        {
            (last.start, last.end) = (start, self.out.len());
        }
    }

    /// All addresses of a picture, without what says only how it is sent.
    fn addresses(&self, attributes: Attributes<'_>) -> Vec<String> {
        let named = attributes.iter().filter_map(|(name, value)| match name {
            "src" => is_real(value).then_some(value),
            _ => rank(name, value).map(|_| value),
        });
        named
            .filter_map(|address| {
                let url = match self.base {
                    Some(base) => base.join(address.trim()),
                    None => Url::parse(address.trim()),
                };
                let address = url.map_or_else(|_| address.trim().to_owned(), String::from);
                let bare = address.split(['?', '#']).next()?;
                let bare = bare
                    .strip_prefix("https:")
                    .or_else(|| bare.strip_prefix("http:"));
                Some(bare.unwrap_or(&address).to_owned())
            })
            .collect()
    }

    /// `video`, `audio`, `source` and what AMP has in their place, with the address that waits for a script.
    pub(super) fn media(&mut self, tag: &Tag) {
        let attributes = Attributes(&tag.attrs);
        let name = tag.name.trim_start_matches("amp-");
        let choice = choose(attributes, rank_known, None);
        if choice.waits && (choice.src.is_some() || choice.srcset.is_some()) {
            write_chosen(name, attributes, &choice, &mut self.out);
        } else {
            write_tag(name, attributes, false, &mut self.out);
        }
        if name != "source" {
            self.shows_other();
            for object in &mut self.objects {
                object.shows_player = true;
            }
        }
    }
}
