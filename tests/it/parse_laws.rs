//! Laws of parsing and publishing, held on mutants of the corpus: it never panics, whatever the bytes are; the same bytes
//! give the same feed; and what `support/laws.rs` says of every feed. `make fuzz` goes on where this ends.

use crate::support::laws::{hold, read};
use crate::support::mutate::Corpus;
use crate::support::random::Random;

/// Inputs a run: a few seconds.
const MUTANTS: u64 = 1500;

#[test]
fn every_mutant_of_the_corpus_keeps_the_laws() {
    let corpus = Corpus::read();
    for seed in 0..MUTANTS {
        let mutant = corpus.mutant(&mut Random::new(seed));
        let read = || read(&mutant.bytes, mutant.content_type);
        let first = read();
        let bytes = String::from_utf8_lossy(&mutant.bytes);
        let panicked = matches!(&first, Err(error) if error.class.as_str() == "panic");
        assert!(!panicked, "seed {seed} panics: {bytes}");
        assert_eq!(first, read(), "seed {seed} gives another feed: {bytes}");
        let broken = first.map_or(Ok(()), |feed| hold(&feed));
        assert_eq!(broken, Ok(()), "seed {seed}: {bytes}");
    }
}
