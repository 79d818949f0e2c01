//! Which element stands in which, whatever end tags are there.

use super::scope::Mark;
use crate::parse::limits::MAX_DEPTH;
use crate::parse::markup::local_of;

/// What an open element is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Holds fields and entries.
    Outer,
    Entry,
    /// A person, an image, a source: fields of its own.
    Group,
    /// `media:group` and `media:content`, which speak of the enclosures within them.
    Media,
    /// A field whose value is being gathered.
    Leaf,
    /// Markup in a field.
    Inline,
    /// Markup in a field that is not written.
    Silent,
    /// A deletion, or an element in one.
    Deletion,
    /// Passed over; an entry may stand in it.
    Unknown,
    /// Passed over.
    Foreign,
}

/// An open element.
pub(super) struct Frame<'t> {
    /// As written, with its prefix.
    pub(super) name: &'t str,
    pub(super) role: Role,
    /// What was in scope around it.
    pub(super) mark: Mark,
}

/// The open elements, the innermost last.
#[derive(Default)]
pub(super) struct Stack<'t>(Vec<Frame<'t>>);

impl<'t> Stack<'t> {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As many elements are open as may be. The tags of deeper ones are passed over, so their text is read as if it stood here.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MAX_DEPTH
    }

    pub(super) fn push(&mut self, frame: Frame<'t>) {
        self.0.push(frame);
    }

    pub(super) fn pop(&mut self) -> Option<Frame<'t>> {
        self.0.pop()
    }

    /// The role of the innermost element.
    pub(super) fn top(&self) -> Option<Role> {
        self.0.last().map(|frame| frame.role)
    }

    /// The depth at which the innermost element of a role stands.
    pub(super) fn innermost(&self, role: Role) -> Option<usize> {
        self.0.iter().rposition(|frame| frame.role == role)
    }

    /// Whether the innermost element is markup of this name in a field.
    pub(super) fn is_in_markup(&self, name: &str) -> bool {
        let is_it =
            |frame: &Frame<'_>| frame.role == Role::Inline && frame.name.eq_ignore_ascii_case(name);
        self.0.last().is_some_and(is_it)
    }

    /// The depth of the element that an end tag of this name ends, and whether it is the innermost one, of just this name.
    /// `None`: no element is meant.
    pub(super) fn ended_by(&self, name: &str) -> Option<(usize, bool)> {
        let is_it = |frame: &Frame<'_>| frame.name.eq_ignore_ascii_case(name);
        let found = self.0.iter().rposition(is_it).or_else(|| {
            let top = self.0.last()?;
            let same = local_of(top.name).eq_ignore_ascii_case(local_of(name));
            same.then(|| self.0.len() - 1)
        })?;
        let is_exact = self.0[found].name == name && found + 1 == self.0.len();
        Some((found, is_exact))
    }
}
