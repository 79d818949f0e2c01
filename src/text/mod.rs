//! What plain text means here, and safe HTML: what parse, dedupe and select all read.
//!
//! *Plain text* is a line a block, single spaces within, no control characters.
//! *Folded* text is what comparing reads: no case, no accents, one form of every
//! quote, dash and space. *Tokens* are its words. A *dateline* is how a release opens: place, date, agency.
//! A *headline* may open with agency and mark: `ABCNS: UPDATE 1-`. A *tail* is what a site puts behind a text: `Read more`.
//! *Words* are tokens as numbers, for comparing long texts. A *difference* is what a person reads to see what changed.

mod allowed;
mod counted;
mod cut;
mod dateline;
mod dates;
mod diff;
mod effort;
mod embeds;
mod fallback;
mod fold;
mod headline;
mod html;
mod language;
mod lines;
mod notes;
mod sanitize;
mod signs;
mod stop_words;
mod straight;
mod surrogates;
mod tails;
mod titles;
mod tokens;
mod volatile;
mod words;

pub use counted::counted;
pub use dateline::{Dateline, dateline};
pub use dates::read_date;
pub use diff::{DiffPart, WordDiff, changed_passages};
pub use fold::{fold, fold_onto};
pub use headline::{Headline, Mark, headline};
pub use html::{decode_entities, html_to_text, is_hidden, plain_line};
pub use language::{has_whole_extensions, language_of, language_tag};
pub use lines::{break_lines, lines_to_html, prose_to_html};
pub use notes::note;
pub use sanitize::{Loss, sanitize, sanitize_article, sanitize_by_parser, sanitize_by_walk};
pub use signs::words_with_signs;
pub use surrogates::{surrogate_pair, with_surrogates_joined};
pub use tails::{is_tail, without_cut};
pub use titles::{Tags, has_tags, title_line};
pub use tokens::{Tokens, tokens};
pub use volatile::without_volatile;
pub use words::{Word, hash_words, mix};
