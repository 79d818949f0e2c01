//! Which entries an output keeps, and which member of a story it shows; pure.
