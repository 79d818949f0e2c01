//! A rendered document: a shell and the pieces that its items are, which documents share; its bytes and compressed forms,
//! each made when somebody wants it; its entity tags, and what of it is new to a reader.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::coding::{Coding, Effort, brotli, gzip, unbrotli};
use super::format::DocumentFormat;
use super::piece::{Piece, Shell};

/// A rendered document with its validators. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Document {
    format: DocumentFormat,
    shell: Arc<Shell>,
    items: Arc<[Piece]>,
    /// Of head, items and tail, without quotes.
    tag: String,
    bytes: Arc<OnceLock<Bytes>>,
    gzip: Arc<OnceLock<Bytes>>,
    brotli: Arc<OnceLock<Bytes>>,
}

impl Document {
    pub(super) fn new(format: DocumentFormat, shell: Shell, items: Vec<Piece>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [&shell.head, &shell.tail] {
            hasher.update(&part.len().to_le_bytes());
            hasher.update(part);
        }
        for item in &items {
            hasher.update(item.hash());
        }
        let hash = hasher.finalize().to_hex();
        Self {
            format,
            shell: Arc::new(shell),
            items: items.into(),
            tag: hash.as_str()[..32].to_owned(),
            bytes: Arc::default(),
            gzip: Arc::default(),
            brotli: Arc::default(),
        }
    }

    /// A document of which nobody asks what is new in it.
    pub(super) fn whole(format: DocumentFormat, bytes: Vec<u8>) -> Self {
        let shell = Shell {
            head: bytes,
            tail: Vec::new(),
        };
        Self::new(format, shell, Vec::new())
    }

    /// Unpacks a document that [`Self::packed`] has packed. `None`: it is damaged, or longer than `size` bytes.
    pub(super) fn unpacked(format: DocumentFormat, packed: Bytes, size: u64) -> Option<Self> {
        let mut document = Self::whole(format, unbrotli(&packed, size)?);
        document.brotli = Arc::new(OnceLock::from(packed));
        Some(document)
    }

    /// Its format.
    #[must_use]
    pub fn format(&self) -> DocumentFormat {
        self.format
    }

    /// As written; put together when it is first wanted.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        self.bytes
            .get_or_init(|| self.with_items(self.items.iter()))
    }

    fn with_items<'p>(&self, items: impl IntoIterator<Item = &'p Piece> + Clone) -> Bytes {
        let Shell { head, tail } = &*self.shell;
        let each = items.clone().into_iter();
        let size = each.map(|item| item.size() + 1).sum::<usize>();
        let mut bytes = Vec::with_capacity(head.len() + size + tail.len());
        bytes.extend_from_slice(head);
        for (nth, item) in items.into_iter().enumerate() {
            if nth > 0 {
                bytes.extend_from_slice(separator(self.format));
            }
            bytes.extend_from_slice(item.bytes());
        }
        bytes.extend_from_slice(tail);
        bytes.into()
    }

    /// Whether the bytes are the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.tag == other.tag
    }

    /// In a coding; `None` until somebody has it made, see [`Self::make`].
    #[must_use]
    pub fn coded(&self, coding: Coding) -> Option<&Bytes> {
        match coding {
            // Copied together in microseconds.
            Coding::Identity => Some(self.bytes()),
            Coding::Gzip => self.gzip.get(),
            Coding::Brotli => self.brotli.get(),
        }
    }

    /// The same, made where it is not there yet: once, however many ask. Takes milliseconds.
    #[must_use]
    pub fn make(&self, coding: Coding) -> &Bytes {
        match coding {
            Coding::Identity => self.bytes(),
            Coding::Gzip => self.gzip.get_or_init(|| gzip(self.bytes())),
            Coding::Brotli => self
                .brotli
                .get_or_init(|| brotli(self.bytes(), Effort::Read)),
        }
    }

    /// Packs it with brotli for the archive, where it is kept for ever and seldom read. Takes milliseconds.
    #[must_use]
    pub fn packed(&self) -> Vec<u8> {
        brotli(self.bytes(), Effort::Kept).into()
    }

    /// The strong entity tag of a form, quotes included (RFC 9110 §8.8.3).
    #[must_use]
    pub fn etag(&self, coding: Coding) -> String {
        match coding {
            Coding::Identity => format!("\"{}\"", self.tag),
            coding => format!("\"{}-{}\"", self.tag, coding.as_str()),
        }
    }

    /// Whether an entity tag, `W/` or not, is that of one of its forms (weak comparison, RFC 9110 §8.8.3.2).
    #[must_use]
    pub fn is_tagged(&self, etag: &str) -> bool {
        instance(etag) == Some(&self.tag)
    }

    /// What a later reader needs to know of it.
    #[must_use]
    pub fn edition(&self) -> Edition {
        Edition {
            tag: self.tag.clone(),
            items: self.items.iter().map(Piece::short_hash).collect(),
        }
    }

    /// The same document with those items only that an earlier edition had not, or had otherwise (RFC 3229 with the `feed`
    /// instance manipulation).
    #[must_use]
    pub fn since(&self, edition: &Edition) -> Bytes {
        let known: HashSet<u64> = edition.items.iter().copied().collect();
        let is_fresh = |item: &&Piece| !known.contains(&item.short_hash());
        self.with_items(self.items.iter().filter(is_fresh))
    }
}

/// What stands between two items.
fn separator(format: DocumentFormat) -> &'static [u8] {
    match format {
        DocumentFormat::Json => b",",
        DocumentFormat::Atom | DocumentFormat::Rss => b"",
    }
}

/// A document as it once was: enough to say what has come since.
#[derive(Debug, Clone)]
pub struct Edition {
    tag: String,
    items: Box<[u64]>,
}

impl Edition {
    /// Whether an entity tag is that of one of its forms.
    #[must_use]
    pub fn is_tagged(&self, etag: &str) -> bool {
        instance(etag) == Some(&self.tag)
    }
}

/// The tag of the document that an entity tag is a form of.
fn instance(etag: &str) -> Option<&str> {
    let etag = etag.strip_prefix("W/").unwrap_or(etag);
    let tag = etag.strip_prefix('"')?.strip_suffix('"')?;
    Some(tag.split_once('-').map_or(tag, |(tag, _)| tag))
}
