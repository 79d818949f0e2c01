//! When is a source due? Pure: settings, history and the time in, the next turn out. Reads no clock, keeps no queue.
