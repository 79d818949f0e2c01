//! Certificates that are trusted: the machine's own authorities, and those of a `ca_file`.

use std::fmt;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// What to say where the machine has no certificate authorities at all.
pub const NO_AUTHORITIES: &str = "this machine has no CA certificates, so no https source can be asked: \
                                  install the package ca-certificates, then restart mainstem";
/// Largest `ca_file`, bytes. The bundle of all authorities that browsers know has a quarter of a MiB.
const MAX_FILE: u64 = 4 * 1024 * 1024;

/// The certificates of one `ca_file`: authorities, or servers' own. They are read together with the configuration, so that a
/// reload takes over a renewed file, and a request never waits for one.
#[derive(Clone)]
pub struct Authorities {
    certificates: Arc<[CertificateDer<'static>]>,
    /// Of the certificates: tells one set from another at the cost of a few bytes.
    digest: [u8; 32],
}

impl Authorities {
    /// Reads a PEM file of certificates; what else stands in it, such as a private key, is passed over.
    ///
    /// # Errors
    /// What is wrong with it, with its path.
    pub fn read(path: &Path) -> Result<Self, String> {
        let wrong = |what: String| format!("{}: {what}", path.display());
        // A pipe would be waited for.
        let found = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
        if !found.is_file() {
            return Err(wrong("is no file".to_owned()));
        }
        let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
        let mut pem = Vec::new();
        file.take(MAX_FILE + 1)
            .read_to_end(&mut pem)
            .map_err(|error| wrong(error.to_string()))?;
        if pem.len() as u64 > MAX_FILE {
            let most = MAX_FILE >> 20;
            return Err(wrong(format!(
                "larger than {most} MiB: this is no file of certificates"
            )));
        }
        Self::from_pem(&pem).map_err(wrong)
    }

    fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let certificates =
            read.map_err(|error| format!("a certificate in it cannot be read: {error}"))?;
        if certificates.is_empty() {
            return Err("holds no certificate in PEM form".to_owned());
        }
        let mut hasher = blake3::Hasher::new();
        for (nth, certificate) in certificates.iter().enumerate() {
            // A damaged one is found when the configuration is read, not with the first request.
            if rustls::RootCertStore::empty()
                .add(certificate.clone())
                .is_err()
            {
                return Err(format!(
                    "its certificate no. {} is damaged, or of a kind that cannot be trusted",
                    nth + 1
                ));
            }
            hasher.update(&(certificate.len() as u64).to_le_bytes());
            hasher.update(certificate);
        }
        Ok(Self {
            certificates: certificates.into(),
            digest: *hasher.finalize().as_bytes(),
        })
    }

    /// The certificates, in the file's order; at least one.
    pub(super) fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.certificates
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} certificates", self.certificates.len())
    }
}

impl PartialEq for Authorities {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Authorities {}

impl Hash for Authorities {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest.hash(state);
    }
}

/// Whether the machine trusts any certificate authority, by the files that OpenSSL would read or that `SSL_CERT_FILE` and
/// `SSL_CERT_DIR` name.
#[must_use]
pub fn has_authorities() -> bool {
    !rustls_native_certs::load_native_certs().certs.is_empty()
}
