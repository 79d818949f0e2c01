//! A tokenizer for anything that looks like XML.
//!
//! Goes in: text, however broken. Comes out: tags, text and attributes with their references resolved, and [`Notes`] of what had
//! to be mended for it. Knows the names of root elements and of the elements that HTML leaves open, and nothing else about
//! feeds. Never fails, never recurses, and looks at every byte a bounded number of times.

mod attributes;
mod depth;
mod doctype;
mod notes;
mod references;
mod root;
mod tokens;

pub(super) use attributes::Attributes;
pub(super) use depth::{ends_its_like, is_deeper, is_void};
pub(super) use doctype::expanded;
pub(super) use notes::{Note, Notes};
pub(super) use references::{is_illegal, resolve};
pub(super) use root::{behind_warning, is_noise, is_of_feed, local_of, next_root, root};
pub(super) use tokens::{Tag, Token, Tokens};
