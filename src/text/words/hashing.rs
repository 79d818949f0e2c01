//! Hashes of words. They are stored, so they never change without a new version of what was made of them.

/// Spreads every bit over all (the finalizer of SplitMix64).
#[must_use]
pub const fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// FNV-1a: words are short, and it needs no set-up. What it mixes too little, [`mix`] does.
#[derive(Clone, Copy)]
pub(super) struct Fnv(u64);

impl Fnv {
    pub(super) const fn new() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }

    pub(super) const fn push(self, byte: u8) -> Self {
        Self((self.0 ^ byte as u64).wrapping_mul(0x0100_0000_01B3))
    }

    pub(super) const fn bits(self) -> u64 {
        mix(self.0) & !1
    }
}

/// The hash of a word that is no number, made when the program is compiled.
pub(super) const fn hash(word: &str) -> u64 {
    let bytes = word.as_bytes();
    let mut hash = Fnv::new();
    let mut at = 0;
    while at < bytes.len() {
        hash = hash.push(bytes[at]);
        at += 1;
    }
    hash.bits()
}

/// The hashes of some words, in order, for looking them up.
pub(super) const fn hashes<const N: usize>(words: [&str; N]) -> [u64; N] {
    let mut found = [0; N];
    let mut count = 0;
    while count < N {
        let next = hash(words[count]);
        let mut at = count;
        while at > 0 && found[at - 1] > next {
            found[at] = found[at - 1];
            at -= 1;
        }
        found[at] = next;
        count += 1;
    }
    found
}
