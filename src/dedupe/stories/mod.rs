//! Which entries are one release, given the results of comparing them. Pure.
//!
//! Goes in: a [`Group`] of entries that are connected by links, with the stories
//! that they are in now. Comes out: [`Part`]s, each one story. Parts follow from
//! the set of entries and links, never from the order of arrival. Only what
//! readers know already is kept as it is: the number of a published story, and
//! the editions and the first entry that it was published with. Beside
//! [`partition`] stand the smaller decisions that the store asks for: which
//! entries are compared ([`enough_of_each_story`]), what an edit leaves of the
//! links ([`links_after_edit`]), and where an entry goes whose group is too large
//! to be put in order ([`destination`]).

mod by_hand;
mod editions;
mod graph;
mod group;
mod link;
mod moves;
mod node;
mod pairs;
mod partition;
mod relink;
mod roles;
mod sets;
mod shortlist;

pub use by_hand::{BY_HAND, links_after_split, mover};
pub use group::{Group, MAX_GROUP, Present};
pub use link::{Found, Link, links_of, strongest};
pub use moves::{Destination, Way, destination, role_by};
pub use node::{Node, Order, Role, Version};
pub use pairs::MAX_ASKED;
pub use partition::{Part, partition};
pub use relink::{links_after_edit, links_after_trim, same_words};
pub use shortlist::{Reach, Week, enough_of_each_story, most_similar};
