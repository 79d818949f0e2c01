//! What the texts of a feed lost when they were made safe.

use std::cell::Cell;

use url::Url;

use crate::text::{Loss, sanitize_article};

/// Counted over all entries of one document.
#[derive(Debug, Default)]
pub(super) struct Losses {
    ends: Cell<usize>,
    markup: Cell<usize>,
}

impl Losses {
    /// Makes the HTML of an article safe, see [`sanitize_article`], and counts what that costs.
    pub(super) fn sanitize(&self, html: &str, base: Option<&Url>, page: Option<&Url>) -> String {
        let (html, loss) = sanitize_article(html, base, page);
        match loss {
            Some(Loss::End) => self.ends.set(self.ends.get() + 1),
            Some(Loss::Markup) => self.markup.set(self.markup.get() + 1),
            None => {}
        }
        html
    }

    /// As `recovered` shows it.
    pub(super) fn in_words(&self) -> Vec<String> {
        let counted = |count: usize, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("one text {one}")),
            _ => Some(format!("{count} texts {many}")),
        };
        [
            counted(
                self.ends.get(),
                "was too long and was cut at the end of a block",
                "were too long and were cut at the end of a block",
            ),
            counted(
                self.markup.get(),
                "lost its markup, which would have taken too long to read",
                "lost their markup, which would have taken too long to read",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
