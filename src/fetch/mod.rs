//! One conditional request for one source; the only HTTP client.
