//! The one comparison of two entries: are they one release?
//!
//! Every layer asks it; layers differ only in where their candidates come from.
//! It is symmetric, and it knows nothing of stories or of who came first. How much
//! of the shorter text the longer holds says whether two entries can be one
//! release ([`texts`]); the rules then look at what differs ([`rules`]), for
//! similarity alone cannot tell a copy from the next issue of a bulletin. Hiding a
//! fresh release is worse than showing a copy twice: in doubt two entries are two.
//!
//! The thresholds were set on hand-labelled press texts and checked on others. On the
//! first, of entries of 20 to 45 words 93 % of all copies are found and none is wrong;
//! from 46 words on 97 % are found, and 3 of 1,000 are wrong.

mod comparison;
mod evidence;
mod headlines;
mod pair;
mod repeats;
mod rules;
mod sift;
mod texts;

pub use comparison::{Comparison, Sameness};
pub use evidence::{Evidence, evidence};
pub use repeats::{BothWays, repeats};
pub use rules::compare;
pub use sift::{Sifted, Sketched};
